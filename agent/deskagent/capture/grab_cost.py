"""The cost of a look at part of a screen, and how long that part is left alone for it."""

from __future__ import annotations

from typing import Final

from .pacing import ACTIVE_INTERVAL

_SHARE: Final = 0.4
"""Part of a core that a place which changes all the time may take, grab to packet, for all who look."""

_LONGEST: Final = 1 / 4
"""Seconds; a picture that comes more rarely is of no use to anybody."""

_LATEST: Final = 0.3
"""Weight of the latest look among those before it."""


class GrabCost:
    """Keeps what looks cost by the size of what was looked at, each size twice the one before."""

    def __init__(self) -> None:
        self._costs: dict[int, float] = {}
        self._last: tuple[int, float] | None = None

    def begin(self, area: int, spent: float) -> None:
        """A look at `area` pixels begins; `spent`: seconds of CPU that the process took in its life. What it
        takes until the next look, or until a rest, is this one's cost: other threads still encode."""
        self.end(spent)
        self._last = area.bit_length(), spent

    def end(self, spent: float) -> None:
        """Nothing has changed for a while, and what the process takes from here on is no look's: a minute of
        heartbeats would make the first keys after it wait for each other."""
        if self._last is not None:
            size, before = self._last
            cost = spent - before
            self._costs[size] = cost + (1 - _LATEST) * (self._costs.get(size, cost) - cost)
        self._last = None

    def pause(self, area: int) -> float:
        """Seconds for which so many pixels are not worth another look."""
        cost = self._costs.get(area.bit_length(), 0.0)
        return max(ACTIVE_INTERVAL, min(_LONGEST, cost / _SHARE))
