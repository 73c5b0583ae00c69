"""What one console has not got yet of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from .damage import MAX_RECTANGLES, join
from .moves import Move
from .picture import Change
from .wire.geometry import Rectangle

_MOST_MOVES: Final = 16
"""Moves that may wait: more of them have been overtaken by what came after."""


class Owed(NamedTuple):
    """What makes the console's picture equal to ours: the moves in their order, then the rectangles."""

    moves: Sequence[Move]
    rectangles: Sequence[Rectangle]


class Pending:
    """Adds up changes until they are taken. Not safe between threads: whoever owns it locks.

    The console's picture after the moves that wait differs from ours in the rectangles only.
    """

    def __init__(self, *, copies: bool) -> None:
        """`copies`: whether the console can copy within its picture."""
        self._copies = copies
        self._moves: list[Move] = []
        self._rectangles: list[Rectangle] = []

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
        if len(self._moves) > _MOST_MOVES:
            # A move that is left out leaves its target behind, and whatever was moved on from there lies in
            # the target of a later one.
            self._rectangles.extend(move.target for move in self._moves)
            self._moves.clear()
        if len(self._rectangles) > MAX_RECTANGLES:
            self._rectangles = join(self._rectangles)

    def take(self, pixels: int | None = None) -> Owed:
        """All that is owed, or all moves and about so many pixels, the smallest rectangles first: what
        somebody just did is seen before the rest of a page. What is left stays owed."""
        taken = join(self._rectangles)
        left: list[Rectangle] = []
        if pixels is not None and sum(one.area for one in taken) > pixels:
            taken, left = _divided(sorted(taken, key=lambda one: one.area), pixels)
        owed = Owed(self._moves, taken)
        self._moves, self._rectangles = [], left
        return owed

    def clear(self) -> None:
        """The console gets a whole picture instead."""
        self._moves, self._rectangles = [], []

    def _move(self, move: Move) -> None:
        source_x, source_y, target = move
        source = target._replace(x=source_x, y=source_y)
        # Where the console is behind at the source it will be at the target.
        self._rectangles += [
            common._replace(x=common.x - source_x + target.x, y=common.y - source_y + target.y)
            for one in self._rectangles
            if (common := one.common(source)) is not None
        ]
        self._moves.append(move)


def _divided(rectangles: Sequence[Rectangle], pixels: int) -> tuple[list[Rectangle], list[Rectangle]]:
    """The first of them, about so many pixels together and one row at least, and the rest."""
    taken: list[Rectangle] = []
    left: list[Rectangle] = []
    for one in rectangles:
        rows = min(one.height, pixels // one.width)
        if not taken:
            rows = max(rows, 1)
        if rows > 0:
            taken.append(one._replace(height=rows))
            pixels -= one.width * rows
        if rows < one.height:
            left.append(one._replace(y=one.y + rows, height=one.height - rows))
            pixels = 0
    return taken, left
