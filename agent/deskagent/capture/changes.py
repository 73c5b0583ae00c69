"""Where a screen has changed and was not looked at since, and from when on each place is worth a look.

It reads no screen and no clock. What changes for the first time in a while is due at once, whatever goes on
elsewhere: a click is answered while a film plays beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Final

from ..wire.geometry import Rectangle

_WASTE: Final = 96 * 1024
"""Unchanged pixels that two places may bring along to be looked at as one: a look costs as much by itself as
so many pixels of it."""

SETTLE: Final = 0.002
"""Seconds from a first change to the look: programs draw a letter and then the cursor behind it, scroll and
then fill the gap. Without it both halves of a keystroke are looked at, sent and shown one by one."""

_NEAR: Final = 16
"""Pixels between what counts as touching."""

_MOST: Final = 32
"""Places that are kept apart; beyond, the whole of them is one."""


class Changes:
    """Places with changes, and places that were looked at just now. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._places: list[tuple[Rectangle, float]] = []
        """Each with the moment at which it changed first."""
        self._spared: list[tuple[Rectangle, float]] = []

    def add(self, rectangles: Iterable[Rectangle], now: float) -> None:
        """Something changed there."""
        for rectangle in rectangles:
            place, since = rectangle, now
            while (mate := self._mate(place)) is not None:
                self._places.remove(mate)
                place, since = place.around(mate[0]), min(since, mate[1])
            self._places.append((place, since))
        if len(self._places) > _MOST:
            places, times = zip(*self._places, strict=True)
            self._places = [(reduce(Rectangle.around, places), min(times))]

    def spare(self, area: Rectangle, until: float) -> None:
        """What changes in `area` may wait until then."""
        self._spared.append((area, until))

    def next(self, now: float) -> tuple[Rectangle, float] | None:
        """The place that is due first and when, in the past where it is due; None where nothing changed."""
        self._spared = [one for one in self._spared if one[1] > now]
        dues = [
            (max([since + SETTLE, *(until for area, until in self._spared if area.common(place))]), place)
            for place, since in self._places
        ]
        if not dues:
            return None
        due, place = min(dues)
        return place, due

    def take(self, place: Rectangle) -> None:
        """It is being looked at."""
        self._places = [one for one in self._places if one[0] != place]

    @property
    def busy(self) -> bool:
        """Whether places wait or were looked at a moment ago, as of the last `next`."""
        return bool(self._places or self._spared)

    def _mate(self, place: Rectangle) -> tuple[Rectangle, float] | None:
        """A place that is better looked at together with this one."""
        waits = self._waits(place)
        for mate in self._places:
            other, _ = mate
            if place.around(other).area - place.area - other.area > _WASTE:
                continue
            small = max(place.area, other.area) <= _WASTE
            if _touch(place, other) or (small and self._waits(other) == waits):
                return mate
        return None

    def _waits(self, place: Rectangle) -> bool:
        return any(area.common(place) for area, _ in self._spared)


def _touch(a: Rectangle, b: Rectangle) -> bool:
    """Whether they are one thing: a small change does not wait with a large one that is somewhere else."""
    near = Rectangle(a.x - _NEAR, a.y - _NEAR, a.width + 2 * _NEAR, a.height + 2 * _NEAR)
    return near.common(b) is not None
