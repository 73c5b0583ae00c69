"""Copies: a page that scrolled, a window that was dragged.

A copy within the console's own picture costs a few bytes whatever its size; what it does not get right is
damage like any other. So a move has to be worth it, not to be perfect: what is exact is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskagent.pixels import Pixels
from deskwire.geometry import Rectangle

from .damage import find_damage, join
from .motion_search import STEP, Image, MotionVector, guesses

MOST_MOVES: Final = 2
"""Moves that one change is searched for: what scrolled, and what is seen of it in another place."""

WORTH: Final = 8192
"""Changed pixels that a move has to put right, net of those it spoils; below that a slice is as cheap."""

_AGAIN: Final = 4
"""A part in so many of what changed has to be left for another search: what a dragged window bared is less,
and came from nowhere."""

_COARSE: Final = 4
"""Every so many of the samples are looked at to tell whether a hint holds."""

_BAND: Final = 32
"""Rows that are moved together, through a buffer that stays in the second cache."""

_COLOURS: Final = np.uint32(0xFFFFFF)


class CopyRect(NamedTuple):
    """The pixels that were at (source_x, source_y), in `target`'s size, are in `target` now."""

    source_x: int
    source_y: int
    target: Rectangle

    @property
    def vector(self) -> MotionVector:
        """The distance from source to target."""
        return MotionVector(self.target.x - self.source_x, self.target.y - self.source_y)


def find_copies(
    picture: Pixels, after: Pixels, damage: Sequence[Rectangle], hints: Sequence[MotionVector] = ()
) -> tuple[list[CopyRect], list[Rectangle]]:
    """Makes moves in `picture` that take it a good way towards `after`. Returns them, in order, and the
    damage that remains after them; each read what those before it left.

    Both pictures are (height, width, 4) BGRX of one size, whose rows are in one piece each; `damage` covers
    all pixels that differ, and none of its rectangles overlaps another. `hints` are tried first: what
    scrolls or is dragged steadily goes as far in each picture.

    Measured at 1920x1080 on one core, on pictures that no cache holds, with the moves made and their targets
    compared again: 10 us for small changes; 2.5 ms for a terminal that scrolls in half of the screen, 1.9 ms
    where a hint holds; 2.7 ms for a window of a third of it that is dragged, 1.5 ms with a hint; 2.2 ms for a
    film as large in which nothing is found. Of these the search alone takes, on pictures at hand, 0.6 ms,
    1.2 ms and 1.6 ms.
    """
    moves: list[CopyRect] = []
    remaining = list(damage)
    least = sum(one.area for one in damage) // _AGAIN
    while len(moves) < MOST_MOVES and (place := _place(remaining)) is not None:
        if moves and sum(one.area for one in remaining) < least:
            break
        area = _part(place)
        found = _best(_image(picture[area]), _image(after[area]), hints)
        if found is None:
            break
        source_x, source_y, target = found
        target = target._replace(x=place.x + target.x, y=place.y + target.y)
        move = CopyRect(place.x + source_x, place.y + source_y, target)
        _make(move, picture)
        moves.append(move)
        apart = [one for one in remaining if one.common(target) is None]
        touched = [piece for one in remaining if one.common(target) for piece in one.without(target)]
        for piece in (target, *touched):
            x, y = piece.x, piece.y
            part = _part(piece)
            left = find_damage(picture[part], after[part])
            apart.extend(Rectangle(x + a, y + b, width, height) for a, b, width, height in left)
        remaining = join(apart)
    return moves, remaining


def worth_a_search(damage: Sequence[Rectangle]) -> bool:
    """Says whether copies are searched for at all in so much damage."""
    return _place(damage) is not None


def _place(damage: Sequence[Rectangle]) -> Rectangle | None:
    """The place to search: around all damage, or its largest rectangle where it is scattered."""
    total = sum(one.area for one in damage)
    if total < 2 * WORTH:
        return None
    left, top = min(one.x for one in damage), min(one.y for one in damage)
    right = max(one.x + one.width for one in damage)
    bottom = max(one.y + one.height for one in damage)
    around = Rectangle(left, top, right - left, bottom - top)
    place = around if total > around.area // 4 else max(damage, key=lambda one: one.area)
    return place if place.area >= 2 * WORTH and min(place.size) >= 4 * STEP else None


def _part(place: Rectangle) -> tuple[slice, slice]:
    x, y, width, height = place
    return np.s_[y : y + height, x : x + width]


def _make(move: CopyRect, picture: Pixels) -> None:
    """Makes a move in a picture, in place."""
    source_x, source_y, (x, y, width, height) = move
    image = _image(picture)
    buffer = np.empty((min(_BAND, height), width), np.uint32)
    tops = range(0, height, _BAND)
    # From the end that it moves towards, so that no row is written before it was read.
    for top in reversed(tops) if y > source_y else tops:
        rows = min(_BAND, height - top)
        band = buffer[:rows]
        band[:] = image[source_y + top : source_y + top + rows, source_x : source_x + width]
        image[y + top : y + top + rows, x : x + width] = band


def _image(pixels: Pixels) -> Image:
    numbers: Image = pixels.view(np.uint32)[..., 0]
    return numbers


def _best(before: Image, after: Image, hints: Sequence[MotionVector]) -> CopyRect | None:
    """The first move that is worth it."""
    now = after[::STEP, ::STEP].copy()
    changed = _differ(now, before[::STEP, ::STEP])
    likely = (hint for hint in hints if _holds(hint, before, now, changed))
    for vector in chain(likely, guesses(before, after, changed)):
        if (move := _extent(before, after, now, changed, vector)) is not None:
            return move
    return None


def _differ(a: Image, b: Image) -> NDArray[np.bool_]:
    difference = a ^ b
    difference &= _COLOURS
    return difference.astype(np.bool_)


def _holds(vector: MotionVector, before: Image, now: Image, changed: NDArray[np.bool_]) -> bool:
    """Says whether a vector explains half of what changed, by a look at few samples."""
    lines, columns = _sourced(vector, before.shape)
    if len(lines) == 0 or len(columns) == 0:
        return False
    few = np.s_[lines.start : lines.stop : _COARSE, columns.start : columns.stop : _COARSE]
    differ = _differ(now[few], _source(before, vector, lines, columns, _COARSE))
    right = np.count_nonzero(changed[few] & ~differ)
    return bool(2 * right > np.count_nonzero(changed[::_COARSE, ::_COARSE]))


def _extent(
    before: Image, after: Image, now: Image, changed: NDArray[np.bool_], vector: MotionVector
) -> CopyRect | None:
    """The place where a copy puts more right than it spoils; None where that is not worth it."""
    height, width = after.shape
    dx, dy = vector
    lines, columns = _sourced(vector, after.shape)
    if len(lines) == 0 or len(columns) == 0:
        return None
    samples = np.s_[lines.start : lines.stop, columns.start : columns.stop]
    differ = _differ(now[samples], _source(before, vector, lines, columns))
    gain = changed[samples].view(np.int8) - differ.view(np.int8)
    down = _span(gain.sum(axis=1, dtype=np.int32))
    if down is None:
        return None
    along = _span(gain[down[0] : down[1]].sum(axis=0, dtype=np.int32))
    if along is None:
        return None
    box = gain[down[0] : down[1], along[0] : along[1]]
    if int(box.sum(dtype=np.int32)) * STEP * STEP < WORTH:
        return None
    top, bottom = max(0, dy), min(height, height + dy)
    left, right = max(0, dx), min(width, width + dx)
    y0, y1 = ((lines.start + line) * STEP for line in down)
    x0, x1 = ((columns.start + column) * STEP for column in along)
    y1, x1 = y1 - STEP + 1, x1 - STEP + 1

    def holds(a: int, b: int, c: int, d: int) -> bool:
        differ = _differ(after[a:b, c:d], before[a - dy : b - dy, c - dx : d - dx])
        return not np.any(differ)

    for _ in range(STEP - 1):
        y0 -= y0 > top and holds(y0 - 1, y0, x0, x1)
        y1 += y1 < bottom and holds(y1, y1 + 1, x0, x1)
    for _ in range(STEP - 1):
        x0 -= x0 > left and holds(y0, y1, x0 - 1, x0)
        x1 += x1 < right and holds(y0, y1, x1, x1 + 1)
    return CopyRect(x0 - dx, y0 - dy, Rectangle(x0, y0, x1 - x0, y1 - y0))


def _sourced(vector: MotionVector, shape: tuple[int, ...]) -> tuple[range, range]:
    """The sampled rows and columns, counted in STEPs, that came from within a picture of such a shape."""
    (dx, dy), (height, width) = vector, shape
    return (
        range(-(-max(0, dy) // STEP), -(-min(height, height + dy) // STEP)),
        range(-(-max(0, dx) // STEP), -(-min(width, width + dx) // STEP)),
    )


def _source(before: Image, vector: MotionVector, lines: range, columns: range, step: int = 1) -> Image:
    """The source of every `step`-th of the sampled rows and columns."""
    top, left = lines.start * STEP - vector.dy, columns.start * STEP - vector.dx
    bottom, right = lines.stop * STEP - vector.dy, columns.stop * STEP - vector.dx
    source: Image = before[top:bottom, left:right][:: STEP * step, :: STEP * step]
    return source


def _span(gains: NDArray[np.int32]) -> tuple[int, int] | None:
    """From the first to one past the last line that gains."""
    good = np.flatnonzero(gains > 0)
    return (int(good[0]), int(good[-1]) + 1) if good.size else None
