"""Chooses an encoding for each rectangle, among those that the console reads. Only pictures in motion, and
whole frames that a link would take long for, are sent with loss; what has such pixels is known until they
were sent without.

It turns frames and parts of them into slices and knows nothing of links and credits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from deskagent.pixels import Pixels
from deskwire.encodings import Encoding
from deskwire.geometry import Rectangle
from deskwire.packet import Slice

from .codecs import ENCODERS
from .codecs.copy import copy_body
from .codecs.jpeg import JpegEncoder, VideoLimits
from .codecs.zstd import ZstdEncoder
from .crop import Crop, crop
from .lossy_region import REST, LossyRegion
from .photo_regions import shaded
from .video_regions import VideoRegions, is_many_coloured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from deskagent.picture.copy_rects import CopyRect

_MOSTLY: Final = 0.9
"""Part of a picture in motion that went with loss the last time."""

_FAR_LESS: Final = 3
"""Times that a frame without loss has to be larger. Text is half as large at most."""


class LinkEncoder:
    """The slices of one link. Each builds on the ones before: none may be left out or sent twice.

    `encodings` are those that both ends have agreed on; PNG is always among them, and alone where
    nothing was agreed on.
    """

    def __init__(self, encodings: frozenset[Encoding] = frozenset()) -> None:
        agreed = encodings | {Encoding.PNG}
        self._copies = Encoding.COPY in agreed
        self._encoders = [make() for encoding, make in ENCODERS.items() if encoding in agreed]
        zstd = [one for one in self._encoders if isinstance(one, ZstdEncoder)]
        self._rows = zstd[0] if zstd and Encoding.ZSTD_ROWS in agreed else None
        self._jpeg = JpegEncoder() if Encoding.JPEG in agreed else None
        self._motion, self._lossy = VideoRegions(0, 0), LossyRegion(0, 0)

    def refresh(
        self, frame: Pixels, now: float = 0.0, size: float = math.inf, lossy_size: float = math.inf
    ) -> Slice:
        """The whole frame, (height, width, 4) BGRX, as one slice that needs nothing sent before it; `now` as
        for `update`. It comes with loss where that saves much and it takes more than `size` bytes without,
        then in about as many bytes as the lower one of both sizes."""
        height, width = frame.shape[:2]
        whole = Rectangle(0, 0, width, height)
        self._restart(width, height)
        (part,) = crop(frame, [whole])
        exact = self._slice(part)
        if self._jpeg is None or len(exact.body) <= size:
            return exact
        nearly = self._jpeg.encode(part.pixels, self._jpeg.fitting(whole.area, min(size, lossy_size)))
        if _FAR_LESS * len(nearly) > len(exact.body):
            return exact
        # What is not sent must not be in the stream.
        self._restart(width, height)
        self._lossy.add(whole, now - REST)
        return Slice(whole, nearly)

    def _restart(self, width: int, height: int) -> None:
        for encoder in self._encoders:
            encoder.restart(width, height)
        self._motion, self._lossy = VideoRegions(width, height), LossyRegion(width, height)

    def update(self, parts: Sequence[Crop], now: float, video: VideoLimits) -> list[Slice]:
        """Parts of a frame of the last refresh's size, in their order; where one is in motion only in part
        it makes several slices. What is in motion keeps to the limits `video`.

        `now`: seconds on a clock that only goes forward.
        """
        if self._jpeg is None:
            return self.refine(parts)
        self._motion.change([part.rectangle for part in parts], now, video.update_seconds)
        pieces = [piece for part in parts for piece in self._pieces(part)]
        quality = self._jpeg.quality(sum(part.rectangle.area for part, moving in pieces if moving), video)
        slices: list[Slice] = []
        for part, moving in pieces:
            if moving:
                slices.append(Slice(part.rectangle, self._jpeg.encode(part.pixels, quality)))
                self._lossy.add(part.rectangle, now)
                self._motion.keep(part.rectangle)
            else:
                slices += self.refine([part])
        return slices

    def in_motion(self, rectangle: Rectangle) -> bool:
        """True if all of the rectangle is in motion and was sent with loss last time, so it will be again. A
        page that may only be a picture in motion does not count: how it will be sent is not known."""
        return (
            self._jpeg is not None
            and self._lossy.within(rectangle) >= _MOSTLY * rectangle.area
            and self._motion.within(rectangle) == rectangle
        )

    @property
    def copies(self) -> bool:
        """True if the console copies within its picture."""
        return self._copies

    def copied(self, copies: Iterable[CopyRect], now: float) -> list[Slice]:
        """Copies, one slice each, in their order; only where `copies` is True. `now` as for `update`."""
        slices: list[Slice] = []
        for copy in copies:
            self._lossy.copy(copy, now)
            slices.append(Slice(copy.target, copy_body(copy.source_x, copy.source_y)))
        return slices

    def refine(self, parts: Sequence[Crop]) -> list[Slice]:
        """The same, exact for certain; what has shades makes slices of its own."""
        slices: list[Slice] = []
        for part in parts:
            new = list(self._exact(part))
            self._motion.took(part.rectangle, sum(len(one.body) for one in new))
            self._lossy.clear(part.rectangle)
            slices += new
        return slices

    @property
    def lossy(self) -> int:
        """Pixels of the console's picture that are not exact now."""
        return self._lossy.pixels

    def resting(self, now: float, pixels: int, owed: Iterable[Rectangle] = ()) -> list[Rectangle]:
        """Finds places that are not exact on the console and have not changed for a while: about so many
        pixels at most, what has waited longest first, and nothing of what is `owed` anyway."""
        return self._lossy.resting(now, pixels, owed)

    def next_rest(self) -> float | None:
        """When there will be something resting, on the clock of `update`; None where all is exact."""
        return self._lossy.next_rest()

    def _pieces(self, part: Crop) -> Iterator[tuple[Crop, bool]]:
        """Divides a part in what is in motion and what is not: rectangles that cover it once."""
        box = self._motion.within(part.rectangle)
        if box is None:
            yield part, False
            return
        film = _within(part, box)
        if not is_many_coloured(film.pixels):
            yield part, False
            return
        yield film, True
        for rectangle in part.rectangle.without(box):
            yield _within(part, rectangle), False

    def _exact(self, part: Crop) -> Iterator[Slice]:
        rest = [part.rectangle]
        if self._rows is not None:
            x, y, _, _ = part.rectangle
            for found in shaded(part.pixels):
                box = found._replace(x=x + found.x, y=y + found.y)
                yield Slice(box, self._rows.encode_rows(_within(part, box).pixels))
                rest = [piece for one in rest for piece in one.without(box)]
        if rest == [part.rectangle]:
            yield self._slice(part)
            return
        for one in rest:
            yield self._slice(_within(part, one))

    def _slice(self, part: Crop) -> Slice:
        bodies = (encoder.encode(part.pixels) for encoder in self._encoders)
        # PNG is always there and declines nothing.
        return Slice(part.rectangle, next(body for body in bodies if body is not None))


def _within(part: Crop, rectangle: Rectangle) -> Crop:
    """A rectangle of a part, as a part of its own."""
    x, y = rectangle.x - part.rectangle.x, rectangle.y - part.rectangle.y
    pixels = part.pixels[y : y + rectangle.height, x : x + rectangle.width]
    return Crop(rectangle, np.ascontiguousarray(pixels))
