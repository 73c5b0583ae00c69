"""The places where a console's picture is only nearly right, pixel by pixel, and since when. It encodes
nothing.

Measured for a film of 960x540 at 1080p: 0.5 ms when it begins and when it was refined, 0.05 ms for each
picture in between, 0.1 to 0.3 ms to find what rests, 10 us for the number of pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from deskwire.geometry import Rectangle

from .tiles import CELL, cells, grid, inner_cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deskagent.picture.copy_rects import CopyRect

REST: Final = 0.3
"""Seconds without a change after which a place is at rest: longer than the pauses of a film of five pictures
a second, and short enough for all to be exact within the second."""

_BAND: Final = 4
"""Cells below each other that are made exact together where they rest equally long: differences of rows,
which save a third of a photograph's bytes, need some height."""


class LossyRegion:
    """The inexact pixels of one console's picture. A pixel counts until it was sent without loss.

    Its mask, a byte a pixel, comes with the first one: most links never have any.
    """

    def __init__(self, width: int, height: int) -> None:
        """All is exact."""
        self._mask: NDArray[np.bool_] | None = None
        # Of each cell: its pixels that count, and when they came or came from elsewhere.
        self._counts = np.zeros(grid(width, height), np.int64)
        self._since = np.zeros(grid(width, height), np.float64)

    @property
    def pixels(self) -> int:
        """The number of pixels that count now."""
        return int(self._counts.sum()) if self._mask is not None else 0

    def within(self, rectangle: Rectangle) -> int:
        """The number of pixels that count in the cells that a rectangle touches."""
        return int(self._counts[cells(rectangle)].sum()) if self._mask is not None else 0

    def add(self, rectangle: Rectangle, now: float) -> None:
        """Sent with loss."""
        if self._mask is None:
            rows, columns = self._counts.shape
            self._mask = np.zeros((rows * CELL, columns * CELL), np.bool_)
        part = self._mask[_area(rectangle)]
        # A film is sent to the same place again and again.
        if not part.all():
            part[:] = True
            self._count(self._mask, rectangle)
        self._touch(rectangle, now)

    def clear(self, rectangle: Rectangle) -> None:
        """Sent without."""
        if self._mask is not None and self._counts[cells(rectangle)].any():
            self._mask[_area(rectangle)] = False
            self._count(self._mask, rectangle)

    def copy(self, copy: CopyRect, now: float) -> None:
        """Makes the target of a copy as exact as its source."""
        target = copy.target
        source = target._replace(x=copy.source_x, y=copy.source_y)
        if self._mask is None or not (self._counts[cells(source)].any() or self._counts[cells(target)].any()):
            return
        self._mask[_area(target)] = self._mask[_area(source)].copy()
        self._count(self._mask, target)
        self._touch(target, now)

    def resting(self, now: float, pixels: int, owed: Iterable[Rectangle] = ()) -> list[Rectangle]:
        """Places at rest, about so many pixels at most, the oldest first; one at least, if there is any.
        What lies in those that are `owed` is sent again anyway."""
        if self._mask is None:
            return []
        rests = (self._counts > 0) & (self._since + REST <= now)
        for rectangle in owed:
            # Whole cells only: what stands beside a film would wait for the film's end.
            rests[inner_cells(rectangle)] = False
        rows, columns = np.nonzero(rests)
        order = np.lexsort((rows, columns, rows // _BAND, self._since[rows, columns]))
        rows, columns = rows[order], columns[order]
        few = max(1, pixels // (CELL * CELL))
        chosen = zip(rows[:few].tolist(), columns[:few].tolist(), strict=True)
        boxes = [self._trimmed(self._mask, box) for box in _boxes(chosen)]
        return sorted(boxes, key=lambda box: float(self._since[cells(box)].min()))

    def next_rest(self) -> float | None:
        """When the next place will be at rest; None where all is exact."""
        since = self._since[self._counts > 0]
        return float(since.min()) + REST if since.size else None

    def _touch(self, rectangle: Rectangle, now: float) -> None:
        """It changed now. A cell in which more counts than that keeps its time: what rests beside a film
        would wait for the film's end. It is refined once, and then it is the film's alone."""
        place = cells(rectangle)
        covered = np.outer(_lengths(rectangle.y, rectangle.height), _lengths(rectangle.x, rectangle.width))
        self._since[place] = np.where(self._counts[place] <= covered, now, self._since[place])

    def _count(self, mask: NDArray[np.bool_], rectangle: Rectangle) -> None:
        rows, columns = cells(rectangle)
        blocks = mask[rows.start * CELL : rows.stop * CELL, columns.start * CELL : columns.stop * CELL]
        # Rows first: sums along both at once take ten times as long.
        down, across = np.arange(0, blocks.shape[0], CELL), np.arange(0, blocks.shape[1], CELL)
        sums = np.add.reduceat(blocks.view(np.uint8), down, axis=0, dtype=np.uint8)
        self._counts[rows, columns] = np.add.reduceat(sums, across, axis=1, dtype=np.int64)

    def _trimmed(self, mask: NDArray[np.bool_], box: Rectangle) -> Rectangle:
        part = mask[_area(box)]
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        left, top = int(columns[0]), int(rows[0])
        return Rectangle(box.x + left, box.y + top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


def _area(rectangle: Rectangle) -> tuple[slice, slice]:
    x, y, width, height = rectangle
    return np.s_[y : y + height, x : x + width]


def _lengths(begin: int, length: int) -> NDArray[np.int64]:
    """The pixels of a line in each of the cells that it touches."""
    edges = np.arange(begin // CELL, -(-(begin + length) // CELL) + 1, dtype=np.int64) * CELL
    inside = np.clip(edges, begin, begin + length)
    return inside[1:] - inside[:-1]


def _boxes(chosen: Iterable[tuple[int, int]]) -> list[Rectangle]:
    """Rectangles of pixels that cover exactly these cells: runs of a row, joined with equal ones above."""
    runs: list[list[int]] = []
    for row, column in sorted(chosen):
        if runs and runs[-1][0] == row and runs[-1][2] == column:
            runs[-1][2] += 1
        else:
            runs.append([row, column, column + 1])
    boxes: list[list[int]] = []
    open_boxes: dict[tuple[int, int], list[int]] = {}
    for row, left, right in runs:
        box = open_boxes.get((left, right))
        if box is not None and box[1] == row:
            box[1] += 1
        else:
            box = open_boxes[left, right] = [row, row + 1, left, right]
            boxes.append(box)
    return [
        Rectangle(left * CELL, top * CELL, (right - left) * CELL, (bottom - top) * CELL)
        for top, bottom, left, right in boxes
    ]
