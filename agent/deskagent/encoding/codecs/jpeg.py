"""A slice as a whole JPEG file: for what cannot wait to be exact, since it is nearly right and no more.

It is not in the registry: no rectangle gets it because another encoding declined. The link encoder asks for
it by name and remembers where the console's picture is not exact.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2

if TYPE_CHECKING:
    from .encoder import BGR


class Quality(NamedTuple):
    """The settings of a JPEG: they say how closely it follows its pixels."""

    luma: int
    """1 to 100, libjpeg's scale."""
    chroma: int
    sampling: int
    """The colours' resolution, one of OpenCV's IMWRITE_JPEG_SAMPLING_FACTOR_*."""
    size: float
    """Bytes in proportion to those of the best quality."""


_444: Final = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
_420: Final = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420

QUALITIES: Final = (
    Quality(92, 85, _444, 1.0),
    Quality(90, 90, _420, 0.65),
    Quality(80, 80, _420, 0.42),
    Quality(60, 60, _420, 0.28),
    Quality(40, 40, _420, 0.21),
)
"""Best first. Measured at 960x540, a fractal with sharp colours and a photograph with noise, in kB and ms of
CPU a frame, PSNR of luma and chroma in dB:

    92 for both, 4:4:4 (TigerVNC's 8)   162, 2.1, 46.8, 44.3     158, 2.0, 43.7, 42.7
    92 and 85, 4:4:4                    136, 1.9, 46.4, 40.1     135, 2.0, 43.7, 42.3
    90, 4:2:0                            83, 1.1, 44.9, 27.7      93, 1.1, 43.4, 41.3
    80, 4:2:0                            57, 1.0, 40.3, 27.5      56, 1.0, 42.5, 40.4
    60, 4:2:0                            39, 0.9, 36.0, 26.9      35, 0.9, 41.4, 39.1
    40, 4:2:0                            30, 0.9, 33.7, 26.4      26, 0.9, 40.4, 37.9

Optimised Huffman tables save 4 % of the bytes for twice the CPU.
"""

_FIRST_GUESS: Final = 0.3
"""Bytes of a pixel at the best quality: what the measured pictures take."""

FULL_COLOUR_PIXELS: Final = 1 << 20
"""Pixels in motion beyond which colours come at half their resolution, as films have them: 1700x956 takes
4 ms less of CPU at either end, and is followed 26 times a second instead of 20."""


class VideoLimits(NamedTuple):
    """The limits of the pictures in motion of one packet, all together."""

    size: float = math.inf
    """Bytes; infinite on a link of unknown rate."""
    full_colour: float = FULL_COLOUR_PIXELS
    """Pixels beyond which colours come at half their resolution."""
    update_seconds: float = 0.0
    """Seconds that the link takes for all that changes at once: on a slow one a film changes rarely."""


class JpegEncoder:
    """Fits the quality to the link, by what the last picture took."""

    def __init__(self) -> None:
        self._cost = _FIRST_GUESS

    def quality(self, area: int, limits: VideoLimits) -> Quality:
        """The best with which so many pixels in motion keep to the limits, or the least of all."""
        best = QUALITIES[0] if area <= limits.full_colour else QUALITIES[1]
        return max(best, self.fitting(area, limits.size), key=QUALITIES.index)

    def fitting(self, area: int, size: float) -> Quality:
        """The best with which so many pixels take about `size` bytes, or the least of all."""
        best = self._cost * area
        return next((one for one in QUALITIES if best * one.size <= size), QUALITIES[-1])

    def encode(self, pixels: BGR, quality: Quality) -> bytes:
        """The file; its own first byte is the encoding's number."""
        options = (
            cv2.IMWRITE_JPEG_LUMA_QUALITY,
            quality.luma,
            cv2.IMWRITE_JPEG_CHROMA_QUALITY,
            quality.chroma,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
            quality.sampling,
        )
        body = bytes(cv2.imencode(".jpg", pixels, options)[1])
        height, width = pixels.shape[:2]
        self._cost = len(body) / (width * height * quality.size)
        return body
