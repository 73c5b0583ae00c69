"""A display's grid of square cells, for what is remembered of places and not of pixels."""

from __future__ import annotations

from typing import Final

from deskwire.geometry import Rectangle

CELL: Final = 64
"""Side of a cell in pixels. The cells at the right and lower edge may reach beyond the display."""


def grid(width: int, height: int) -> tuple[int, int]:
    """Rows and columns of cells that cover a display of this size."""
    return -(-height // CELL), -(-width // CELL)


def cells(rectangle: Rectangle) -> tuple[slice, slice]:
    """Rows and columns of the cells that a rectangle touches."""
    x, y, width, height = rectangle
    return slice(y // CELL, -(-(y + height) // CELL)), slice(x // CELL, -(-(x + width) // CELL))


def inner_cells(rectangle: Rectangle) -> tuple[slice, slice]:
    """Rows and columns of the cells that a rectangle covers; they may be none."""
    x, y, width, height = rectangle
    return slice(-(-y // CELL), (y + height) // CELL), slice(-(-x // CELL), (x + width) // CELL)
