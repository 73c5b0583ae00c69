"""Pixels of a part of the root window, which the X server writes into memory that it shares."""

from __future__ import annotations

from typing import Any

from deskagent.pixels import Pixels
from deskwire.geometry import Rectangle
from deskx11.get_image import SharedImages
from deskx11.segment import Segment

from .pixel_reader import PixelReader


class RootImage:
    """Memory for one picture of `place`, in the root window's coordinates, on one connection by python-xlib.

    The constructor raises OSError where there is no memory. A server on another machine, or in another
    container, refuses the memory with the next answer on the connection.
    """

    def __init__(self, connection: Any, images: SharedImages, reader: PixelReader, place: Rectangle) -> None:
        self._place = place
        self._root: int = connection.screen().root.id
        self._images = images
        self._reader = reader
        self._segment = Segment(place.area * 4)
        self._handle = images.attach(self._segment.number)

    def read(self, area: Rectangle) -> Pixels:
        """The area, in coordinates of the place, as (height, width, 4); good until the next `read`. Raises
        OSError where the server gives something else, and Xlib.error.XError where it refuses."""
        x, y, width, height = area
        where = (self._place.x + x, self._place.y + y, width, height)
        _, size = self._images.get(self._root, where, self._handle)
        if size != self._reader.row(width) * height:
            raise OSError(f"the X server gave {size} bytes for {width} x {height} pixels")
        return self._reader.read(self._segment.bytes[:size], width, height)

    def close(self) -> None:
        """Tells the server to let go of the memory."""
        self._images.detach(self._handle)
