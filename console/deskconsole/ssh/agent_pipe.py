r"""Windows' named pipe to an ssh-agent, as a socket: reading from a pipe knows no time limit there.

OpenSSH's agent, and those that stand in for it (1Password, gpg-agent), listen at PIPE.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
import time
from collections.abc import Callable
from io import FileIO

PIPE = r"\\.\pipe\openssh-ssh-agent"
"""Where ssh.exe looks for an agent if nothing names another."""

_BUSY = 0.1
"""Seconds between two tries at a pipe that is serving another client."""

_LONGEST = 256 * 1024
"""Bytes of a message, as many as OpenSSH allows."""


def is_pipe(path: str) -> bool:
    r"""True for `\\.\pipe\NAME`, also with slashes. Git's bash sets SSH_AUTH_SOCK to a file that is none."""
    return path.replace("/", "\\").lower().startswith("\\\\.\\pipe\\")


def open_agent_pipe(path: str, patience: float) -> socket.socket:
    """Connects to the agent there; `patience`: seconds to wait for a pipe that is busy. Raises OSError."""
    pipe = _open(path, time.monotonic() + patience)
    ours, theirs = socket.socketpair()
    threading.Thread(target=_carry, args=(theirs, pipe), name="pipe to the ssh-agent", daemon=True).start()
    return ours


def _open(path: str, deadline: float) -> FileIO:
    while True:
        try:
            return FileIO(path, "r+b")
        except OSError as error:
            # That is how the C library says that the pipe is busy.
            if error.errno != errno.EINVAL or time.monotonic() > deadline:
                raise
        time.sleep(_BUSY)


def _carry(link: socket.socket, pipe: FileIO) -> None:
    """Carries requests to the agent and its answers back, one after the other, as agents work."""
    with contextlib.suppress(OSError, EOFError), link, pipe, link.makefile("rwb") as requests:
        while True:
            request = _message(requests.read)
            while request:  # a write may be short
                request = request[pipe.write(request) or 0 :]
            requests.write(_message(pipe.read))
            requests.flush()


def _message(read: Callable[[int], bytes | None]) -> bytes:
    size = _exactly(read, 4)
    if int.from_bytes(size) > _LONGEST:
        raise EOFError
    return size + _exactly(read, int.from_bytes(size))


def _exactly(read: Callable[[int], bytes | None], size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = read(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
