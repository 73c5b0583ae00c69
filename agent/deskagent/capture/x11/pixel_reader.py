"""An X server's pixels, of whatever depth, as four bytes of blue, green, red and nothing."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from Xlib import X

_BLUE_GREEN_RED: Final = (0xFF, 0xFF00, 0xFF0000)
_WIDTHS: Final = {8: "u1", 16: "u2", 32: "u4"}
"""numpy's letters by the bits that a pixel has in memory."""
_MOST_IN_A_TABLE: Final = 16
"""Bits of a pixel up to which every value has its colour in a table of 256 KB or less."""


class PixelFormatError(Exception):
    """These pixels cannot be read; the text says which they are."""


class PixelReader:
    """Reads the root window's pixels as they are in memory.

    Measured with noise of 1920x1080 on a busy machine, the worst case: nothing at 24 bits, 27 ms for all of
    a screen at 16, 107 ms at 30. What changed is usually a small part of it.
    """

    def __init__(self, connection: Any) -> None:
        """Reads it from a connection by python-xlib. Raises PixelFormatError, which names the depth."""
        info = connection.display.info
        screen = connection.screen()
        depth = screen.root_depth
        # A depth may be listed more than once (by TigerVNC), and the visual is in one of those lists.
        visual = next(
            one
            for allowed in screen.allowed_depths
            for one in allowed.visuals
            if one.visual_id == screen.root_visual
        )
        memory = next(one for one in info.pixmap_formats if one.depth == depth)
        if visual.visual_class not in (X.TrueColor, X.DirectColor):
            raise PixelFormatError(
                f"it has {depth} bits a pixel and takes its colours from a palette; "
                "set its depth to 15, 16, 24 or 30"
            )
        if memory.bits_per_pixel not in _WIDTHS:
            raise PixelFormatError(
                f"it has {depth} bits a pixel in {memory.bits_per_pixel} bits of memory; "
                "set its depth to 15, 16, 24 or 30"
            )
        self._bits: int = memory.bits_per_pixel
        self._pad: int = memory.scanline_pad
        self._kind = np.dtype(("<" if info.image_byte_order == X.LSBFirst else ">") + _WIDTHS[self._bits])
        self._masks: tuple[int, int, int] = (visual.blue_mask, visual.green_mask, visual.red_mask)
        self._ready = self._masks == _BLUE_GREEN_RED and self._kind == np.dtype("<u4")
        self._table: NDArray[np.uint32] | None = None
        if self._bits <= _MOST_IN_A_TABLE:
            self._table = _mixed(np.arange(1 << self._bits, dtype=np.uint32), self._masks)

    def row(self, width: int) -> int:
        """Bytes of one row of a picture of that many pixels, with what fills it up."""
        return -(-width * self._bits // self._pad) * self._pad // 8

    def read(self, data: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
        """(height, width, 4) from (height * row(width),); a view of `data` where nothing has to be done."""
        rows = data.reshape(height, self.row(width))[:, : width * self._bits // 8]
        if self._ready:
            return rows.reshape(height, width, 4)
        pixels = np.ascontiguousarray(rows).view(self._kind)
        if self._table is not None:
            mixed: NDArray[np.uint32] = self._table[pixels]
        else:
            mixed = _mixed(pixels.astype(np.uint32), self._masks)
        return mixed.view(np.uint8).reshape(height, width, 4)


def _mixed(pixels: NDArray[np.uint32], masks: tuple[int, int, int]) -> NDArray[np.uint32]:
    """Each pixel with eight bits for each of blue, green and red, little end first."""
    mixed = np.zeros(pixels.shape, np.uint32)
    for place, mask in zip((0, 8, 16), masks, strict=True):
        shift = (mask & -mask).bit_length() - 1
        bits = mask.bit_count()
        value = (pixels & np.uint32(mask)) >> np.uint32(shift)
        if bits > 8:
            value >>= np.uint32(bits - 8)
        elif bits < 8:
            # Full stays full: 31 of 31 becomes 255, not 248.
            most = (1 << bits) - 1
            value = (value * np.uint32(255) + np.uint32(most // 2)) // np.uint32(most)
        mixed |= value << np.uint32(place)
    return mixed.astype("<u4", copy=False)
