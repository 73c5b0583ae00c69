"""What runs, as tests ask it. A zombie is gone: where process 1 is slow to reap, it stays listed."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

_GONE = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


def is_gone(process: psutil.Process | int) -> bool:
    """Whether a process, or the one with this number, has ended."""
    try:
        one = psutil.Process(process) if isinstance(process, int) else process
        return not one.is_running() or one.status() in _GONE
    except psutil.NoSuchProcess:
        return True


def children(words: str, parent: int | None = None) -> list[psutil.Process]:
    """The living children, of this very process by default, with these words in their command line."""
    return [child for child in psutil.Process(parent).children() if words in _line(child)]


def running(path: Path, words: str = "") -> list[int]:
    """The living processes with a path below this one, and these words, in their command line.

    The path must be the test's own: others test on the same machine.
    """
    lines = {process.pid: _line(process) for process in psutil.process_iter()}
    return [pid for pid, line in lines.items() if str(path) in line and words in line]


def open_files() -> int:
    """Counts the files and sockets that this process has open; other threads may be closing some."""
    return len(list(Path("/proc/self/fd").iterdir()))


def shared_segments(process: int | None = None) -> list[str]:
    """System V shared memory that a process made, this very one by default."""
    rows = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    return [row[1] for row in rows if int(row[4]) == (process or os.getpid())]


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # a zombie is a kind of the first
        return ""
