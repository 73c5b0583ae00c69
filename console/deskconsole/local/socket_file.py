"""The socket of a running console as a file: made for its user alone, found by commands, removed when stale.

Windows has no such sockets in Python: there no console listens, and each command makes sessions of its own.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deskconsole.common.paths import make_private_folder

from .messages import ConsoleKind

SUPPORTED = sys.platform != "win32"

_SUFFIX = ".sock"
_LONGEST = 100
"""Bytes of a socket's path: Linux takes 107, macOS 103."""

_BACKLOG = 1024
"""Commands that wait to be accepted: one that records a hundred hosts comes with all of them at once."""


def listen(folder: Path, kind: ConsoleKind) -> tuple[socket.socket, Path]:
    """A listening socket that only this user reaches, and its file. Raises OSError.

    Files of consoles that were killed are removed.
    """
    make_private_folder(folder)
    _require_own(folder)
    for path in socket_files(folder):
        _remove_stale(path)
    path = folder / f"{kind.value}-{os.getpid()}{_SUFFIX}"
    # Another console that starts now would take a socket that is bound and not listened at for a stale one.
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    listener = _new()
    try:
        # The mode of the folder keeps others out from the first moment on; that of the file is for systems
        # that look at it too.
        with _short(new) as name:
            listener.bind(name)
        new.chmod(0o600)
        listener.listen(_BACKLOG)
        new.replace(path)
    except OSError:
        listener.close()
        raise
    return listener, path


def connect(path: Path, timeout: float) -> socket.socket:
    """A connection to the console that listens at `path`. Raises OSError."""
    connection = _new()
    try:
        connection.settimeout(timeout)
        with _short(path) as name:
            connection.connect(name)
        if not same_user(connection):
            raise PermissionError("the socket belongs to another user")
    except OSError:
        connection.close()
        raise
    return connection


def socket_files(folder: Path) -> list[Path]:
    """The sockets of the folder, by kind, of one kind the newest first.

    None where the folder is missing or not the user's own.
    """
    try:
        _require_own(folder)
        found = [(path.lstat(), path) for path in folder.glob(f"*{_SUFFIX}")]
    except OSError:
        return []
    kinds = [kind.value for kind in ConsoleKind]
    ours = [
        (kinds.index(kind), -status.st_mtime, path)
        for status, path in found
        if stat.S_ISSOCK(status.st_mode) and (kind := path.name.partition("-")[0]) in kinds
    ]
    return [path for *_, path in sorted(ours)]


def same_user(connection: socket.socket) -> bool:
    """True if the other end runs as this user; without SO_PEERCRED True, as the file's mode has to do."""
    if sys.platform != "linux":
        return True
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.geteuid())


def _remove_stale(path: Path) -> None:
    """Removes the file of a console that does not listen any more."""
    try:
        connect(path, 1.0).close()
    except ConnectionRefusedError:
        with contextlib.suppress(OSError):
            path.unlink()
    except OSError:
        pass  # It listens and is busy, or it is another user's.


def _require_own(folder: Path) -> None:
    """Raises PermissionError for a folder that others may change, or that is another user's."""
    status = folder.lstat()
    if sys.platform == "win32":
        return
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise PermissionError(f"{folder} is not private to this user")


def _new() -> socket.socket:
    if sys.platform == "win32":
        raise OSError("there are no local sockets on Windows")
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of the file that a socket's address has room for, while the block runs."""
    if len(os.fsencode(path)) <= _LONGEST or sys.platform != "linux":
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
