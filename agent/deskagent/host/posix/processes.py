"""The processes of a POSIX host as /proc shows them: the one scan of them, and the one way to end them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

PROC = Path("/proc")

EXIT_TIMEOUT = 3.0
"""Seconds a process has to end on its own."""


def processes() -> list[int]:
    """Every process of the machine that can be looked at."""
    return [int(entry.name) for entry in PROC.glob("[0-9]*")]


def command_line(pid: int) -> list[bytes]:
    """The words of its command, none of a zombie; raises OSError where it is gone or hidden."""
    return (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")


def owner(pid: int) -> int:
    """The number of the user whom it belongs to; raises OSError."""
    return (PROC / str(pid) / "environ").stat().st_uid


def environment(pid: int) -> dict[bytes, bytes]:
    """Its variables as they were when it began; raises OSError, also for a process of another user."""
    lines = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    return dict(line.split(b"=", 1) for line in lines if b"=" in line)


def is_agent(pid: int) -> bool:
    """True if it is a console's agent, whichever user's; raises OSError."""
    return b"deskagent" in command_line(pid)


def instance_of(pid: int, root: Path) -> str | None:
    """The instance of an agent that was started from below `root`; None for any other process."""
    start = os.fsencode(root / "run") + b"/"
    try:
        words = command_line(pid)
    except OSError:
        return None
    if b"deskagent" not in words:
        return None
    below = (word[len(start) :] for word in words if word.startswith(start))
    return next((os.fsdecode(path.split(b"/")[0]) for path in below), None)


def agents(root: Path) -> list[tuple[int, str]]:
    """Process and instance of each agent that was started from below `root` and lives."""
    found = ((pid, instance_of(pid, root)) for pid in processes())
    return [(pid, instance) for pid, instance in found if instance is not None]


def state(pid: int) -> str:
    """The letter that the kernel gives it; X where it is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return "X"


def end(pids: list[int]) -> None:
    """Asks, waits, then insists. One that is gone, or that this user may not end, is no error."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGCONT)  # a stopped one could not end
                os.kill(pid, number)
            except (ProcessLookupError, PermissionError):
                continue
        deadline = time.monotonic() + EXIT_TIMEOUT
        while time.monotonic() < deadline:
            pids = [pid for pid in pids if state(pid) not in "ZX"]
            if not pids:
                return
            time.sleep(0.02)
