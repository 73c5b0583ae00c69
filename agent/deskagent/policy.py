"""Which encoding a rectangle gets, among those that the console reads. Lossless throughout.

It turns frames and rectangles into slices and knows nothing of links and credits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from .encoders import ENCODERS
from .wire.encodings import Encoding
from .wire.geometry import Rectangle
from .wire.packet import Slice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .encoders.encoder import BGR

Pixels = NDArray[np.uint8]


class SliceEncoder:
    """The slices of one link. Each builds on the ones before: none may be left out or sent twice.

    `encodings` are those that both ends have agreed on; PNG is always among them, and alone where
    nothing was agreed on.
    """

    def __init__(self, encodings: frozenset[Encoding] = frozenset()) -> None:
        agreed = encodings | {Encoding.PNG}
        self._encoders = [make() for encoding, make in ENCODERS.items() if encoding in agreed]
        self._scratch = np.empty(0, np.uint8)

    def refresh(self, frame: Pixels) -> Slice:
        """The whole frame, (height, width, 4) BGRX, as one slice that needs nothing sent before it."""
        height, width = frame.shape[:2]
        for encoder in self._encoders:
            encoder.restart(width, height)
        if self._scratch.size != width * height * 3:
            self._scratch = np.empty(width * height * 3, np.uint8)
        return self._slice(frame, Rectangle(0, 0, width, height))

    def update(self, frame: Pixels, rectangles: Iterable[Rectangle]) -> list[Slice]:
        """Parts of a frame of the last refresh's size, one slice a rectangle, in their order."""
        return [self._slice(frame, rectangle) for rectangle in rectangles]

    def _slice(self, frame: Pixels, rectangle: Rectangle) -> Slice:
        pixels = self._bgr(frame, rectangle)
        bodies = (encoder.encode(pixels) for encoder in self._encoders)
        # PNG is always there and declines nothing.
        return Slice(rectangle, next(body for body in bodies if body is not None))

    def _bgr(self, frame: Pixels, rectangle: Rectangle) -> BGR:
        """A rectangle's rows as contiguous BGR, valid until the next call.

        Several times faster than by an index in numpy; a fresh buffer for each would cost as much again
        in page faults.
        """
        x, y, width, height = rectangle
        rows = self._scratch[: width * height * 3].reshape(height, width, 3)
        cv2.cvtColor(frame[y : y + height, x : x + width], cv2.COLOR_BGRA2BGR, dst=rows)
        return rows
