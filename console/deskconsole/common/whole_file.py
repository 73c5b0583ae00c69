"""Writes files in one step: after a crash or on a full disk there is the old file or the new one, whole."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from deskwin32.held_files import BRIEF_TIMEOUT, once_released


def write_whole(path: Path, data: bytes, *, mode: int) -> os.stat_result:
    """Makes a file or replaces it, and returns the status of what was written.

    A new file has this `mode` as far as the umask allows it, a replaced one keeps its own. Of a symbolic link
    the file that it means is replaced. Raises OSError; then the old file is as it was.
    """
    target = Path(os.path.realpath(path))
    old = target.stat().st_mode & 0o7777 if target.exists() else None
    if old is not None and not os.access(target, os.W_OK):
        raise PermissionError(13, "it is write-protected")
    # The name beside it has room, however long the file's own is.
    beside = target.with_name(f".{target.name[:16]}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(beside, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            beside.chmod(old)
        written = beside.stat()
        once_released(lambda: beside.replace(target), BRIEF_TIMEOUT)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    return written
