"""The places of the console's files, by the platform's own rules.

`DESKCONSOLE_HOME` puts everything below one folder instead: for portable use, tests and the demo.
"""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APPLICATION = "deskconsole"


def make_private_folder(folder: Path) -> None:
    """Makes the folder and those above it that are missing, mode 0700 whatever the umask. Raises OSError."""
    for path in reversed((folder, *folder.parents)):
        if path.exists() and not path.is_dir():  # mkdir would only say that it exists
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
        path.mkdir(mode=0o700, exist_ok=True)


def _runtime_folder() -> Path | None:
    """The console's part of the user's folder for sockets, where the system has one.

    It is looked for without XDG_RUNTIME_DIR too: a command of cron's is to find the console of the desktop.
    """
    if sys.platform == "win32":
        return None
    user = os.geteuid()
    for text in (os.environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{user}"):
        folder = Path(text)
        if folder.is_absolute() and folder.is_dir() and folder.stat().st_uid == user:
            return folder / APPLICATION
    return None


def is_folder(path: Path) -> bool:
    """True for a folder that exists; False too where this user may not look, or the name is too long."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_taken(path: Path) -> bool:
    """True if a file, folder or link has this name; False too where it cannot be seen: making it says why."""
    try:
        path.lstat()
    except OSError:
        return False
    return True


def read_regular(path: Path) -> bytes:
    """The bytes of a file. Raises OSError, also for a pipe or a device, whose reading might never end."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a regular file")
    return path.read_bytes()


@dataclass(frozen=True, slots=True)
class Paths:
    """The console's files. Nothing is made until something is written."""

    config: Path
    data: Path
    cache: Path
    log: Path
    pictures: Path
    """Pictures that were saved, where settings.toml names no other folder."""
    recordings: Path
    """Recordings that the running console makes, where settings.toml names no other folder."""
    run: Path
    """The sockets of the consoles that run."""

    @classmethod
    def default(cls) -> Paths:
        """The platform's folders, or those below `DESKCONSOLE_HOME`."""
        home = os.environ.get("DESKCONSOLE_HOME")
        if home:
            return cls.below(Path(home).absolute())
        # On Windows all of it is below %LOCALAPPDATA%, where an agent has a folder `deskconsole` that
        # `undeploy` of this machine deletes whole.
        name = f"{APPLICATION}-console" if sys.platform == "win32" else APPLICATION
        folders = platformdirs.PlatformDirs(name, appauthor=False)
        return cls(
            config=folders.user_config_path,
            data=folders.user_data_path,
            cache=folders.user_cache_path,
            log=folders.user_log_path,
            pictures=folders.user_pictures_path / APPLICATION,
            recordings=folders.user_videos_path / APPLICATION,
            run=_runtime_folder() or folders.user_state_path / "run",
        )

    @classmethod
    def below(cls, home: Path) -> Paths:
        """Everything inside one folder."""
        names = ("config", "data", "cache", "log", "run", "pictures", "recordings")
        return cls(**{name: home / name for name in names})

    @property
    def hosts(self) -> Path:
        """The inventory."""
        return self.config / "hosts.toml"

    @property
    def settings(self) -> Path:
        """The settings of the console as a whole."""
        return self.config / "settings.toml"

    @property
    def window_places(self) -> Path:
        """Size and place that each host's window had."""
        return self.data / "windows.json"

    @property
    def macs(self) -> Path:
        """MAC addresses of hosts, as they told them when they were last connected."""
        return self.data / "macs.json"

    @property
    def history(self) -> Path:
        """The figures of each host and day."""
        return self.data / "history.sqlite"

    @property
    def events(self) -> Path:
        """The log of what happened to the hosts."""
        return self.data / "events.jsonl"

    @property
    def audit(self) -> Path:
        """The audit log: who saw and controlled which host."""
        return self.log / "audit.jsonl"

    @property
    def known_hosts(self) -> Path:
        """Host keys the user trusted here; the user's own `~/.ssh/known_hosts` is only read."""
        return self.data / "known_hosts"
