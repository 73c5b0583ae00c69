"""The pixel format of an X server: the bits of red, green and blue in each."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from Xlib import X

if TYPE_CHECKING:
    from Xlib.display import Display
    from Xlib.xobject.drawable import Window as XWindow


class PixelFormat:
    """Pixels of `bits` (16 or 32) with these masks, least significant byte first.

    Raises ValueError for pixels that have no masks (a palette) or another size.
    """

    def __init__(self, masks: tuple[int, int, int], bits: int) -> None:
        if bits not in {16, 32} or not all(masks):
            raise ValueError(f"pixels of {bits} bits with masks {masks}")
        self.bytes = bits // 8
        self._type = np.dtype(f"<u{self.bytes}")
        self._masks = masks
        red, green, blue = (self._placed(mask) for mask in masks)
        self._tables = blue, green, red

    @property
    def is_ours(self) -> bool:
        """True if a pixel is the bytes blue, green, red and one that is ignored: nothing is converted."""
        return self.bytes == 4 and self._masks == (0xFF0000, 0x00FF00, 0x0000FF)

    def stride(self, width: int) -> int:
        """Bytes of a row: X fills them up to a multiple of four."""
        return -(-width * self.bytes // 4) * 4

    def rows(self, memory: NDArray[np.uint8], width: int, height: int) -> NDArray[np.unsignedinteger]:
        """`memory` (uint8) as an image in this format, (height, width)."""
        stride = self.stride(width)
        image = memory[: stride * height].view(self._type)
        return image.reshape(height, stride // self.bytes)[:, :width]

    def convert(self, image: NDArray[np.uint8], target: NDArray[np.unsignedinteger]) -> None:
        """Writes `image`, (height, width, 4) uint8 BGRX, into `target`, (height, width) in this format."""
        blue, green, red = self._tables
        target[:] = blue[image[..., 0]]
        target |= green[image[..., 1]]
        target |= red[image[..., 2]]

    def same(self, one: NDArray[np.unsignedinteger], other: NDArray[np.unsignedinteger]) -> bool:
        """True if both show the same colours, whatever their other bits are."""
        used = self._masks[0] | self._masks[1] | self._masks[2]
        return bool(((one ^ other) & self._type.type(used) == 0).all())

    def _placed(self, mask: int) -> NDArray[np.unsignedinteger]:
        """The bits in a pixel of each of 256 values of a colour: its upper bits, or repeated to fill more."""
        shift = (mask & -mask).bit_length() - 1
        width = (mask >> shift).bit_length()
        values = np.arange(256, dtype=np.uint64)
        wide = values << np.uint64(8) | values  # 16 bits: 0 stays none, 255 becomes all
        return (wide >> np.uint64(16 - width) << np.uint64(shift)).astype(self._type)


def format_of(display: Display, window: XWindow, depth: int) -> PixelFormat:
    """The format of a window's pixels; raises OSError for pixels that cannot be written."""
    information = display.display.info
    visual = window.get_attributes().visual
    masks = {
        one.visual_id: (one.red_mask, one.green_mask, one.blue_mask)
        for depth_of in display.screen().allowed_depths
        for one in depth_of.visuals
        if one.visual_class in {X.TrueColor, X.DirectColor}
    }
    bits = {one.depth: one.bits_per_pixel for one in information.pixmap_formats}
    if visual in masks and not information.image_byte_order:
        with contextlib.suppress(ValueError):
            return PixelFormat(masks[visual], bits.get(depth, 0))
    raise OSError(f"the display has pixels of {depth} bits of another kind")
