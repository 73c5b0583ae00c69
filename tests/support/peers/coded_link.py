"""The encoder of one link and the decoder at its other end, without anything between them."""

from __future__ import annotations

import cv2
import numpy as np

from deskagent.delivery.packet_budget import EncodingCost, PacketBudget
from deskagent.encoding.crop import crop
from deskagent.encoding.link_encoder import LinkEncoder
from deskagent.picture.copy_rects import CopyRect
from deskagent.picture.damage import find_damage
from deskagent.pixels import Pixels
from deskconsole.picture.decoders import Decoder
from deskwire.encodings import Encoding
from deskwire.geometry import Rectangle
from deskwire.packet import Slice

ALL = frozenset(Encoding)


class CodedLink:
    """Both ends, and the host's frame: what happens on the screen is sent at once."""

    def __init__(self, frame: Pixels, encodings: frozenset[Encoding]) -> None:
        height, width = frame.shape[:2]
        self.frame, self.now = frame, 100.0
        self.shown = np.zeros((height, width, 3), np.uint8)
        self.encoder, self._decoder = LinkEncoder(encodings), Decoder()
        self._cost = EncodingCost()
        self.refresh()

    def refresh(self, rate: float | None = None) -> Slice:
        """The whole frame is sent; `rate`: bytes a second that the link carries, None: unknown."""
        height, width = self.frame.shape[:2]
        self._decoder.restart(width, height, self.shown)
        size = PacketBudget(rate, self._cost).refresh_size
        (part,) = self._show([self.encoder.refresh(self.frame, self.now, size)])
        return part

    def update(self, frame: Pixels, rate: float | None = None) -> list[Slice]:
        """A 30th of a second later the screen is this frame; returns what is sent."""
        self.now += 0.03
        parts = crop(frame, find_damage(self.frame, frame))
        self.frame = frame
        slices = self.encoder.update(parts, self.now, PacketBudget(rate, self._cost).video(1.0))
        self._cost = self._cost.after(slices, [], share=1.0, seconds=0.0, now=self.now)
        return self._show(slices)

    def copy(self, move: CopyRect) -> None:
        """Something moves on the screen, and is sent as that."""
        x, y, target = move
        source = target._replace(x=x, y=y)
        frame = self.frame.copy()
        frame[area(target)] = self.frame[area(source)]
        self._show(self.encoder.copied([move], self.now))
        self.frame = frame
        self.update(frame)

    def rest(self, pixels: int) -> list[Slice]:
        """Time passes, and one packet refines."""
        due = self.encoder.next_rest()
        self.now = self.now if due is None else max(self.now, due)
        places = self.encoder.resting(self.now, pixels)
        assert sum(place.area for place in places) <= max(pixels, 64 * 64)
        assert bool(places) == bool(self.encoder.lossy)
        return self.refine(places)

    def refine(self, places: list[Rectangle]) -> list[Slice]:
        """These are sent once more, without loss."""
        return self._show(self.encoder.refine(crop(self.frame, places)))

    def is_exact(self) -> bool:
        """Is the console's picture the screen's, to the bit?"""
        return np.array_equal(self.shown, self.frame[..., :3])

    def check(self) -> None:
        """The console's picture is wrong only where the encoder knows of it."""
        wrong = (self.shown != self.frame[..., :3]).any(axis=2)
        assert np.count_nonzero(wrong) <= self.encoder.lossy
        for place in self.encoder.resting(self.now + 10, wrong.size + 64 * 64 * 100):
            wrong[area(place)] = False
        assert not wrong.any()

    def _show(self, slices: list[Slice]) -> list[Slice]:
        for rectangle, body in slices:
            self._decoder.decode(body, self.shown[area(rectangle)])
        return slices


def area(rectangle: Rectangle) -> tuple[slice, slice]:
    """Where a rectangle lies in an array of rows."""
    x, y, width, height = rectangle
    return np.s_[y : y + height, x : x + width]


def desktop() -> Pixels:
    """640 x 480 of text."""
    frame = np.full((480, 640, 4), 230, np.uint8)
    for row in range(12, 480, 14):
        cv2.putText(
            frame, "A line of text, and more of it " * 3, (4, row), 0, 0.4, (40, 40, 40, 0), 1, cv2.LINE_AA
        )
    return frame
