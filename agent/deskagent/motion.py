"""Where the picture is in motion: what changes again and again, cell by cell. It does not look at pixels,
except to tell pictures from text.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from .cells import CELL, cells, grid
from .wire.geometry import Rectangle

if TYPE_CHECKING:
    from collections.abc import Iterable

SIDE: Final = 128
"""Pixels that a picture in motion measures at least either way."""
AREA: Final = 2 * SIDE * SIDE

_MEMORY: Final = 1.0
"""Seconds after which a change counts for 1/e."""
_OFTEN: Final = 4.0
"""Changes, faded like that, that make a motion: what changes four times a second reaches 4.5."""
_STILL: Final = 1.6
"""The same for what was in motion already, and for a link on which a few of these changes take all the time
there is."""
_SLOW: Final = 0.25
"""Seconds of an update on the link from which on it is that link which makes changes rare."""
_LONGEST_MEMORY: Final = 10.0

_DEAR: Final = 0.5
"""Bytes of a pixel without loss from which on JPEG pays: about twice what it takes itself. Text takes 0.4
when it is seen for the first time and 0.05 when it scrolls, a film 0.9 to 2.8."""

_SAMPLES: Final = 64
"""Rows and columns looked at by `is_many_coloured`."""


class Motion:
    """The change history of one display as one console sees it."""

    def __init__(self, width: int, height: int) -> None:
        """Nothing has changed yet."""
        shape = grid(width, height)
        self._changes = np.zeros(shape, np.float32)
        self._costs = np.zeros(shape, np.float32)
        self._now = -math.inf
        self._slow = False

    def change(self, rectangles: Iterable[Rectangle], now: float, seconds: float) -> None:
        """These change now; the update before took so many seconds on the link."""
        self._slow = seconds > _SLOW
        memory = min(max(_MEMORY, 4 * seconds), _LONGEST_MEMORY)
        self._changes *= math.exp((self._now - now) / memory)
        self._now = now
        touched = np.zeros(self._changes.shape, np.bool_)
        for rectangle in rectangles:
            touched[cells(rectangle)] = True
        self._changes += touched

    def took(self, rectangle: Rectangle, size: int) -> None:
        """So many bytes without loss."""
        if _is_large(rectangle):
            self._costs[cells(rectangle)] = size / rectangle.area

    def within(self, rectangle: Rectangle, lossy: NDArray[np.bool_]) -> Rectangle | None:
        """The part of a rectangle that is in motion and large enough; all of it where most is.

        `lossy`: the cells that were in motion when they were sent last.
        """
        if not _is_large(rectangle):
            return None
        place = cells(rectangle)
        enough = _STILL if self._slow else np.where(lossy[place], _STILL, _OFTEN)
        moving = (self._changes[place] >= enough) & (self._costs[place] >= _DEAR)
        if np.count_nonzero(moving) >= 0.9 * moving.size:
            return rectangle
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


def is_many_coloured(pixels: NDArray[np.uint8]) -> bool:
    """Whether (height, width, 3) pixels look like a photograph, by some thousands of them.

    A photograph has hundreds of colours among them and none that prevails. Text, smoothed in colours too, has
    its background and a few dozen more.
    """
    height, width = pixels.shape[:2]
    few = pixels[:: max(1, height // _SAMPLES), :: max(1, width // _SAMPLES)].astype(np.uint32)
    numbers = few[..., 0] | few[..., 1] << 8 | few[..., 2] << 16
    counts = np.unique(numbers, return_counts=True)[1]
    return counts.size >= numbers.size // 16 and int(counts.max()) < numbers.size // 2


def _is_large(rectangle: Rectangle) -> bool:
    return min(rectangle.size) >= SIDE and rectangle.area >= AREA
