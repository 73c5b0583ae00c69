"""Processes of a benchmark, and what they cost, from /proc: CPU time and memory."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil


def cpu_shares(pids: Mapping[str, int], seconds: float) -> dict[str, float]:
    """Per cent of one core that each process took during the next `seconds`, by the mapping's names."""
    before = {name: _cpu(pid) for name, pid in pids.items()}
    began = time.monotonic()
    time.sleep(seconds)
    spent = time.monotonic() - began
    return {name: round(100 * (_cpu(pid) - before[name]) / spent, 2) for name, pid in pids.items()}


def peak_memory(pid: int) -> float:
    """Most resident memory that the process ever had, in MB (10**6 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    raise RuntimeError(f"process {pid} has no memory")


def child(needle: str) -> int:
    """Number of a process below this one with `needle` among its arguments."""
    for process in psutil.Process().children(recursive=True):
        if needle in process.cmdline():
            return int(process.pid)
    raise RuntimeError(f"{needle} does not run")


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """A program while the context lasts, what it says in a file: its process."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def named_child(name: str) -> int:
    """A process that this one started, by the name of its program."""
    return next(int(one.pid) for one in psutil.Process().children() if one.name() == name)


class Trees:
    """Processes, and all below them, whenever they were started."""

    def __init__(self, *pids: int) -> None:
        self._roots = [psutil.Process(pid) for pid in pids]
        self._before = self._total()

    def restart(self) -> None:
        """Counts from now on."""
        self._before = self._total()

    def spent(self) -> float:
        """Seconds of CPU since this was made, or restarted."""
        return self._total() - self._before

    def memory(self) -> float:
        """Bytes held now; of what processes share, each has its part."""
        return float(sum(process.memory_full_info().pss for process in self._all()))

    def _all(self) -> list[psutil.Process]:
        return [one for root in self._roots for one in (root, *root.children(recursive=True))]

    def _total(self) -> float:
        # Those of children that have ended are with their parents.
        times = [process.cpu_times() for process in self._all()]
        return float(sum(one.user + one.system + one.children_user + one.children_system for one in times))
