"""The byte stream under an SSH transport: a TCP connection, or a ProxyCommand's standard streams."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from deskconsole.common.errors import AddressError, Cancelled, ConnectionFailed

_TICK = 0.1
_ENDING = 0.5
_SOON = 5.0
"""Seconds for the look-up of a name that is probably mistyped."""
_SIOCGIFADDR = 0x8915
_LINK_SCOPE = "20"  # an address that needs its interface's number
_FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}


@dataclass(frozen=True, slots=True)
class BindSource:
    """The source of a connection: AddressFamily, BindAddress and BindInterface of ssh_config."""

    family: str = "any"
    address: str = ""
    interface: str = ""
    """Counts only where there is no address, as in ssh."""

    def bind(self, sock: socket.socket) -> None:
        """Raises OSError with a sentence where the address or the interface is not this machine's."""
        if not self.address and not self.interface:
            return
        what = f"BindAddress {self.address}" if self.address else f"BindInterface {self.interface}"
        own = self.address or _address_of(self.interface, sock.family)
        try:
            found = socket.getaddrinfo(own, 0, sock.family, socket.SOCK_STREAM) if own else []
            if not found:
                raise OSError(errno.EADDRNOTAVAIL, "no address of that kind")
            sock.bind(found[0][4])
        except OSError as error:
            raise OSError(
                errno.EADDRNOTAVAIL, f"{what} cannot be connected from: {error.strerror or error}"
            ) from error


ANY_SOURCE = BindSource()


def _address_of(interface: str, family: int) -> str:
    """An address of a network interface; empty where it has none of the family, and on other systems."""
    if sys.platform != "linux":
        return ""
    import fcntl

    if family == socket.AF_INET:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, contextlib.suppress(OSError):
            answer = fcntl.ioctl(asking, _SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
            return socket.inet_ntoa(answer[20:24])
        return ""
    with contextlib.suppress(OSError):
        for line in Path("/proc/net/if_inet6").read_text(encoding="ascii").splitlines():
            digits, _, _, scope, _, name = line.split()
            if name == interface and scope != _LINK_SCOPE:
                return str(ipaddress.IPv6Address(int(digits, 16)))
    return ""


def connect_tcp(
    address: str,
    port: int,
    where: str,
    cancelled: threading.Event,
    timeout: float,
    resolved: Callable[[list[str]], None],
    source: BindSource = ANY_SOURCE,
) -> socket.socket:
    """A connected socket with TCP_NODELAY, every address of the name tried in turn.

    `resolved` is told the IP addresses before any is tried. `source` is where to connect from. Raises
    AddressError (name unknown, port refused, no answer), Cancelled within a tenth of a second.
    """
    deadline = time.monotonic() + timeout
    found = _look_up(address, port, where, cancelled, deadline, source.family)
    resolved(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
    trouble: OSError = TimeoutError()
    for number, (family, kind, protocol, _, destination) in enumerate(found):
        # A dead first address must leave time for the others.
        share = (deadline - time.monotonic()) / (len(found) - number)
        try:
            return _connect_one(family, kind, protocol, destination, cancelled, share, source)
        except OSError as error:
            trouble = error
    if isinstance(trouble, TimeoutError):
        raise AddressError(
            f"{where} did not answer within {timeout:g} s",
            remedy="Check that the machine is on and that no firewall drops the port.",
        ) from trouble
    if isinstance(trouble, ConnectionRefusedError):
        raise AddressError(
            f"nothing listens at {where} (connection refused)",
            remedy="Check the port, and that an SSH server runs there.",
        ) from trouble
    raise AddressError(
        f"{where} cannot be reached ({trouble.strerror or trouble})",
        remedy="Check the address and the network.",
    ) from trouble


def resolves(address: str, family: str) -> bool:
    """False for a name that no name server knows; True too where none answers soon."""
    try:
        _look_up(address, 0, address, threading.Event(), time.monotonic() + _SOON, family)
    except AddressError as error:
        return error.__cause__ is None
    return True


def _look_up(
    address: str, port: int, where: str, cancelled: threading.Event, deadline: float, family: str
) -> list[tuple[Any, ...]]:
    # getaddrinfo cannot be cancelled and may take half a minute, so it gets a thread that is not waited for.
    answer: list[list[tuple[Any, ...]] | OSError | UnicodeError] = []
    done = threading.Event()

    def ask() -> None:
        try:
            answer.append(
                list(socket.getaddrinfo(address, port, _FAMILIES.get(family, 0), type=socket.SOCK_STREAM))
            )
        except (OSError, UnicodeError) as error:
            answer.append(error)
        done.set()

    thread = threading.Thread(target=ask, name=f"look up {address}", daemon=True)
    thread.start()
    while not done.wait(_TICK):
        if cancelled.is_set():
            raise Cancelled("connecting was cancelled")
        if time.monotonic() > deadline:
            raise AddressError(
                f"the name {address} was not resolved in time", remedy="Check the network's name server."
            )
    thread.join()
    found = answer[0]
    if isinstance(found, OSError | UnicodeError):
        raise AddressError(
            f"the name of {where} does not resolve",
            remedy="Check the spelling (`deskconsole hosts` lists the known hosts), or use the IP address.",
        ) from found
    return found


def _connect_one(
    family: int,
    kind: int,
    protocol: int,
    destination: Any,
    cancelled: threading.Event,
    timeout: float,
    source: BindSource,
) -> socket.socket:
    sock = socket.socket(family, kind, protocol)
    try:
        source.bind(sock)
        sock.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            sock.connect(destination)
        deadline = time.monotonic() + timeout
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_WRITE)
            while not selector.select(_TICK):
                if cancelled.is_set():
                    raise Cancelled("connecting was cancelled")
                if time.monotonic() > deadline:
                    raise TimeoutError
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, _words_of(code))
        sock.settimeout(None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    except BaseException:
        sock.close()
        raise


class ProxyCommand:
    """A running ProxyCommand and the socket that is its standard input and output.

    paramiko's own leaves processes behind and polls; a socket pair needs neither. Windows programs cannot
    read and write a socket as a file: there two threads carry the bytes between pipes and the pair.
    """

    def __init__(self, command: str, label: str) -> None:
        self.sock, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the command
        try:
            self._process = _start_on(theirs, command, self._said)
        except OSError as error:
            theirs.close()
            self.sock.close()
            self._said.close()
            raise ConnectionFailed(
                f"the ProxyCommand of {label} did not start: {error}", remedy="Try it by hand."
            ) from error

    def complaint(self) -> str:
        """The last line the command wrote to its error stream, or how it ended; empty while all is well."""
        # Its streams close a moment before it has ended.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING)
        if self._process.poll() is None or self._said.closed:
            return ""
        self._said.seek(0)
        lines = self._said.read(65536).decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return last[:200] or f"it ended with exit code {self._process.returncode}"

    def close(self) -> None:
        """End the command and whatever it started."""
        self.sock.close()
        if self._process.poll() is None:
            _end(self._process)
        self._said.close()


if sys.platform == "win32":
    import ctypes

    def _words_of(code: int) -> str:
        """The system's words for an error of a socket, which the C library does not know."""
        return ctypes.FormatError(code).strip(" .\r\n")

    def _start_on(theirs: socket.socket, command: str, said: IO[bytes]) -> subprocess.Popen[bytes]:
        """Starts it without a shell, as Windows' own ssh does."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            bufsize=0,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
        for carry in (_carry_in, _carry_out):
            threading.Thread(target=carry, args=(theirs, process), daemon=True).start()
        return process

    def _carry_in(theirs: socket.socket, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None  # noqa: S101  # asked for
        with contextlib.suppress(OSError), process.stdin:
            while piece := theirs.recv(65536):
                rest = memoryview(piece)
                while rest:  # a pipe's unbuffered write may be short
                    rest = rest[process.stdin.write(rest) :]

    def _carry_out(theirs: socket.socket, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101  # asked for
        with contextlib.suppress(OSError), theirs, process.stdout:
            while piece := process.stdout.read(65536):
                theirs.sendall(piece)
            theirs.shutdown(socket.SHUT_RDWR)  # the other thread waits in recv

    def _end(process: subprocess.Popen[bytes]) -> None:
        """Ends the command; what it started ends with its standard input, or when it is done."""
        process.kill()
        process.wait()

else:

    def _words_of(code: int) -> str:
        """The system's words for an error of a socket."""
        return os.strerror(code)

    def _start_on(theirs: socket.socket, command: str, said: IO[bytes]) -> subprocess.Popen[bytes]:
        """Starts it by /bin/sh, as ssh does; the socket is the command's alone."""
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=said,
            start_new_session=True,
        )
        theirs.close()
        return process

    def _end(process: subprocess.Popen[bytes]) -> None:
        """Ends the command and whatever it started."""
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(1)
        except ProcessLookupError:
            process.wait()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
