"""What a process costs, from /proc: CPU time and memory. It starts and ends nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
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


class Tree:
    """A process and all below it."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._before = self._total()

    def spent(self) -> float:
        """Seconds of CPU since this was made."""
        return self._total() - self._before

    def memory(self) -> float:
        """Bytes held now; what processes share counts once."""
        return float(sum(process.memory_full_info().pss for process in self._all()))

    def _all(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]

    def _total(self) -> float:
        times = [process.cpu_times() for process in self._all()]
        return float(sum(one.user + one.system for one in times))
