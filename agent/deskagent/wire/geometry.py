"""Rectangles and displays: where things are, in whole pixels, on the wire and off it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Rectangle(NamedTuple):
    """An area of a framebuffer in pixels; (0, 0) is the top left corner of the picture, whatever the
    system's own origin is."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """Pixels covered."""
        return self.width * self.height


class Display(msgspec.Struct, frozen=True):
    """One display of a host, or all of them together (number 0)."""

    number: int
    """0: the whole virtual desktop; 1, 2, ...: its displays."""
    x: int
    """Left edge in the system's own coordinates; may be negative."""
    y: int
    width: int
    height: int
    identity: bytes
    """16 bytes that name this display's stream, the same at every connection."""
    name: str = ""
