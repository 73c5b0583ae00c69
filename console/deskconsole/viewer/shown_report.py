"""The report of what a window shows: the console hears of it a few times a second."""

from __future__ import annotations

from .input_outbox import InputOutbox
from .messages import Shown

_PAUSE = 0.5
"""Seconds between two reports."""


class ShownReport:
    """Counts the drawings. Times are seconds on the monotonic clock."""

    def __init__(self, outbox: InputOutbox) -> None:
        self._outbox = outbox
        self.packet = 0
        """The last packet whose changes the window has."""
        self.draws = 0
        self._told = 0
        self._told_at = 0.0

    def tell(self, now: float) -> None:
        """Says what is shown, if it is something new and not too soon."""
        if self.draws != self._told and now - self._told_at >= _PAUSE:
            self._told, self._told_at = self.draws, now
            self._outbox.put(Shown(self.packet, self.draws))
