"""The algorithm of the article, written from its description: what ours is measured against.

Grey values that differ by more than 30, the outlines of what they form, the bounding box of each as a PNG
with OpenCV's own settings; everything again where that makes more than 3000 slices or more than nine tenths
of the picture.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from deskwire.geometry import Rectangle
from deskwire.packet import Packet, Slice, encode_packet

Pixels = NDArray[np.uint8]

THRESHOLD = 30
MOST_SLICES = 3000
MOST_OF_THE_PICTURE = 0.9


class ArticleSender:
    """Turns frames, (height, width, 4), into packets as bytes."""

    def __init__(self) -> None:
        self._previous: Any = None

    def encode(self, frame: Pixels) -> bytes:
        """The packet for this frame; empty where it sees no change."""
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        previous, self._previous = self._previous, grey
        if previous is None:
            return self._refresh(frame)
        difference = cv2.absdiff(grey, previous)
        _, changed = cv2.threshold(difference, THRESHOLD, 255, cv2.THRESH_BINARY)
        outlines, _ = cv2.findContours(changed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        if not outlines:
            self._previous = previous
            return b""
        if len(outlines) > MOST_SLICES:
            return self._refresh(frame)
        slices = [_slice(frame, Rectangle(*cv2.boundingRect(outline))) for outline in outlines]
        if (
            sum(part.rectangle.area for part in slices)
            > MOST_OF_THE_PICTURE * frame.shape[0] * frame.shape[1]
        ):
            return self._refresh(frame)
        return encode_packet(Packet(refresh=False, slices=tuple(slices)))

    def _refresh(self, frame: Pixels) -> bytes:
        whole = Rectangle(0, 0, frame.shape[1], frame.shape[0])
        return encode_packet(Packet(refresh=True, slices=(_slice(frame, whole),)))


def _slice(frame: Pixels, area: Rectangle) -> Slice:
    part = frame[area.y : area.y + area.height, area.x : area.x + area.width]
    return Slice(area, bytes(cv2.imencode(".png", part)[1]))
