"""scanner.py FOLDER PATTERN [SECONDS]: a virus scanner, as far as others notice one.

Every file of a path that the pattern fits, and that was not there at the start, is opened at once and held:
others may read and write it meanwhile, not delete or rename it. Lets go of each after SECONDS. Lets go of all
and ends when its file `scans` goes.
"""

import fnmatch
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path

assert sys.platform == "win32"

from winhost.shims.native import kernel32

SCANS = Path(r"C:\testbed\scans")
_READ = 0x80000000
_SHARE_READ_AND_WRITE = 0x3
_OPEN_EXISTING = 3
_INVALID = wintypes.HANDLE(-1).value

kernel32.CreateFileW.restype = wintypes.HANDLE


def files(folder: str, pattern: str) -> Iterator[str]:
    """Paths of what is to be scanned."""
    for above, _, names in os.walk(folder):
        for name in names:
            path = rf"{above}\{name}"
            if fnmatch.fnmatch(path, pattern):
                yield path


def hold(path: str) -> int | None:
    """A handle; None where it is gone already, or somebody who shares nothing writes it."""
    handle: int | None = kernel32.CreateFileW(
        path, _READ, _SHARE_READ_AND_WRITE, None, _OPEN_EXISTING, 0, None
    )
    return None if handle == _INVALID else handle


def main(folder: str, pattern: str, seconds: str = "inf") -> None:
    """Scans until it is told to end; the system closes what it holds."""
    known = set(files(folder, pattern))
    held: deque[tuple[float, int]] = deque()
    SCANS.touch()
    while SCANS.exists():
        for path in files(folder, pattern):
            if path not in known and (handle := hold(path)) is not None:
                known.add(path)
                held.append((time.monotonic() + float(seconds), handle))
        while held and held[0][0] <= time.monotonic():
            kernel32.CloseHandle(wintypes.HANDLE(held.popleft()[1]))
        time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
