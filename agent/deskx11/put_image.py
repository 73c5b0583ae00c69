"""The requests of X's MIT-SHM extension that show an image; python-xlib has none of them.

Attach and Detach are those of the agent. PutImage is packed by hand: it is sent for
every rectangle that changed, and declared it takes three times as long.
"""

from __future__ import annotations

import struct

from Xlib import X
from Xlib.display import Display
from Xlib.error import CatchError

from .extension import query_extension
from .get_image import Attach, Detach
from .packed_request import PackedRequest

NAME = "MIT-SHM"

_PUT_IMAGE = struct.Struct("=BBH II HHHHHH hh BBBx II")
_PUT_IMAGE_CODE = 3


class SharedSegment:
    """A segment of shared memory as the server knows it."""

    def __init__(self, display: Display, number: int) -> None:
        """Raises OSError where the server has no such extension, or cannot reach memory of this machine."""
        try:
            self._opcode: int = query_extension(display, NAME).major_opcode
        except LookupError:
            raise OSError("the X server offers no shared memory") from None
        self._display = display
        self._id = display.display.allocate_resource_id()
        refused = CatchError()
        Attach(
            display=display.display,
            onerror=refused,
            opcode=self._opcode,
            segment=self._id,
            number=number,
            read_only=1,
        )
        display.sync()
        if refused.get_error() is not None:
            raise OSError("the X server cannot reach memory of this machine")

    def put(
        self,
        drawable: int,
        context: int,
        depth: int,
        size: tuple[int, int],
        rectangle: tuple[int, int, int, int],
    ) -> None:
        """Queues the copy of `rectangle` (x, y, width, height) of the image, which has `size`, to the same
        place of `drawable`. The server reads the memory when it gets there, not now."""
        x, y, width, height = rectangle
        binary = _PUT_IMAGE.pack(
            self._opcode, _PUT_IMAGE_CODE, _PUT_IMAGE.size // 4, drawable, context, *size,
            x, y, width, height, x, y, depth, X.ZPixmap, 0, self._id, 0,
        )  # fmt: skip
        PackedRequest(self._display.display, binary)

    def close(self) -> None:
        """Tells the server to let go of it."""
        Detach(display=self._display.display, opcode=self._opcode, segment=self._id)
