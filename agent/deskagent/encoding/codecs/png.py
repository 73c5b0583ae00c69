"""A slice as a whole PNG file, the way the article's programs exchange pictures: what every peer reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2

if TYPE_CHECKING:
    from .encoder import BGR

# PNG_COMPRESSION resets the strategy: it has to stand in front of it.
_OPTIONS: Final = (
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_DEFAULT,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_SUB,
)


class PngEncoder:
    """Takes everything."""

    def restart(self, width: int, height: int) -> None:
        """Nothing is remembered between slices."""

    def encode(self, pixels: BGR) -> bytes:
        """The file; its own first byte is the encoding's number."""
        return bytes(cv2.imencode(".png", pixels, _OPTIONS)[1])
