"""The small picture of a host that no person looks at closely: kept as the JPEG that it came as.

Its structure and size are checked when it comes; it is decoded when it is shown, which most never are: 100
hosts' previews would cost a tenth of a core to decode, and 17 MB to keep decoded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deskwire.errors import RemoteProtocolError
from deskwire.messages import Preview as PreviewMessage

from .decoders.jpeg import check_jpeg

if TYPE_CHECKING:
    from .decoders.part import BGR

WIDTH, HEIGHT = 320, 180
"""Pixels that it fits into; what a `Watch` asks for where it says nothing else."""

_QUALITY = 75

BLACK_BELOW = 24
"""A picture without a pixel brighter than this, of 255, is black: JPEG makes noise of black."""

_HEADERS = 1024
_PIXELS_A_BYTE = 60
"""A JPEG of one colour has no more than its headers and a byte for so many pixels (measured: 60 and 63,
behind 620 bytes of headers)."""


@dataclass(frozen=True, slots=True)
class PreviewPicture:
    """One picture of one moment."""

    width: int
    height: int
    jpeg: bytes = field(repr=False)
    at: float
    """Unix time at which it came."""

    @classmethod
    def received(
        cls, message: PreviewMessage, at: float, largest: tuple[int, int] = (WIDTH, HEIGHT)
    ) -> PreviewPicture:
        """Decodes what an agent sent; raises RemoteProtocolError if it is too large or no such picture.

        `largest`: width and height that it was asked for at most.
        """
        if message.width > largest[0] or message.height > largest[1]:
            raise RemoteProtocolError(f"a preview of {message.width} x {message.height}, too large")
        try:
            check_jpeg(message.picture, message.width, message.height)
        except RemoteProtocolError as error:
            raise RemoteProtocolError(f"a preview that is none: {error}") from None
        return cls(message.width, message.height, message.picture, at)

    @classmethod
    def made(cls, pixels: BGR, at: float) -> PreviewPicture:
        """A picture of our own, made small."""
        import cv2

        small = fitted(pixels, WIDTH, HEIGHT)
        height, width = small.shape[:2]
        _, jpeg = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
        return cls(width, height, jpeg.tobytes(), at)

    @property
    def black(self) -> bool:
        """True if all of it is black. Only what may be a picture of one colour is decoded for that."""
        if len(self.jpeg) > _HEADERS + self.width * self.height // _PIXELS_A_BYTE:
            return False
        pixels = self.pixels()
        return pixels is not None and is_black(pixels)

    def pixels(self, width: int = WIDTH, height: int = HEIGHT) -> BGR | None:
        """(rows, columns, 3) BGR; None where only decoding shows that it is broken.

        For a place of `width` x `height` pixels it is made a half, a quarter or an eighth as large while it
        is decoded, where that is still as large as the place: 0.2 ms instead of 0.4 for a tile of a wall.
        """
        import cv2
        import numpy as np

        scale = max(1.0, min(self.width / max(1, width), self.height / max(1, height)))
        reduced = {
            8: cv2.IMREAD_REDUCED_COLOR_8,
            4: cv2.IMREAD_REDUCED_COLOR_4,
            2: cv2.IMREAD_REDUCED_COLOR_2,
            1: cv2.IMREAD_COLOR,
        }
        divisor = next(divisor for divisor in reduced if divisor <= scale)
        flags = reduced[divisor] | cv2.IMREAD_IGNORE_ORIENTATION
        try:
            pixels = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), flags)
        except cv2.error:
            return None
        size = -(-self.height // divisor), -(-self.width // divisor), 3
        return None if pixels is None or pixels.shape != size else pixels.astype(np.uint8, copy=False)


def is_black(pixels: BGR) -> bool:
    """True if nothing is on the picture. One that is not black is known by every sixteenth pixel, mostly."""
    return int(pixels[::16, ::16].max()) < BLACK_BELOW and int(pixels.max()) < BLACK_BELOW


def fitted(pixels: BGR, width: int, height: int) -> BGR:
    """The picture as large as fits into width x height, in its proportions, never larger than it is."""
    import cv2
    import numpy as np

    rows, columns = pixels.shape[:2]
    scale = min(1.0, width / columns, height / rows)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
