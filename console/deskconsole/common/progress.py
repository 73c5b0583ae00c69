"""Progress of a long step and its speed, told to a callback."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of one step."""

    step: str
    """The step's name, such as `uploading the agent`."""
    done: int
    total: int
    """Bytes; 0 where nobody knows."""
    rate: float = 0.0
    """Bytes a second, mean over the step."""


Report = Callable[[Progress], None]
"""Called on the thread that works. What it raises (`Cancelled`, say) ends the step and leaves no trace."""


_PAUSE = 0.1


def ignore(progress: Progress) -> None:
    """Does nothing: for callers that show no progress."""


class ProgressMeter:
    """Turns `(done, total)` of one step into reports: the first, the last, and ten a second between."""

    def __init__(self, step: str, report: Report) -> None:
        self._step = step
        self._report = report
        self._begun = self._told = 0.0
        self._first: int | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._first is None:  # what was there before counts as done, and for no speed
            self._first, self._begun = done, now
        elif done < total and now - self._told < _PAUSE:
            return
        self._told = now
        seconds = now - self._begun
        rate = (done - self._first) / seconds if seconds > 0.05 else 0.0
        self._report(Progress(self._step, done, total, rate))
