"""The update tracker: what one console has not got yet of the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from deskagent.encoding.tiles import CELL
from deskagent.picture.copy_rects import CopyRect
from deskagent.picture.damage import MAX_RECTANGLES, join
from deskagent.picture.screen import Change
from deskwire.geometry import Rectangle

_MOST_MOVES: Final = 16
"""Moves that may wait: more of them have been overtaken by what came after."""

_MOST_COPIED: Final = 2
"""How often the moves that wait may cover the picture, all together. A packet may cover it COVERAGE times:
what changed does so once, and what is made exact."""

_TILE: Final = (1024, 192)
"""Width and height of the parts in which large rectangles are divided where they take long: none that is cut
from something of twice that height is too low to count as part of a picture in motion."""

_SMALL: Final = 64 * 1024
"""Pixels of what goes first: what somebody just did, as a rule."""

_PATIENCE: Final = 3
"""Packets, at most, in which what is small may keep back all that is large: what never rests, as the faces in
a conference, would do so for ever."""

_MOST_TURNS: Final = 256
"""Tiles of which it is known when it was their turn."""


Weigh = Callable[[Rectangle], float]
"""For how many pixels a rectangle counts."""


def _area(one: Rectangle) -> float:
    return one.area


class PendingUpdate(NamedTuple):
    """What makes the console's picture equal to ours: the moves in their order, then the rectangles."""

    moves: Sequence[CopyRect]
    rectangles: Sequence[Rectangle]
    left: Sequence[Rectangle]
    """What is not for now: where it still will not be equal."""


class UpdateTracker:
    """Adds up changes until they are taken. Not safe between threads: its owner locks.

    The console's picture after the moves that wait differs from ours in the rectangles only.
    """

    def __init__(self, width: int, height: int, *, copies: bool) -> None:
        """The console has a whole picture of this size. `copies`: whether it can copy within that."""
        self._area = width * height
        self._copies = copies
        self._moves: list[CopyRect] = []
        self._rectangles: list[Rectangle] = []
        self._turns: dict[Rectangle, int] = {}
        self._turn = 0
        self._kept_back = 0

    def __bool__(self) -> bool:
        return bool(self._moves or self._rectangles)

    def add(self, change: Change) -> None:
        """The picture changed once more."""
        for move in change.moves:
            if self._copies:
                self._move(move)
            else:
                self._rectangles.append(move.target)
        self._rectangles.extend(change.rectangles)
        copied = sum(move.target.area for move in self._moves)
        if len(self._moves) > _MOST_MOVES or copied > _MOST_COPIED * self._area:
            # A move that is left out leaves its target behind, and whatever was moved on from there lies in
            # the target of a later one.
            self._rectangles.extend(move.target for move in self._moves)
            self._moves.clear()
        if len(self._rectangles) > MAX_RECTANGLES:
            self._rectangles = join(self._rectangles)

    def take(self, pixels: float | None = None, weigh: Weigh = _area) -> PendingUpdate:
        """All that is owed, or all moves and about so many pixels, the smallest rectangles first: what
        somebody just did is seen before the rest of a page. What is left stays owed. A rectangle counts for
        as many pixels as `weigh` says."""
        taken = join(self._rectangles)
        left: list[Rectangle] = []
        if pixels is not None and sum(map(weigh, taken)) > pixels:
            taken, left = self._divided(taken, pixels, weigh)
        owed = PendingUpdate(self._moves, taken, left)
        self._moves, self._rectangles = [], left
        return owed

    def _divided(
        self, rectangles: list[Rectangle], pixels: float, weigh: Weigh
    ) -> tuple[list[Rectangle], list[Rectangle]]:
        """Tiles of them, about so many pixels together and one tile at least, and the other ones.

        Of large ones those come first whose turn it is: a film on a link that is too narrow for it would
        otherwise begin again all the time and never get to its lower half.
        """
        # What goes whole shows one picture of a film, not parts of several.
        parts = ([one] if weigh(one) <= pixels else _tiles(one) for one in rectangles)
        tiles = [tile for part in parts for tile in part]
        large_first = self._kept_back >= _PATIENCE
        tiles.sort(
            key=lambda tile: ((tile.area > _SMALL) != large_first, self._turns.get(tile, 0), tile.area)
        )
        count = 1
        total = weigh(tiles[0])
        while count < len(tiles) and total + weigh(tiles[count]) <= pixels:
            total += weigh(tiles[count])
            count += 1
        keeps_back = tiles[count - 1].area <= _SMALL < tiles[-1].area
        self._kept_back = self._kept_back + 1 if keeps_back else 0
        if len(self._turns) > _MOST_TURNS:
            self._turns.clear()
        self._turn += 1
        self._turns.update(dict.fromkeys(tiles[:count], self._turn))
        return tiles[:count], tiles[count:]

    def _move(self, move: CopyRect) -> None:
        source_x, source_y, target = move
        source = target._replace(x=source_x, y=source_y)
        # Where the console is behind at the source it will be at the target.
        self._rectangles += [
            common._replace(x=common.x - source_x + target.x, y=common.y - source_y + target.y)
            for one in self._rectangles
            if (common := one.common(source)) is not None
        ]
        self._moves.append(move)


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
