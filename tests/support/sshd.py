"""A real OpenSSH server for tests: own configuration, keys and home below one folder, on loopback.

    with Sshd(tmp_path / "sshd") as server:
        server.port, server.user, server.identity, server.home, server.client_config

Sessions run as the current user but in a home of the test's choice. HOME cannot be given by `SetEnv`: every
session goes through a ForceCommand script that sets HOME, changes into it and runs what was asked for;
`sftp-server` is started in it by `-d`. Nothing that a test deploys can reach the real home.
"""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

import psutil

from .ports import free_port
from .processes import is_gone

_SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
_SFTP_SERVERS = (
    "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
)


def keygen(path: Path, *, kind: str = "ed25519", passphrase: str = "", form: str | None = None) -> Path:
    """A new key pair; returns the private key's path. `form`: None (OpenSSH's) or `PEM`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "test", "-f", str(path)]
    if kind == "rsa":
        command += ["-b", "2048"]
    if form is not None:
        command += ["-m", form]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return path


def public_line(key: Path) -> str:
    """`algorithm base64` of a key, as known_hosts and authorized_keys want it."""
    return " ".join(key.with_name(key.name + ".pub").read_text().split()[:2])


def fingerprint(key: Path) -> str:
    """`SHA256:...`, by ssh-keygen."""
    said = subprocess.run(["ssh-keygen", "-lf", str(key)], check=True, capture_output=True, text=True).stdout
    return said.split()[1]


class Sshd:
    """One server. Use as a context manager, or call `start` and `stop`; it may be started again on its port.

    `options` are lines of sshd_config (`{"AllowTcpForwarding": "no"}`); they go before ours, so they win.
    `environment` is set in every session beside HOME (DISPLAY, PATH...); `prelude` is shell run before what
    was asked for (`ulimit -f 8`). `sftp` False leaves out SFTP, `wrap` False the script and with it the home.
    It listens at `listen`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        host_key_kinds: Iterable[str] = ("ed25519",),
        options: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        prelude: str = "",
        sftp: bool = True,
        wrap: bool = True,
        listen: str = "127.0.0.1",
    ) -> None:
        self.folder = folder
        self.user = getpass.getuser()
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.host_keys = [keygen(folder / f"host_{kind}", kind=kind) for kind in host_key_kinds]
        self.host_key = self.host_keys[0]
        self.identity = keygen(folder / "user_ed25519")
        self.authorized_keys = folder / "authorized_keys"
        self.authorized_keys.write_text(public_line(self.identity) + "\n")
        self.authorized_keys.chmod(0o600)
        self.port = free_port()
        self.log = folder / "sshd.log"
        self._options = dict(options or {})
        self._environment = dict(environment or {})
        self._prelude = prelude
        self._sftp = sftp
        self._wrap = wrap
        self._listen = listen
        self._program = _SSHD
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped: list[psutil.Process] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def known_hosts_line(self) -> str:
        """What a known_hosts file must hold for this server to be trusted."""
        return f"[127.0.0.1]:{self.port} {public_line(self.host_key)}\n"

    @property
    def client_config(self) -> Path:
        """An ssh_config that keeps a client away from the real user's files; more can be appended to it."""
        path = self.folder / "ssh_config"
        if not path.exists():
            path.write_text(
                f"Host sshd-{self.port}\n  HostName 127.0.0.1\n  Port {self.port}\n"
                f"Host *\n  User {self.user}\n  IdentityFile {self.identity}\n  IdentityAgent none\n"
                f"  UserKnownHostsFile {self.folder / 'user_known_hosts'}\n"
                f"  GlobalKnownHostsFile {self.folder / 'global_known_hosts'}\n"
            )
        return path

    @property
    def user_known_hosts(self) -> Path:
        """The user's own known_hosts, as `client_config` names it; absent at first."""
        return self.folder / "user_known_hosts"

    def authorize(self, key: Path, options: str = "") -> None:
        """Let one more key in, with authorized_keys options before it."""
        with self.authorized_keys.open("a") as file:
            file.write(f"{options} {public_line(key)}\n".lstrip())

    def start(self) -> None:
        """Start the listener and wait until it answers."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # root's sshd refuses to start without it
        config = self.folder / "sshd_config"
        config.write_text(self._config())
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-D", "-e", "-f", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as sock:
                    sock.recv(8)
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(f"sshd did not start:\n{self.log.read_text()}") from None
                time.sleep(0.02)

    def stop(self) -> None:
        """End the listener and all sessions with what they run; daemons that left their session stay."""
        if self._process is None:
            return
        self.thaw()
        below = self._below()
        self._process.terminate()
        for process in below:
            _signal(process, signal.SIGKILL)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _wait_for(below)
        self._process = None

    def kill_connections(self) -> None:
        """Cut every connection as a crash would; the listener goes on, and so does what was left running."""
        sessions = [process for process in self._below() if _is_sshd(process)]
        for process in sessions:
            _signal(process, signal.SIGKILL)
        _wait_for(sessions)

    def freeze(self) -> None:
        """Stop the listener and its sessions without closing anything: a host that hangs."""
        if self._process is None:
            return
        for process in (psutil.Process(self._process.pid), *self._below()):
            if _is_sshd(process) and _signal(process, signal.SIGSTOP):
                self._stopped.append(process)

    def thaw(self) -> None:
        """Undo `freeze`."""
        for process in self._stopped:
            _signal(process, signal.SIGCONT)
        self._stopped.clear()

    def _below(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def _config(self) -> str:
        lines = [f"{name} {value}" for name, value in self._options.items()]
        lines += [
            f"Port {self.port}",
            f"ListenAddress {self._listen}",
            *(f"HostKey {key}" for key in self.host_keys),
            f"AuthorizedKeysFile {self.authorized_keys}",
            "PidFile none",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin yes",
            "PrintMotd no",
            "MaxStartups 100",
            "LogLevel VERBOSE",
            # Bash, started by sshd, reads ~/.bashrc of the real user unless it believes to be a shell in a
            # shell. One with pyenv in it took 0.5 s a command, and of several at once each waited for a lock.
            "SetEnv SHLVL=1",
        ]
        if self._sftp:
            lines.append(f"Subsystem sftp {self._sftp_server()} -d {self.home}")
        if self._wrap:
            lines.append(f"ForceCommand {self._wrapper()}")
        return "\n".join(lines) + "\n"

    def _sftp_server(self) -> str:
        return next((path for path in _SFTP_SERVERS if Path(path).exists()), _SFTP_SERVERS[0])

    def _wrapper(self) -> Path:
        script = self.folder / "session"
        settings = {"HOME": str(self.home), **self._environment}
        script.write_text(
            "#!/bin/sh\n"
            + "".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings.items())
            + 'cd "$HOME" || exit 1\n'
            + f"{self._prelude}\n"
            + 'if [ -z "$SSH_ORIGINAL_COMMAND" ]; then exec /bin/sh; fi\n'
            + 'exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n'
        )
        script.chmod(0o700)
        return script


def _is_sshd(process: psutil.Process) -> bool:
    try:
        return process.name().startswith("sshd")
    except psutil.NoSuchProcess:
        return False


def _wait_for(processes: list[psutil.Process]) -> None:
    """Until all have ended."""
    deadline = time.monotonic() + 60
    while not all(map(is_gone, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _signal(process: psutil.Process, number: signal.Signals) -> bool:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return False
    return True
