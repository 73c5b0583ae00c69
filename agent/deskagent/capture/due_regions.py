"""Places of a screen that have changed and were not looked at since, and when each is worth a look.

It reads no screen and no clock. What changes for the first time in a while is due at once, whatever moves
elsewhere: a click is answered while a film plays beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Final, NamedTuple

from deskwire.geometry import Rectangle

_WASTE: Final = 96 * 1024
"""Unchanged pixels that two places may bring along to be looked at as one: a look alone costs as much as
so many pixels of it."""

SETTLE: Final = 0.001
"""Seconds from a first change to the look: programs draw a letter and then the cursor behind it, scroll and
then fill the gap. Without it both halves of a keystroke are looked at, sent and shown one by one. Twice as
long only shows each key 1 ms later: 23 keys in xterm, in bash and in a Tk editor are 23 looks either way."""

_NEAR: Final = 16
"""Pixels between what counts as touching."""

_MOST: Final = 32
"""Places that are kept apart; beyond, the whole of them is one."""


class _Place(NamedTuple):
    area: Rectangle
    since: float
    """When it changed first."""
    until: float
    """The end of its wait, as it was when the change came: a place across two films would else wait for ever,
    for one of them was always looked at just now."""

    @property
    def due(self) -> float:
        return max(self.since + SETTLE, self.until)

    def with_(self, other: _Place, now: float) -> _Place:
        """Both as one. It waits if one of them does, and no longer than the first of those that do."""
        waits = [until for until in (self.until, other.until) if until > now]
        return _Place(
            self.area.around(other.area), min(self.since, other.since), min(waits, default=self.until)
        )


class DueRegions:
    """Places with changes, and places that were looked at just now. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._spared: list[tuple[Rectangle, float]] = []

    def add(self, rectangles: Iterable[Rectangle], now: float) -> None:
        """Something changed there."""
        for rectangle in rectangles:
            waits = [until for area, until in self._spared if until > now and area.common(rectangle)]
            place = _Place(rectangle, now, max(waits, default=now))
            while (mate := self._mate(place, now)) is not None:
                self._places.remove(mate)
                place = place.with_(mate, now)
            self._places.append(place)
        if len(self._places) > _MOST:
            self._places = [reduce(lambda one, other: one.with_(other, now), self._places)]

    def spare(self, area: Rectangle, until: float) -> None:
        """Changes in `area` from now on may wait until then."""
        self._spared.append((area, until))

    def next(self, now: float) -> tuple[Rectangle, float] | None:
        """The place that is due first and when, in the past where it is due; None where nothing changed."""
        self._spared = [one for one in self._spared if one[1] > now]
        if not self._places:
            return None
        first = min(self._places, key=lambda place: place.due)
        return first.area, first.due

    def take(self, area: Rectangle) -> None:
        """Takes note that the place is being looked at."""
        self._places = [one for one in self._places if one.area != area]

    def _mate(self, place: _Place, now: float) -> _Place | None:
        """A place that is better looked at together with this one."""
        for mate in self._places:
            if place.area.around(mate.area).area - place.area.area - mate.area.area > _WASTE:
                continue
            small = max(place.area.area, mate.area.area) <= _WASTE
            if _touch(place.area, mate.area) or (small and (place.until > now) == (mate.until > now)):
                return mate
        return None


def _touch(a: Rectangle, b: Rectangle) -> bool:
    """Returns whether they are one thing: a small change does not wait with a large one elsewhere."""
    near = Rectangle(a.x - _NEAR, a.y - _NEAR, a.width + 2 * _NEAR, a.height + 2 * _NEAR)
    return near.common(b) is not None
