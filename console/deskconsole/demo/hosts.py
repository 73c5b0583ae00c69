"""An SSH host inside this process, for the demo and for tests: paramiko's server side on loopback.

It stands where sshd stands and nothing else: commands, files and tunnels are real and happen on this machine,
below one folder that plays the host's home. It is no server for a network: one key, one user, 127.0.0.1 only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_FAILED_UNKNOWN_CHANNEL_TYPE,
    OPEN_SUCCEEDED,
)

from deskagent.host.posix import remove

from .files import HomeFiles
from .terminal import HostTerminal

USER = "demo"
PIECE = 64 * 1024
"""Bytes a pump reads at once: two of SSH's packets, so that a burst costs few wake-ups."""


class EmbeddedHost:
    """A host to connect to at `127.0.0.1:port` as `user` with `key_file`; a context manager.

    `root` is made where it is missing and holds the home and the key; it is left to its owner to delete.
    `home` may be put elsewhere, and `environment` is added to what commands see.
    """

    user = USER

    def __init__(
        self, root: Path, *, home: Path | None = None, environment: dict[str, str] | None = None
    ) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.home = (home or root / "home").absolute()
        self.home.mkdir(parents=True, exist_ok=True)
        self.key_file = root / "key"
        self._host_key = paramiko.ECDSAKey.generate(bits=256)
        client_key = paramiko.ECDSAKey.generate(bits=256)
        self.key_file.unlink(missing_ok=True)
        self.key_file.touch(mode=0o600)
        with self.key_file.open("w") as file:
            client_key.write_private_key(file)
        self._client_key = client_key.asbytes()
        self._environment = {
            "HOME": str(self.home),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
            "LANG": "C.UTF-8",
            "USER": USER,
            "SHELL": "/bin/sh",
            **(environment or {}),
        }
        self._lock = threading.Lock()
        self._links: set[_Link] = set()
        self._closing = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name=f"embedded-host-{self.port}", daemon=True)
        self._thread.start()

    @property
    def known_hosts_line(self) -> str:
        """The line that makes a known_hosts file trust this host, without a newline."""
        return f"[127.0.0.1]:{self.port} {self._host_key.get_name()} {self._host_key.get_base64()}"

    def drop_links(self) -> None:
        """Cuts every connection that stands now, as a network does; the host goes on listening."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.close()

    def close(self) -> None:
        """Ends connections, commands and agents. What was deployed to the home is removed with them."""
        if self._closing:
            return
        self._closing = True
        # Closing a listening socket does not wake an accept() on every system; a connection does.
        with contextlib.suppress(OSError), socket.create_connection(self._listener.getsockname(), timeout=1):
            pass
        self._thread.join(5)
        self._listener.close()
        self.drop_links()
        remove.main({"root": str(self.home / ".deskconsole")})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            if self._closing:
                connection.close()
                return
            link = _Link(connection, self.home, self._environment, self._client_key)
            with self._lock:
                self._links = {known for known in self._links if known.alive} | {link}
            link.start(self._host_key)


class _Link(paramiko.ServerInterface):
    """One connection: what it may do, and the threads, sockets and processes that it owns."""

    def __init__(
        self, connection: socket.socket, home: Path, environment: dict[str, str], client_key: bytes
    ) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._home = home
        self._environment = environment
        self._client_key = client_key
        self._lock = threading.Lock()
        self._sockets: dict[int, socket.socket] = {}
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._terminals: dict[int, HostTerminal] = {}
        self._threads: list[threading.Thread] = []
        self._transport = paramiko.Transport(connection)
        self._transport.daemon = True
        self._transport.set_subsystem_handler("sftp", paramiko.SFTPServer, HomeFiles, home=home)

    @property
    def alive(self) -> bool:
        return self._transport.is_active()

    def start(self, host_key: paramiko.PKey) -> None:
        """Begins the handshake; a peer that talks no SSH ends the link and nothing else."""
        self._transport.add_server_key(host_key)
        self._transport.start_server(event=threading.Event(), server=self)
        self._spawn(self._serve_channels, "channels")

    def close(self) -> None:
        """Ends the transport, then everything that hung on it."""
        self._transport.close()
        with self._lock:
            sockets = list(self._sockets.values())
            processes = list(self._processes)
            threads = list(self._threads)
        for tunnel in sockets:
            with contextlib.suppress(OSError):
                tunnel.shutdown(socket.SHUT_RDWR)
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join(5)
        self._transport.join(5)

    # What the client may ask for; paramiko calls these on the transport's thread and names their arguments.

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        right = username == USER and key.asbytes() == self._client_key
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_UNKNOWN_CHANNEL_TYPE

    def check_channel_direct_tcpip_request(
        self,
        chanid: int,
        origin: tuple[str, int],  # noqa: ARG002
        destination: tuple[str, int],
    ) -> int:
        if destination[0] not in ("127.0.0.1", "localhost"):
            return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        try:
            tunnel = socket.create_connection(("127.0.0.1", destination[1]), timeout=5)
        except OSError:
            return OPEN_FAILED_CONNECT_FAILED
        tunnel.settimeout(None)
        tunnel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._sockets[chanid] = tunnel
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._spawn(lambda: self._run(channel, command), "command")
        return True

    def check_channel_pty_request(
        self,
        channel: paramiko.Channel,
        term: bytes,
        width: int,
        height: int,
        pixelwidth: int,  # noqa: ARG002
        pixelheight: int,  # noqa: ARG002
        modes: bytes,  # noqa: ARG002
    ) -> bool:
        terminal = HostTerminal(term.decode("ascii", "replace"), width, height)
        with self._lock:
            self._terminals[channel.get_id()] = terminal
        return True

    def check_channel_window_change_request(
        self,
        channel: paramiko.Channel,
        width: int,
        height: int,
        pixelwidth: int,  # noqa: ARG002
        pixelheight: int,  # noqa: ARG002
    ) -> bool:
        with self._lock:
            terminal = self._terminals.get(channel.get_id())
        if terminal is not None:
            terminal.resize(width, height)
        return terminal is not None

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        with self._lock:
            terminal = self._terminals.get(channel.get_id())
        if terminal is None:
            return False
        self._spawn(lambda: self._run_shell(channel, terminal), "shell")
        return True

    # What then happens, on threads of the link's own.

    def _spawn(self, target: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=f"embedded-host-{name}", daemon=True)
        with self._lock:
            self._threads = [known for known in self._threads if known.is_alive()]
            self._threads.append(thread)
            thread.start()
        return thread

    def _serve_channels(self) -> None:
        held: list[paramiko.Channel] = []  # a channel without a reference is closed by paramiko
        while self._transport.is_alive():
            channel = self._transport.accept(0.2)  # also how soon the end is noticed
            if channel is None:
                continue
            held = [known for known in held if not known.closed] + [channel]
            with self._lock:
                tunnel = self._sockets.get(channel.get_id())
            if tunnel is not None:
                self._spawn(lambda c=channel, t=tunnel: self._forward(c, t), "tunnel")  # type: ignore[misc]

    def _forward(self, channel: paramiko.Channel, tunnel: socket.socket) -> None:
        """Carries bytes both ways until both sides have ended."""
        upward = self._spawn(lambda: _pump(channel.recv, tunnel.sendall, lambda: _end(tunnel)), "pump")
        _pump(tunnel.recv, channel.sendall, channel.shutdown_write)
        upward.join()
        _close(channel)
        with self._lock:
            self._sockets.pop(channel.get_id(), None)
        tunnel.close()

    def _run_shell(self, channel: paramiko.Channel, terminal: HostTerminal) -> None:
        process = terminal.start(self._home, self._environment)
        with self._lock:
            self._processes.add(process)
        self._spawn(lambda: _pump(channel.recv, terminal.write, terminal.hang_up), "stdin")
        _pump(terminal.read, channel.sendall, _nothing)
        code = process.wait()
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            channel.send_exit_status(code if code >= 0 else 128 - code)
        _close(channel)
        terminal.close()
        with self._lock:
            self._processes.discard(process)
            self._terminals.pop(channel.get_id(), None)

    def _run(self, channel: paramiko.Channel, command: bytes) -> None:
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=self._home,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        with self._lock:
            self._processes.add(process)
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        if stdin is None or stdout is None or stderr is None:
            raise RuntimeError("three pipes were asked for")
        feeding = self._spawn(lambda: _pump(channel.recv, _writer(stdin), stdin.close), "stdin")
        erring = self._spawn(lambda: _pump(stderr.read, channel.sendall_stderr, _nothing), "stderr")
        _pump(stdout.read, channel.sendall, _nothing)
        erring.join()
        code = process.wait()
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            channel.send_exit_status(code if code >= 0 else 128 - code)
        _close(channel)  # ends the feeding thread's recv as well
        feeding.join()
        for stream in (stdin, stdout, stderr):
            with contextlib.suppress(OSError):
                stream.close()
        with self._lock:
            self._processes.discard(process)


def _pump(
    read: Callable[[int], bytes], write: Callable[[bytes], object], ended: Callable[[], object]
) -> None:
    """Copies until the source ends or either side breaks, then passes the end on."""
    with contextlib.suppress(OSError, EOFError, ValueError):
        while piece := read(PIECE):
            write(piece)
    with contextlib.suppress(OSError, EOFError):
        ended()


def _close(channel: paramiko.Channel) -> None:
    """Closing says so to the client, who may be gone."""
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        channel.close()


def _writer(stream: object) -> Callable[[bytes], None]:
    """An unbuffered pipe's write may be short; this one is whole."""

    def write(piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(stream.fileno(), rest) :]  # type: ignore[attr-defined]

    return write


def _end(tunnel: socket.socket) -> None:
    tunnel.shutdown(socket.SHUT_WR)


def _nothing() -> None:
    pass
