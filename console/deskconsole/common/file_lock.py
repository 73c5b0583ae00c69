"""A lock that one thread of one process holds, among all of this machine that know its file."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .paths import make_private_folder

LOOK_AGAIN = 0.25
"""Seconds between two tries."""

BRIEFLY = 10.0
"""Seconds; far more than a change of a small file takes."""


@contextmanager
def locked(path: Path, waiting: Callable[[], None]) -> Iterator[bool]:
    """Holds the lock inside; gives whether it had to be waited for. Raises OSError where no file can be made.

    `waiting` is called before each wait; what it raises ends that. The system takes the lock back from a
    process that dies. The file stays: taking it away would let two hold locks of the same name.
    """
    make_private_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        waited = False
        while not _taken(descriptor):
            waited = True
            waiting()
            time.sleep(LOOK_AGAIN)
        yield waited
    finally:
        os.close(descriptor)


def briefly(seconds: float = BRIEFLY) -> Callable[[], None]:
    """Waits no longer than this for a small file's lock: its holder may be stopped. Raises TimeoutError."""
    end = time.monotonic() + seconds

    def waiting() -> None:
        if time.monotonic() > end:
            raise TimeoutError(errno.ETIMEDOUT, f"another program has kept it locked for {seconds:g} s")

    return waiting


if sys.platform == "win32":
    import msvcrt

    def _taken(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
