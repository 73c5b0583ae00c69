"""The grid of the wall: how large its tiles are, which share a page, where each is. Pure arithmetic."""

from __future__ import annotations

from typing import NamedTuple

from deskwire.geometry import Rectangle

LINE, CAPTION = 18, 26
"""Pixels of a line of words below a picture, and of a tile's words where they share one line."""
_ONE_LINE = 340
"""The width of a tile from which its words have room in one line; else there are two."""
HEADER = 30
"""Pixels of the line above all tiles."""
GAP = 6
"""Pixels between two tiles."""

WIDTHS = (160, 200, 240, 320, 400, 480, 640, 800, 960, 1280, 1600, 1920)
"""The widths of a picture that keys choose among."""
_LEAST = 240
"""The width below which there are rather more pages, unless a person chose another one."""


class Grid(NamedTuple):
    """`columns` x `rows` tiles in a window of this size."""

    columns: int
    rows: int
    width: int
    height: int

    @property
    def page(self) -> int:
        """Tiles on one page."""
        return self.columns * self.rows

    @property
    def caption(self) -> int:
        """Pixels of a tile's words, below its picture."""
        return caption_of(self.width // self.columns - GAP)

    @property
    def picture(self) -> tuple[int, int]:
        """Width and height that a tile has for its picture."""
        down = (self.height - HEADER) // self.rows - GAP - self.caption
        return max(1, self.width // self.columns - GAP), max(1, down)

    def cell(self, place: int) -> Rectangle:
        """The place of a page's tile on the window, with its caption and without the gap."""
        row, column = divmod(place, self.columns)
        left, right = (self.width * edge // self.columns for edge in (column, column + 1))
        top, bottom = ((self.height - HEADER) * edge // self.rows + HEADER for edge in (row, row + 1))
        return Rectangle(
            left + GAP // 2, top + GAP // 2, max(1, right - left - GAP), max(1, bottom - top - GAP)
        )

    def at(self, x: int, y: int) -> int | None:
        """The place of the tile that has this pixel of the window."""
        for place in range(self.page):
            cell = self.cell(place)
            if 0 <= x - cell.x < cell.width and 0 <= y - cell.y < cell.height:
                return place
        return None


def caption_of(width: int) -> int:
    """Pixels of the words of a tile of this width."""
    return CAPTION if width >= _ONE_LINE else CAPTION + LINE


def grid_of(count: int, window: tuple[int, int], chosen: int | None = None) -> Grid:
    """The grid for `count` tiles: as large as they can be on one page, but not smaller than is well seen.

    `chosen`: the width of a picture that a person wants, where the window has room for that.
    """
    if chosen is None:
        grids = (Grid(columns, -(-count // columns), *window) for columns in range(1, count + 1))
        best = max(grids, key=_seen, default=None)
        if best is None or _seen(best) >= _LEAST:
            return best or Grid(1, 1, *window)
    wide = chosen or _LEAST
    columns = max(1, window[0] // (wide + GAP))
    rows = max(1, (window[1] - HEADER) // (wide * 9 // 16 + caption_of(wide) + GAP))
    return Grid(columns, rows, *window)


def next_width(grid: Grid, step: int) -> int:
    """The width of pictures that are one step larger or smaller than those of this grid."""
    now = _seen(grid)
    larger = [width for width in WIDTHS if width > now]
    smaller = [width for width in WIDTHS if width < now]
    if step > 0:
        return larger[0] if larger else WIDTHS[-1]
    return smaller[-1] if smaller else WIDTHS[0]


def _seen(grid: Grid) -> int:
    """The width that a picture of 16:9 has in this grid."""
    width, height = grid.picture
    return min(width, height * 16 // 9)
