"""A picture of the desktop small enough to be sent while no person looks closely."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from deskagent.pixels import Pixels
from deskwire.limits import MAX_PREVIEW
from deskwire.messages import Preview

_QUALITIES: Final = (75, 50, 25)
"""JPEG's qualities, tried until it fits: 320 x 180 of a desktop take 8 to 16 kB at the first."""


def shrink(picture: Pixels, width: int, height: int) -> Pixels:
    """The picture, (height, width, 4), as large as fits into width x height, never larger than it is."""
    rows, columns = picture.shape[:2]
    scale = min(1.0, width / columns, height / rows)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def make_preview(small: Pixels) -> Preview:
    """A shrunk picture as a message; halved where no quality makes it fit."""
    pixels = cv2.cvtColor(small, cv2.COLOR_BGRA2BGR)
    height, width = pixels.shape[:2]
    for quality in _QUALITIES:
        _, body = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, quality))
        if body.size <= MAX_PREVIEW:
            return Preview(width, height, body.tobytes())
    return make_preview(shrink(small, max(1, width // 2), max(1, height // 2)))
