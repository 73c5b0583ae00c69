r"""A stand-in for a Windows host, for tests: Wine, a real Windows Python, an SSH server like Windows OpenSSH.

    with WindowsHost.start(user="Žofie Nováková", session0=True) as host:
        host.port, host.user, host.key            # to log on at 127.0.0.1; the key's file has no passphrase
        host.host_key, host.known_hosts_line      # "ssh-ed25519 AAAA...", "[127.0.0.1]:PORT ssh-..."
        host.drive_c, host.home                   # as folders of this machine
        host.type_text("hello"); host.screenshot(); host.resize(1024, 768)
        host.log_off(); host.log_on(); host.processes(); host.listing(); host.tasks()

Each is a new Windows of its own, bare: no Python on its PATH, nothing of ours. Any number may run at once.
The first start on a machine builds what all share and keeps it (`winhost.cache`): a minute; each start takes
about two seconds. What is real of it and what imitated: tests/winhost/README.md.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
import psutil
from numpy.typing import NDArray

from support.sshd import fingerprint, keygen, public_line
from support.windows.listed_session import ListedSession
from support.xvfb import Xvfb, wait_for
from winhost import prefix, wine
from winhost.settings import Settings, Shell
from winhost.shims.asking import ask

from .host_folder import listing, new_folder

LARGEST = (2560, 1600)
"""The display behind the desktop; `resize` reaches so far."""

_TESTS = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class WindowsProcess:
    """What runs on the host, with Windows' own number. `path` is empty where Windows does not tell it."""

    pid: int
    image: str
    path: str


class WindowsHost:
    """A running host; see `start`."""

    def __init__(self, folder: Path, lock: int, user: str) -> None:
        self.folder = folder
        self.user = user
        self.drive_c = folder / "drive_c"
        self.home = self.drive_c / "users" / user
        self.key = keygen(folder / "keys" / "user")
        self.port = 0
        self._host_key = keygen(folder / "keys" / "host")
        self._lock: int | None = lock
        self._display = Xvfb(*LARGEST)
        self._services: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._settings_file = folder / "ssh" / "settings.json"
        self._environment: dict[str, str] = {}
        self._size = (0, 0)

    @classmethod
    def start(
        cls,
        *,
        user: str = "tester",
        size: tuple[int, int] = (1280, 720),
        session0: bool = True,
        logged_on: bool = True,
        shell: Shell = "cmd",
        password: str | None = None,
        forwarding: bool = True,
        sftp: bool = True,
        tasks_refused: bool = False,
        query: bool = True,
    ) -> WindowsHost:
        """Starts a host of its own; returns when all of it answers.

        user           the name of the account and its profile folder; spaces and any letters may be in it
        session0       what SSH starts sees no desktop, as on Windows
        logged_on      the user is at the desktop, with a notepad; later: `log_on`, `log_off`
        shell          "powershell" refuses any command that is not the same in both shells (see below)
        password       accepted beside the key
        forwarding     False: refused as "administratively prohibited"
        sftp           False: there is no SFTP
        tasks_refused  True: `schtasks /create` says "Access is denied."
        query          False: there is no query.exe, as on Home editions

        With shell="powershell" a command that was refused fails the test at the host's end (`stop`).
        """
        host = cls(*new_folder(), user)
        try:
            host._start(
                size=size, logged_on=logged_on, tasks_refused=tasks_refused, query=query,
                settings=Settings(
                    user=user, host_key=str(host._host_key), authorized_key=public_line(host.key),
                    drive_c=str(host.drive_c), wine=wine.wine(), environment={}, session0=session0,
                    shell=shell, password=password, forwarding=forwarding, sftp=sftp,
                ),
            )  # fmt: skip
        except BaseException:
            host._end()
            raise
        return host

    def _start(
        self, *, size: tuple[int, int], logged_on: bool, tasks_refused: bool, query: bool, settings: Settings
    ) -> None:
        prefix.make(self.folder, self.user, size)
        if not query:
            (self.drive_c / "windows" / "system32" / "query.exe").unlink()
        self._display.start()
        began = psutil.Process(self._display.pid).create_time()
        (self.folder / "display").write_text(f"{self._display.pid} {began!r}")
        self._size = size
        self._environment = wine.environment(self.folder, self.user, self._display.display)
        services = (*wine.TESTBED_PYTHON, "-m", "winhost.shims.services")
        self._services = wine.start(self._environment, *services, self.user, *map(str, size))
        told = self.drive_c / "testbed" / "services.port"
        wait_for(told.exists, timeout=90, what="the desktop of the Windows stand-in")
        self._bring_pointer_in()
        if logged_on:
            self.log_on()
        self._ask("refuse_tasks", tasks_refused)
        self._settings_file.parent.mkdir()
        msgspec.structs.replace(settings, environment=self._environment).write(self._settings_file)
        with (self._settings_file.parent / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "winhost.ssh_server", self._settings_file],
                env={**os.environ, "PYTHONPATH": str(_TESTS)}, start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise RuntimeError(f"no SSH server: {self.ssh_log}")
        self.port = int(line)

    @property
    def host_key(self) -> str:
        """The public half: algorithm and base64."""
        return public_line(self._host_key)

    @property
    def fingerprint(self) -> str:
        """`SHA256:...` of the host key."""
        return fingerprint(self._host_key)

    @property
    def known_hosts_line(self) -> str:
        """What a known_hosts file must hold for this host to be trusted."""
        return f"[127.0.0.1]:{self.port} {self.host_key}\n"

    @property
    def display(self) -> str:
        """The X display that the desktop is shown on, such as `:5`."""
        return self._display.display

    @property
    def ssh_log(self) -> str:
        """What the SSH server complained of; empty if all is well."""
        return (self._settings_file.parent / "log").read_text(errors="replace")

    @property
    def refused_commands(self) -> list[str]:
        """What was not plain enough for shell="powershell", each with the reason; reading clears it."""
        path = self._settings_file.with_name("refused")
        found = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def change(self, **changes: Any) -> None:
        """Changes settings of the SSH server (`winhost.settings`) for what comes from now on."""
        settings = Settings.read(self._settings_file)
        msgspec.structs.replace(settings, **changes).write(self._settings_file)

    @property
    def uploaded(self) -> int:
        """Bytes that were ever written by SFTP, what was cut and what was sent twice too."""
        path = self._settings_file.with_name("written")
        return int(path.read_text()) if path.exists() else 0

    @contextlib.contextmanager
    def scanner(self, pattern: str, seconds: float = math.inf) -> Iterator[Path]:
        """Holds each new file below the profile's AppData that the pattern fits, as a virus scanner does, and
        so long: it is read meanwhile, not deleted or renamed. Gives a file: without it the scanner lets go
        and ends."""
        scans = self.drive_c / "testbed" / "scans"
        where = f"C:\\users\\{self.user}\\AppData"
        process = self.start_process(
            *wine.TESTBED_PYTHON, "-m", "winhost.shims.scanner", where, pattern, str(seconds)
        )
        try:
            wait_for(scans.exists, timeout=60, what="the virus scanner")
            yield scans
        finally:
            scans.unlink(missing_ok=True)
            process.wait(60)

    def refuse_tasks(self, refused: bool = True) -> None:
        """Whether `schtasks /create` is denied from now on."""
        self._ask("refuse_tasks", refused)

    def list_sessions(self, *sessions: ListedSession) -> None:
        """Windows lists these sessions from now on; with none given it knows of none, as Wine does."""
        path = self.drive_c / "testbed" / "sessions"
        if not sessions:
            path.unlink(missing_ok=True)
            return
        unfinished = path.with_suffix(".part")
        unfinished.write_text("".join(f"{one}\n" for one in sessions), "utf-8")
        unfinished.rename(path)

    @contextlib.contextmanager
    def listed(self, *sessions: ListedSession) -> Iterator[None]:
        """While inside, Windows lists these sessions."""
        self.list_sessions(*sessions)
        try:
            yield
        finally:
            self.list_sessions()

    def answer_away(self, result: int | None) -> None:
        """The last result of a task that is run while its user is away; None: it stays as it is."""
        self._ask("answer_away", result)

    def cut_upload_after(self, size: int | None) -> None:
        """The next SFTP session that writes more bytes than this loses its connection; None: none does."""
        self.change(cut_after=size)

    def drop_connections(self) -> None:
        """All SSH connections end without a word; new ones are welcome."""
        assert self._server is not None
        assert self._server.stdin is not None
        self._server.stdin.write(b"drop\n")
        self._server.stdin.flush()

    def log_on(self) -> None:
        """The user comes to the desktop; a notepad opens."""
        self._ask("log_on")

    def log_off(self) -> None:
        """The user leaves: what runs on his desktop ends, tasks that need him do not start."""
        self._ask("log_off")

    def type_text(self, text: str) -> None:
        """Types into the desktop's notepad; its picture follows within moments."""
        self._ask("type_text", text)

    def start_process(self, *command: str) -> subprocess.Popen[bytes]:
        """Starts a Windows program on the desktop; it ends with the host at the latest."""
        return wine.start(self._environment, *command)

    def xdotool(self, *words: str) -> str:
        """Acts as a hand at the host, on the display behind the desktop; returns what xdotool prints."""
        return self._display.call("xdotool", *words)

    def typed_text(self) -> str:
        """Reads the text of the desktop's notepad, with the line ends of Windows."""
        text: str = self._ask("typed_text")
        return text

    def pointer(self) -> tuple[int, int]:
        """Asks Windows for the mouse pointer's place."""
        x, y = self._ask("pointer")
        return x, y

    def move_pointer(self, x: int, y: int) -> None:
        """Moves the mouse pointer as a hand does; returns when Windows has it there."""
        self.xdotool("mousemove", str(x), str(y))
        wait_for(lambda: self.pointer() == (x, y))

    def swap_buttons(self, swapped: bool) -> None:
        """Swaps the mouse's left and right button, as a left-handed user does, or puts them back."""
        self._ask("swap_buttons", swapped)

    def set_layout(self, name: str) -> None:
        """The keyboard's layout, by its X name, for programs that start from now on."""
        self._display.call("setxkbmap", name)

    def resize(self, width: int, height: int) -> None:
        """Another size of the desktop, of Wine's list: 800x600, 1024x768, 1280x720, 1600x900, 1920x1080..."""
        self._ask("resize", width, height)
        self._size = width, height
        self._bring_pointer_in()

    def screenshot(self) -> NDArray[np.uint8]:
        """What the desktop really shows, from outside: (height, width, 3), blue, green, red."""
        width, height = self._size
        return self._display.screenshot()[:height, :width]

    def processes(self, image: str | None = None) -> list[WindowsProcess]:
        """What runs, without the stand-in's own; with `image` (`pythonw.exe`) only those."""
        found = [WindowsProcess(*row) for row in self._ask("processes")]
        return [
            process
            for process in found
            if not process.path.lower().startswith("c:\\testbed\\") and image in {None, process.image}
        ]

    def kill(self, pid: int) -> None:
        """Ends one process, by Windows' number."""
        self._ask("kill", pid)

    def tasks(self) -> set[str]:
        """Names of the scheduled tasks."""
        return {path.name for path in (self.drive_c / "windows" / "system32" / "Tasks").iterdir()}

    def listing(self) -> set[str]:
        """All files and folders of drive C: (`users/tester/AppData`), to compare before and after."""
        return set(listing(self.drive_c))

    def stop(self) -> None:
        """Ends and removes all of it; AssertionError where shell="powershell" refused commands."""
        refused = self.refused_commands
        self._end()
        assert not refused, f"not the same in PowerShell and cmd.exe: {refused}"

    def _end(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.communicate()
        if self._environment:
            wine.shut_down(self._environment)
        if self._services is not None:
            self._services.wait(30)
        self._display.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _bring_pointer_in(self) -> None:
        """Puts the pointer into the desktop's lower right corner: from outside of the desktop's window, which
        is smaller than the display, Wine does not move it."""
        width, height = self._size
        self.xdotool("mousemove", str(width - 1), str(height - 1))

    def _ask(self, verb: str, *arguments: object) -> Any:
        return ask(self.drive_c / "testbed", verb, *arguments)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self.stop()
        else:
            self._end()
