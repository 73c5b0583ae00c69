"""Video regions: what changes again and again, cell by cell. It does not look at pixels,
except to tell pictures from text.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from deskwire.geometry import Rectangle

from .tiles import CELL, cells, grid, inner_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SIDE: Final = 128
"""Pixels that a picture in motion measures at least either way."""
AREA: Final = 2 * SIDE * SIDE

_MEMORY: Final = 1.0
"""Seconds after which a change counts for 1/e."""
_OFTEN: Final = 4.0
"""Changes, faded like that, that make a motion: what changes four times a second reaches 4.5."""
_FEW: Final = 1.6
"""The same on a link on which these changes take all the time there is."""
_KEPT: Final = 6.0
"""The least that a motion counts for once it was taken for one: on a link that was slow until then it has to
become one again before its changes have added up."""
_SLOW: Final = 0.15
"""Seconds of an update on the link from which on it is that link which makes changes rare."""
_LONGEST_MEMORY: Final = 10.0

_DEAR: Final = 0.5
"""Bytes of a pixel without loss from which on JPEG pays: about twice what it takes itself. Text takes 0.4
when it is seen for the first time and 0.05 when it scrolls, a film 0.9 to 2.8."""

_SAMPLES: Final = 64
"""Rows and columns looked at by `is_many_coloured`."""


class VideoRegions:
    """The change history of one display as one console sees it."""

    def __init__(self, width: int, height: int) -> None:
        """Nothing has changed yet."""
        shape = grid(width, height)
        # Of each cell: changes somewhere in it, changes of all of it, and bytes of a pixel without loss.
        self._changes = np.zeros(shape, np.float32)
        self._whole = np.zeros(shape, np.float32)
        self._costs = np.zeros(shape, np.float32)
        self._size = width, height
        self._now = -math.inf
        self._slow = False

    def change(self, rectangles: Sequence[Rectangle], now: float, seconds: float) -> None:
        """These change now; the update before took so many seconds on the link."""
        self._slow = seconds > _SLOW
        memory = min(max(_MEMORY, 4 * seconds), _LONGEST_MEMORY)
        faded = math.exp((self._now - now) / memory)
        self._now = now
        self._changes = self._changes * faded + self._touched(cells(one) for one in rectangles)
        self._whole = self._whole * faded + self._touched(self._inner(one) for one in rectangles)

    def took(self, rectangle: Rectangle, size: int) -> None:
        """So many bytes without loss."""
        # Of what is small whole cells only: a letter tells nothing, what is left beside a film does.
        place = cells(rectangle) if _is_large(rectangle) else self._inner(rectangle)
        self._costs[place] = size / rectangle.area

    def keep(self, rectangle: Rectangle) -> None:
        """It was sent as a picture in motion."""
        place, inner = cells(rectangle), self._inner(rectangle)
        self._changes[place] = np.maximum(self._changes[place], _KEPT)
        self._whole[inner] = np.maximum(self._whole[inner], _KEPT)

    def within(self, rectangle: Rectangle) -> Rectangle | None:
        """The part of a rectangle that is in motion and large enough; all of it where most is."""
        if not _is_large(rectangle):
            return None
        place = cells(rectangle)
        dear = self._costs[place] >= _DEAR
        enough = _FEW if self._slow else _OFTEN
        if np.count_nonzero(dear & (self._changes[place] >= enough)) >= 0.9 * dear.size:
            return rectangle
        # Whole cells only: what stands beside a film shall not be sent with loss for its sake.
        moving = dear & (self._whole[place] >= enough)
        rows, columns = np.flatnonzero(moving.any(axis=1)), np.flatnonzero(moving.any(axis=0))
        if not rows.size:
            return None
        top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        if np.count_nonzero(moving) < 0.8 * (bottom - top) * (right - left):
            return None
        box = Rectangle(
            (place[1].start + int(left)) * CELL,
            (place[0].start + int(top)) * CELL,
            int(right - left) * CELL,
            int(bottom - top) * CELL,
        ).common(rectangle)
        return box if box is not None and _is_large(box) else None

    def _touched(self, places: Iterable[tuple[slice, slice]]) -> NDArray[np.bool_]:
        touched = np.zeros(self._costs.shape, np.bool_)
        for place in places:
            touched[place] = True
        return touched

    def _inner(self, rectangle: Rectangle) -> tuple[slice, slice]:
        """The cells that a rectangle covers, as far as they belong to the display."""
        x, y, width, height = rectangle
        width += CELL - 1 if x + width == self._size[0] else 0
        height += CELL - 1 if y + height == self._size[1] else 0
        return inner_cells(Rectangle(x, y, width, height))


def is_many_coloured(pixels: NDArray[np.uint8]) -> bool:
    """Says whether (height, width, 3) pixels look like a photograph, by some thousands of them.

    A photograph has hundreds of colours among them and none that prevails. Text, smoothed in colours too, has
    its background and a few dozen more. Looking takes 0.1 ms.
    """
    height, width = pixels.shape[:2]
    few = pixels[:: max(1, height // _SAMPLES), :: max(1, width // _SAMPLES)].astype(np.uint32)
    numbers = few[..., 0] | few[..., 1] << 8 | few[..., 2] << 16
    counts = np.unique(numbers, return_counts=True)[1]
    return counts.size >= numbers.size // 16 and int(counts.max()) < numbers.size // 2


def _is_large(rectangle: Rectangle) -> bool:
    return min(rectangle.size) >= SIDE and rectangle.area >= AREA
