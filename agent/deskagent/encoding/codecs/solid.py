"""One colour for a whole rectangle: four bytes, however large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from deskwire.encodings import Encoding

if TYPE_CHECKING:
    from .encoder import BGR

_FIRST: Final = bytes((Encoding.SOLID,))


class SolidEncoder:
    """Takes rectangles of one colour and declines all others."""

    def restart(self, width: int, height: int) -> None:
        """Nothing is remembered between slices."""

    def encode(self, pixels: BGR) -> bytes | None:
        """`0x00`, blue, green, red."""
        # Most pictures are refused by the corners or by their first row, for next to nothing.
        colour: bytes = pixels[0, 0].tobytes()
        if pixels[-1, -1].tobytes() != colour or pixels[0].tobytes() != colour * pixels.shape[1]:
            return None
        if pixels.shape[0] > 1 and not np.array_equal(pixels[1:], pixels[:-1]):
            return None
        return _FIRST + colour
