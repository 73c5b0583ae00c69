"""Damage: where two frames of one size differ, exactly. Rectangles trimmed to the changed pixels.

It looks at blue, green and red only: the fourth byte of a pixel is whatever the system left there.
It does not know what a rectangle costs in a particular encoding; the cost model below is a mean.

Measured at 1920x1080 on one core: 0.3 ms where nothing changed or a character was typed, 0.8 ms where every
pixel changed, 2 to 4 ms for hundreds and thousands of scattered specks.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deskagent.pixels import Pixels
from deskwire.geometry import Rectangle

BAND: Final = 32
"""Rows that are compared together: 250 kB of a 1080p frame, which stays in the second cache. Half as many
take a third more time and save no bytes."""
_FILM_ROWS: Final = 4
GAP: Final = 48
"""Unchanged pixels between two changed ones of a band that make two rectangles of them."""
RUNS_PER_BAND: Final = 8
"""Most rectangles that one band is cut into; the narrowest gaps are filled first."""
MANY: Final = 64
"""Rectangles after which a band is cut into FEW_RUNS only. With thousands of specks on a photograph that took
4.6 ms instead of 7.4, and the zstd stream was 12 % shorter and no slower; with 200 of them 4.2 ms instead of
5.1, for a stream 9 % longer and 0.4 ms more to compress. With 2 runs 200 lose there what they save here."""
FEW_RUNS: Final = 3
SLICE_COST: Final = 512
"""The cost of one more slice, in unchanged pixels sent along: its 20 bytes of header, some 15 of
flushing, and the calls of both ends. Two rectangles become one where that wastes less.

With 1536 the zstd stream for 20 to 200 changes was 3 to 15 % longer in text and 30 to 80 % on a photograph,
with 256 no shorter in text; the agent's time was the same with all three."""
MAX_RECTANGLES: Final = 256

_COLOURS = np.array([255, 255, 255, 0], np.uint8).view(np.uint32)[0]
_HOLE: Final = bytes(GAP)

# memcmp of the C library is more than twice as fast as any comparison that builds an array of booleans,
# stops at the first difference, and ctypes releases the interpreter lock around it.
_memcmp = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None).memcmp
_memcmp.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
_memcmp.restype = ctypes.c_int

_Box = tuple[int, int, int, int]
"""left, top, right, bottom; right and bottom are the first pixels outside."""


def find_damage(previous: Pixels, current: Pixels) -> list[Rectangle]:
    """Rectangles, at most 256, none overlapping another, that cover every pixel whose colour differs.

    Both frames are (height, width, 4) BGRX of the same shape; anything else is a ValueError.
    A frame may be a part of a larger picture, with gaps between its rows; nothing is copied for that.
    Each rectangle is trimmed: all four of its edges hold a changed pixel. Equal frames give [].
    """
    if previous.shape != current.shape or current.ndim != 3 or current.shape[2] != 4:
        raise ValueError(f"frames of {previous.shape} and {current.shape} cannot be compared")
    if previous.dtype != np.uint8 or current.dtype != np.uint8:
        raise ValueError("frames hold one byte a channel")
    return _joined(_changed(_numbers(previous), _numbers(current)))


def join(rectangles: Iterable[Rectangle]) -> list[Rectangle]:
    """Rectangles, at most 256, none overlapping another, that cover the given ones."""
    boxes = ((x, y, x + width, y + height) for x, y, width, height in rectangles)
    return _joined(sorted(boxes, key=_reading_order))


def _joined(boxes: Iterable[_Box]) -> list[Rectangle]:
    """Merged by the cost model; `boxes` come from the top down."""
    cost = SLICE_COST
    merged = _merge(boxes, cost)
    while len(merged) > MAX_RECTANGLES:
        cost *= 4
        merged = _merge(sorted(merged, key=_reading_order), cost)
    return [Rectangle(left, top, right - left, bottom - top) for left, top, right, bottom in merged]


def _reading_order(box: _Box) -> tuple[int, int]:
    return box[1], box[0]


def _numbers(pixels: Pixels) -> NDArray[np.uint32]:
    """(height, width), a pixel a number, without a copy where the pixels of each row are in one piece."""
    if pixels.strides[1:] != (4, 1):
        pixels = np.ascontiguousarray(pixels)
    numbers: NDArray[np.uint32] = pixels.view(np.uint32)[..., 0]
    return numbers


def _changed(before: NDArray[np.uint32], after: NDArray[np.uint32]) -> Iterable[_Box]:
    """Trimmed boxes of the changed runs of each band, from the top down."""
    height, width = after.shape
    stride = width * 4
    # What has gaps between its rows is a part of a picture, chosen because it changed.
    in_one_piece = before.flags.c_contiguous and after.flags.c_contiguous
    address_before, address_after = before.ctypes.data, after.ctypes.data
    scratch = np.empty((min(BAND, height), width), np.uint32)
    count = 0
    # A band like the one before it is likely: of a film four rows tell all that there is to be told.
    film = True
    for top in range(0, height, BAND):
        rows = min(BAND, height - top)
        offset = top * stride
        if in_one_piece and _memcmp(address_before + offset, address_after + offset, rows * stride) == 0:
            continue
        if film:
            film = _is_one_piece(before[top : top + rows], after[top : top + rows])
            if film:
                count += 1
                yield 0, top, width, top + rows
                continue
        difference = scratch[:rows]
        np.bitwise_xor(before[top : top + rows], after[top : top + rows], out=difference)
        # The fourth bytes are left in and masked out of each result: a pass less over the whole band.
        # A search in bytes finds the ends, and that there is one run, in a fifth of the time of index arrays.
        flags = (np.bitwise_or.reduce(difference, axis=0) & _COLOURS).astype(bool).tobytes()
        first = flags.find(1)
        if first < 0:
            continue
        last = flags.rfind(1)
        if flags.find(_HOLE, first, last) < 0:
            runs: Iterable[tuple[int, int]] = ((first, last + 1),)
        else:
            most = RUNS_PER_BAND if count < MANY else FEW_RUNS
            runs = _runs(np.flatnonzero(np.frombuffer(flags, np.bool_)), most)
        for left, right in runs:
            count += 1
            if _differs(difference[0, left:right]) and _differs(difference[-1, left:right]):
                yield left, top, right, top + rows
                continue
            lines = np.bitwise_or.reduce(difference[:, left:right], axis=1)
            changed = np.flatnonzero(lines & _COLOURS)
            yield left, top + int(changed[0]), right, top + int(changed[-1]) + 1


def _is_one_piece(before: NDArray[np.uint32], after: NDArray[np.uint32]) -> bool:
    """Says whether a few rows show already that all changes make one rectangle, with nothing to trim."""
    every = max(1, -(-len(after) // _FILM_ROWS))
    difference = before[::every] ^ after[::every]
    if not (_differs(difference[0]) and _differs(before[-1] ^ after[-1])):
        return False
    flags = (np.bitwise_or.reduce(difference, axis=0) & _COLOURS).astype(bool).tobytes()
    return flags[0] == flags[-1] == 1 and _HOLE not in flags


def _differs(row: NDArray[np.uint32]) -> bool:
    return bool(np.bitwise_or.reduce(row) & _COLOURS)


def _runs(columns: NDArray[np.intp], most: int) -> Iterable[tuple[int, int]]:
    """Changed columns, ascending, as at most so many runs (first, one past the last); `most` is 2 or more."""
    gaps = np.diff(columns)
    cuts = np.flatnonzero(gaps > GAP)
    if cuts.size >= most:
        widest = np.argpartition(gaps[cuts], 1 - most)[1 - most :]
        cuts = np.sort(cuts[widest])
    firsts = [int(columns[0]), *columns[cuts + 1].tolist()]
    lasts = [*columns[cuts].tolist(), int(columns[-1])]
    return zip(firsts, [last + 1 for last in lasts], strict=True)


def _merge(boxes: Iterable[_Box], cost: int) -> list[_Box]:
    """Joins boxes, given from the top down, where their union wastes no more than `cost` pixels.

    No box of the result overlaps another: a union that would swallows what it lies over.
    """
    done: list[_Box] = []
    near: list[_Box] = []
    for new in boxes:
        box = new
        # A union spans the rows between at a pixel's width or more: farther up nothing can be cheap.
        reach = box[1] - max(BAND, cost // (box[2] - box[0]))
        done.extend(other for other in near if other[3] < reach)
        near = [other for other in near if other[3] >= reach]
        best, least = None, cost + 1
        left, top, right, bottom = box
        own = (right - left) * (bottom - top)
        for other in near:
            x0, y0, x1, y1 = other
            across = max(right, x1) - min(left, x0)
            down = max(bottom, y1) - min(top, y0)
            waste = across * down - own - (x1 - x0) * (y1 - y0)
            if waste < least:
                best, least = other, waste
        if best is not None:
            near.remove(best)
            box = _union(box, best)
        while touched := [other for other in (*near, *done) if _overlap(box, other)]:
            near = [other for other in near if other not in touched]
            done = [other for other in done if other not in touched]
            box = reduce(_union, touched, box)
        near.append(box)
    return done + near


def _union(a: _Box, b: _Box) -> _Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _overlap(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
