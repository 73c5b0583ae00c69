"""The picture as the window shows it: scaled to fit or by a whole number, and kept up part by part.

No window here, only arrays: what is shown of a changed rectangle equals what drawing the whole would show.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from deskwire.geometry import Rectangle

_STEPS = 64
"""Scales are fractions with at most this denominator: at most 1.6 % smaller than would fit, mostly 0.1 %."""

FRAME = 2
"""Pixels of the frame on each side."""

_AMBER = (64, 200, 255, 0)

_LONGEST = 16384
"""Pixels of a canvas across or down, at most: as many as an X window has."""


class Scaling(StrEnum):
    """Ways to enlarge and reduce a picture."""

    AUTOMATIC = "automatic"
    """Repeats pixels to enlarge, takes the mean of those covered to reduce: letters stay legible."""
    SMOOTH = "smooth"
    """Shows no steps in an enlarged picture."""
    CRISP = "crisp"
    """Shows pixels of the picture only, also in a reduced one."""


class Scale(NamedTuple):
    """`pixels` of the canvas for every `source` pixels of the picture.

    A block of `source` pixels becomes a block of `pixels` that depends on no other, so a part can be
    redone alone, with the same result to the byte. At the scale that fits to the last pixel such a block
    would mostly be as large as the picture.

    A pixel of the canvas is the mean of what it covers of the picture. Where the picture is enlarged that
    is one pixel, or two at their edge: letters stay sharp, and a whole number repeats each pixel.
    """

    pixels: int
    source: int

    @property
    def ratio(self) -> float:
        """Pixels of the canvas for one of the picture."""
        return self.pixels / self.source

    @property
    def repeatable(self) -> bool:
        """True if the blocks depend on no other in OpenCV's arithmetic too.

        When it enlarges it multiplies a place by the inverse scale and rounds down: where the product at a
        block's first pixel comes out below the whole number, that pixel is the block's before (13:5 does).
        """
        inverse = 1 / (self.pixels / self.source)
        blocks = range(_LONGEST // self.pixels + 1)
        return self.pixels <= self.source or all(
            int(block * self.pixels * inverse) == block * self.source for block in blocks
        )

    def of(self, length: int) -> int:
        """`length` pixels of the picture on the canvas."""
        return -(-length * self.pixels // self.source)


AS_IT_IS = Scale(1, 1)
DOUBLE = Scale(2, 1)


def fitting(picture: tuple[int, int], room: tuple[int, int], *, enlarge: bool = True) -> Scale:
    """The largest scale at which `picture` (width, height) is not larger than `room`, at least 1:64."""
    best = Scale(1, _STEPS)
    for source in range(1, _STEPS + 1):
        pixels = min(source * have // want for want, have in zip(picture, room, strict=True))
        scale = Scale(pixels if enlarge else min(pixels, source), source)
        if scale.pixels * best.source > best.pixels * source and scale.repeatable:
            best = scale
    return best


class Canvas:
    """An image of the window's size, with the picture in its middle and black around it.

    `image` is (height, width, 4) uint8 BGRX; its former contents are overwritten. `scale` None: the picture
    fits. Where it is larger than the canvas, `offset` (x, y in pixels of the canvas) says which part of it
    is seen. `size` is what the picture takes on the canvas; `scaling` says how it is enlarged and reduced.

    With `framed` a frame of two pixels is at the edge. It does not change the scale of a picture that fits:
    in full screen each pixel stays a pixel, and the frame covers the outermost two, which can be clicked.
    """

    def __init__(
        self,
        picture: tuple[int, int],
        image: NDArray[np.uint8],
        *,
        scale: Scale | None = None,
        offset: tuple[int, int] = (0, 0),
        framed: bool = False,
        scaling: Scaling = Scaling.AUTOMATIC,
    ) -> None:
        if framed:
            image[:] = _AMBER
        self._edge = edge = FRAME if framed and min(image.shape[:2]) > 4 * FRAME else 0
        self.image = image = image[edge : image.shape[0] - edge, edge : image.shape[1] - edge]
        """The canvas without its frame."""
        self.picture = picture
        room = image.shape[1], image.shape[0]
        whole = room[0] + 2 * edge, room[1] + 2 * edge
        self.room = whole
        """Width and height of the image with its frame."""
        self.scale = scale or fitting(picture, whole)
        enlarges, reduces = self.scale.ratio > 1, self.scale.ratio < 1
        self._smooth = enlarges and scaling is Scaling.SMOOTH
        """A pixel of the canvas depends on the neighbours of what it covers too."""
        self._crisp = reduces and scaling is Scaling.CRISP
        self.size = self.scale.of(picture[0]), self.scale.of(picture[1])
        spare = [
            (there if there >= size else inside) - size
            for there, inside, size in zip(whole, room, self.size, strict=True)
        ]
        self.offset = max(0, min(-spare[0], offset[0])), max(0, min(-spare[1], offset[1]))
        self._x, self._y = (s // 2 - edge if s >= 0 else -o for s, o in zip(spare, self.offset, strict=True))
        if max(spare) > 0:
            image[:] = 0

    def draw(self, picture: NDArray[np.uint8], rectangle: Rectangle) -> Rectangle | None:
        """Takes over what `picture` (height, width, 3) has under `rectangle`; returns where that is on the
        image with its frame, None where it is not seen."""
        pixels, source = self.scale
        if self._smooth:
            # What changed is seen in the pixels beside it, too.
            x, y = max(0, rectangle.x - 1), max(0, rectangle.y - 1)
            right = min(self.picture[0], rectangle.x + rectangle.width + 1)
            bottom = min(self.picture[1], rectangle.y + rectangle.height + 1)
            rectangle = Rectangle(x, y, right - x, bottom - y)
        # whole blocks around the rectangle, as far as they are seen
        left = max(rectangle.x // source, -self._x // pixels, 0)
        top = max(rectangle.y // source, -self._y // pixels, 0)
        right = min(
            -(-(rectangle.x + rectangle.width) // source), -(-(self.image.shape[1] - self._x) // pixels)
        )
        bottom = min(
            -(-(rectangle.y + rectangle.height) // source), -(-(self.image.shape[0] - self._y) // pixels)
        )
        if left >= right or top >= bottom:
            return None
        if pixels == source:
            part = picture[top:bottom, left:right]
        elif self._smooth:
            part = self._interpolated(picture, Rectangle(left, top, right - left, bottom - top))
        else:
            part = picture[top * source : bottom * source, left * source : right * source]
            part = self._scaled(part, right - left, bottom - top)
        x, y = self._x + left * pixels, self._y + top * pixels
        seen_x, seen_y = max(0, -x), max(0, -y)
        wide = min(part.shape[1], self.size[0] - left * pixels, self.image.shape[1] - x)
        high = min(part.shape[0], self.size[1] - top * pixels, self.image.shape[0] - y)
        if seen_x >= wide or seen_y >= high:
            return None
        drawn = Rectangle(x + seen_x, y + seen_y, wide - seen_x, high - seen_y)
        target = self.image[drawn.y : drawn.y + drawn.height, drawn.x : drawn.x + drawn.width]
        cv2.cvtColor(part[seen_y:high, seen_x:wide], cv2.COLOR_BGR2BGRA, dst=target)
        return drawn._replace(x=drawn.x + self._edge, y=drawn.y + self._edge)

    def covers(self, x: int, y: int) -> bool:
        """True if the picture is seen at this pixel of the image with its frame."""
        height, width, _ = self.image.shape
        edge = self._edge
        return all(
            0 <= at < room + 2 * edge and 0 <= at - edge - begin < size
            for at, room, begin, size in (
                (x, width, self._x, self.size[0]),
                (y, height, self._y, self.size[1]),
            )
        )

    def place(self, x: int, y: int) -> tuple[int, int]:
        """The pixel of the picture that is drawn in the middle of this pixel of the image with its frame;
        beside the picture, the nearest one that is seen."""
        across, down = (
            self._place(at - self._edge, begin, self.image.shape[axis], self.picture[1 - axis])
            for at, begin, axis in ((x, self._x, 1), (y, self._y, 0))
        )
        return across, down

    def _place(self, at: int, begin: int, room: int, length: int) -> int:
        pixels, source = self.scale
        drawn = min(max(at, -self._edge), max(0, room - 1) + self._edge) - begin
        return min(max((2 * drawn + 1) * source // (2 * pixels), 0), length - 1)

    def _interpolated(self, picture: NDArray[np.uint8], blocks: Rectangle) -> NDArray[np.uint8]:
        """Blocks of an enlarged picture without steps: scaled with a block more on each side, which is cut
        off again. Of the whole picture scaled at once they are off by 1 of 255 at most."""
        pixels, source = self.scale
        most = [-(-length // source) for length in self.picture]
        left, top = max(0, blocks.x - 1), max(0, blocks.y - 1)
        right = min(most[0], blocks.x + blocks.width + 1)
        bottom = min(most[1], blocks.y + blocks.height + 1)
        part = picture[top * source : bottom * source, left * source : right * source]
        part = self._scaled(part, right - left, bottom - top)
        x, y = (blocks.x - left) * pixels, (blocks.y - top) * pixels
        return part[y : y + blocks.height * pixels, x : x + blocks.width * pixels]

    def _scaled(self, part: NDArray[np.uint8], across: int, down: int) -> NDArray[np.uint8]:
        """Blocks of the picture, whole ones; the last blocks of a picture are filled up first."""
        pixels, source = self.scale
        missing = down * source - part.shape[0], across * source - part.shape[1]
        if any(missing):
            part = cv2.copyMakeBorder(  # type: ignore[assignment]
                part, 0, missing[0], 0, missing[1], cv2.BORDER_REPLICATE
            )
        if self._crisp:
            # The pixel in the middle of what each covers; OpenCV's nearest depends on where a part begins.
            rows, columns = (
                (2 * np.arange(blocks * pixels) + 1) * source // (2 * pixels) for blocks in (down, across)
            )
            return part.take(rows, axis=0).take(columns, axis=1)
        way = cv2.INTER_LINEAR if self._smooth else cv2.INTER_AREA
        return cv2.resize(  # type: ignore[return-value]
            part, (across * pixels, down * pixels), interpolation=way
        )
