"""Parts of a picture, copied out of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from deskagent.pixels import Pixels
from deskwire.geometry import Rectangle


class Crop(NamedTuple):
    """A rectangle of a picture with what is in it."""

    rectangle: Rectangle
    pixels: NDArray[np.uint8]
    """(height, width, 3), C-contiguous: blue, green, red."""


def crop(picture: Pixels, rectangles: Iterable[Rectangle]) -> list[Crop]:
    """Copies of the rectangles of a picture, (height, width, 4) BGRX, in their order and in one buffer.

    The conversion is several times faster than an index in numpy; a buffer for each would cost as much
    again in page faults.
    """
    wanted = list(rectangles)
    buffer = np.empty(3 * sum(rectangle.area for rectangle in wanted), np.uint8)
    parts: list[Crop] = []
    begin = 0
    for rectangle in wanted:
        x, y, width, height = rectangle
        end = begin + 3 * rectangle.area
        pixels = buffer[begin:end].reshape(height, width, 3)
        cv2.cvtColor(picture[y : y + height, x : x + width], cv2.COLOR_BGRA2BGR, dst=pixels)
        parts.append(Crop(rectangle, pixels))
        begin = end
    return parts
