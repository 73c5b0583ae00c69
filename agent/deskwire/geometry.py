"""Rectangles and displays: where things are, in whole pixels, on the wire and off it."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec

Coordinate = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
Extent = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


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

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    def common(self, other: Rectangle) -> Rectangle | None:
        """The part that both cover, if there is one."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        width = min(self.x + self.width, other.x + other.width) - x
        height = min(self.y + self.height, other.y + other.height) - y
        return Rectangle(x, y, width, height) if width > 0 and height > 0 else None

    def around(self, other: Rectangle) -> Rectangle:
        """The smallest that covers both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        bottom = max(self.y + self.height, other.y + other.height)
        return Rectangle(x, y, right - x, bottom - y)

    def without(self, hole: Rectangle) -> list[Rectangle]:
        """The parts outside of a hole, wherever that is: above, below, to the left and to the right of it."""
        inner = self.common(hole)
        if inner is None:
            return [self]
        x, y, width, height = self
        right, bottom = inner.x + inner.width, inner.y + inner.height
        pieces = (
            Rectangle(x, y, width, inner.y - y),
            Rectangle(x, bottom, width, y + height - bottom),
            Rectangle(x, inner.y, inner.x - x, inner.height),
            Rectangle(right, inner.y, x + width - right, inner.height),
        )
        return [piece for piece in pieces if piece.area]


class Display(msgspec.Struct, frozen=True):
    """One display of a host, or all of them together (number 0)."""

    number: Annotated[int, msgspec.Meta(ge=0, le=64)]
    """0: the whole virtual desktop; 1, 2, ...: its displays."""
    x: Coordinate
    """Left edge in the system's own coordinates; may be negative."""
    y: Coordinate
    width: Extent
    height: Extent
    identity: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    """16 bytes that name this display's stream, the same at every connection."""
    name: Annotated[str, msgspec.Meta(max_length=1024)] = ""
