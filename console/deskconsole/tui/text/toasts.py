"""Chooses the events that are also shown as a toast: at most one a second, the worst first. No widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deskconsole.wording.events import Severity

from .log_line import LogLine

EVERY = 1.0
"""Seconds between two toasts."""

ERROR_STANDS = 5.0
"""Seconds for which no mere warning takes an error's place."""


@dataclass(frozen=True, slots=True)
class Toast:
    """An event to be shown for a moment, and how many others gave way to it."""

    line: LogLine
    others: int

    def text(self, log_key: str) -> str:
        """`log_key` is the key that shows all of them."""
        more = f" (and {self.others} more: {log_key} shows all)" if self.others else ""
        return self.line.text + more


class Toasts:
    """Holds back what a host that talks much says; everything stands in the log all the same."""

    def __init__(self) -> None:
        self._waiting: LogLine | None = None
        self._others = 0
        self._shown: Severity = "info"
        self._shown_at = float("-inf")

    def add(self, lines: Iterable[LogLine]) -> None:
        """Takes warnings and errors; the newest error wins, without one the newest warning."""
        for line in lines:
            if line.severity == "info":
                continue
            if self._waiting is not None:
                self._others += 1
            if self._waiting is None or line.severity == "error" or self._waiting.severity == "warning":
                self._waiting = line

    def take(self, now: float) -> Toast | None:
        """The toast to be shown at `now` (seconds on a clock that never goes back), if any."""
        waiting = self._waiting
        if waiting is None:
            return None
        lesser = waiting.severity == "warning" and self._shown == "error"
        if now - self._shown_at < (ERROR_STANDS if lesser else EVERY):
            return None
        toast = Toast(waiting, self._others)
        self._waiting, self._others = None, 0
        self._shown, self._shown_at = waiting.severity, now
        return toast
