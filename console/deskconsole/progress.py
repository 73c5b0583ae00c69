"""How far a long step has come, and how fast it goes; whoever shows it gets it by a callback."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of one step."""

    step: str
    """What is being done, such as `uploading the agent`."""
    done: int
    total: int
    """Bytes; 0 where nobody knows."""
    rate: float = 0.0
    """Bytes a second, mean over the step."""


Report = Callable[[Progress], None]
"""Called on the thread that works. What it raises (`Cancelled`, say) ends the step and leaves no trace."""


def ignore(progress: Progress) -> None:
    """For those who do not want to know."""


class Meter:
    """Turns `(done, total)` of one upload into reports."""

    def __init__(self, step: str, report: Report) -> None:
        self._step = step
        self._report = report
        self._begun = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        seconds = time.monotonic() - self._begun
        self._report(Progress(self._step, done, total, done / seconds if seconds > 0.05 else 0.0))
