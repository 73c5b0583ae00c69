"""The pace of looks at a screen that cannot tell when it changed. It keeps time, it does not sleep."""

from __future__ import annotations

ACTIVE_INTERVAL = 1 / 60
"""Seconds between grabs while something moves: no display shows more."""

_IDLE_INTERVAL = 1 / 20
"""Seconds between grabs while nothing moves: a change waits 25 ms on average, and at 2.4 ms for a grab and a
comparison of 1920 x 1080 an idle desktop costs 5 % of a core."""

_IDLE_SLOWEST = 1 / 4
"""An expensive grab may stretch the idle interval to this and no further."""

_REST = 0.5
"""Seconds without a change after which the screen counts as idle."""


class Pacing:
    """The interval between grabs, from what the last ones cost and when the last change was.

    A grab that takes 80 ms (4K over GDI) is not repeated 60 times a second: it gets at most two thirds of
    a core while the screen moves and a tenth while it rests.
    """

    def __init__(self) -> None:
        self._cost = 0.0
        self._changed_at = float("-inf")

    def grabbed(self, cost: float) -> None:
        """A grab took `cost` seconds; the last few count, the latest most."""
        self._cost = cost if not self._cost else 0.7 * self._cost + 0.3 * cost

    def changed(self, now: float) -> None:
        """Something was different, or somebody is about to change it."""
        self._changed_at = now

    def interval(self, now: float) -> float:
        """Seconds from the beginning of one grab to the next."""
        if now - self._changed_at < _REST:
            return max(ACTIVE_INTERVAL, 1.5 * self._cost)
        return max(_IDLE_INTERVAL, min(_IDLE_SLOWEST, 10 * self._cost))
