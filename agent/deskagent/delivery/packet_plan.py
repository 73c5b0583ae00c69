"""The plan of the next packet. What a packet holds is decided here, within its `PacketBudget`.

`plan_packet` is a pure function: the link reads the plan, encodes and sends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from deskagent.encoding.codecs.jpeg import VideoLimits
from deskagent.encoding.tiles import CELL
from deskagent.picture.copy_rects import CopyRect
from deskwire.geometry import Rectangle

from .packet_budget import PacketBudget

_TILE: Final = (1024, 192)
"""Width and height of the parts in which large rectangles are divided where they take long: none that is cut
from something of twice that height is too low to count as part of a picture in motion."""

SMALL: Final = 64 * 1024
"""Pixels of what goes first: as a rule, what somebody just did."""

_MOST_WAITS: Final = 3
"""Packets, at most, in which what is small may hold back all that is large: what never rests, as the faces in
a conference, would do so for ever."""


class PendingUpdate(NamedTuple):
    """The changes that one console has not got yet."""

    copies: Sequence[CopyRect] = ()
    """In their order, before the rectangles."""
    changed: Sequence[Rectangle] = ()
    """The places where its picture differs after the copies. No two overlap."""
    last_sent: Mapping[Rectangle, int] = {}
    """The number of the packet in which a tile was sent last; a tile that is missing waits longest."""
    large_waited: int = 0
    """Packets in a row in which what is small held back all that is large."""


class LossyPicture(Protocol):
    """A console's picture that is not exact everywhere, as far as is known; `LinkEncoder` is one."""

    def in_motion(self, rectangle: Rectangle) -> bool:
        """Is all of it in motion, so that it will be sent with loss?"""
        ...

    def resting(self, now: float, pixels: int, owed: Iterable[Rectangle] = ()) -> list[Rectangle]:
        """Places that are not exact and rest: about so many pixels, none of `owed`."""
        ...


class PacketPlan(NamedTuple):
    """One packet: copies first, then what changed, then what is made exact."""

    copies: Sequence[CopyRect]
    changed: Sequence[Rectangle]
    deferred: Sequence[Rectangle]
    """Other changes, which wait for a later packet."""
    refine: Sequence[Rectangle]
    """Places that were sent with loss, rest and are made exact."""
    video: VideoLimits
    """The limits of what is in motion."""
    divided: bool = False
    """The budget had no room for all changes as they were: large ones are tiles now."""

    @property
    def share(self) -> float:
        """The packet's part of the changed pixels, 0 to 1; 1 where nothing has changed."""
        area = sum(one.area for one in self.changed)
        return area / (area + sum(one.area for one in self.deferred)) if area else 1.0


def plan_packet(
    pending: PendingUpdate, picture: LossyPicture, budget: PacketBudget, now: float
) -> PacketPlan:
    """All copies, and as much of the changes as the budget has pixels for, the smallest first: what somebody
    just did is seen before the rest of a page. With the room that is left goes what rests and is not exact.

    `now`: seconds on the clock of `picture`.
    """

    def weight(one: Rectangle) -> float:
        return budget.weight(one.area, in_motion=picture.in_motion(one))

    changed = pending.changed
    deferred: Sequence[Rectangle] = ()
    taken = sum(map(weight, changed))
    divided = taken > budget.pixels
    if divided:
        changed, deferred = _divide(pending, budget.pixels, weight)
        taken = sum(map(weight, changed))
    refine = picture.resting(now, budget.refined(taken), (*changed, *deferred))
    plan = PacketPlan(pending.copies, changed, deferred, refine, VideoLimits(), divided)
    return plan._replace(video=budget.video(plan.share))


def _divide(
    pending: PendingUpdate, pixels: float, weight: Callable[[Rectangle], float]
) -> tuple[Sequence[Rectangle], Sequence[Rectangle]]:
    """Divides what goes now, tiles of about so many pixels together, one tile at least, from what waits.

    Of large ones those come first whose turn it is: a film on a link that is too narrow for it would
    otherwise begin again all the time and never get to its lower half.
    """
    # What goes whole shows one picture of a film, not parts of several.
    parts = ([one] if weight(one) <= pixels else _tiles(one) for one in pending.changed)
    tiles = [tile for part in parts for tile in part]
    large_first = pending.large_waited >= _MOST_WAITS
    tiles.sort(
        key=lambda tile: ((tile.area > SMALL) != large_first, pending.last_sent.get(tile, 0), tile.area)
    )
    count, total = 1, weight(tiles[0])
    while count < len(tiles) and (total := total + weight(tiles[count])) <= pixels:
        count += 1
    return tiles[:count], tiles[count:]


def _tiles(one: Rectangle) -> Iterator[Rectangle]:
    """A rectangle in parts of about the same size, few of them wider or higher than a tile.

    They meet where cells do: of a cell that two share neither sends all, and in a film it would count as
    resting, to be made exact again and again.
    """
    x, y, width, height = one
    columns, rows = _cuts(x, width, _TILE[0]), _cuts(y, height, _TILE[1])
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            yield Rectangle(left, top, right - left, bottom - top)


def _cuts(begin: int, length: int, longest: int) -> list[int]:
    """From `begin` to its end, by way of edges of cells."""
    count = -(-length // longest)
    edges = {(begin + number * length // count + CELL // 2) // CELL * CELL for number in range(1, count)}
    return [begin, *sorted(edge for edge in edges if begin < edge < begin + length), begin + length]
