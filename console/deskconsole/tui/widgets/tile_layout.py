"""Layout of picture tiles on a terminal: columns, rows, pages. Numbers only, no widgets."""

from __future__ import annotations

from dataclasses import dataclass

GAP = 1
"""Cells between two tiles of a row."""

LEAST_WIDTH, LEAST_HEIGHT = 12, 4
"""Cells of the smallest tile: two lines of words, and a picture of 12 x 4 pixels."""

GOOD_WIDTH, GOOD_HEIGHT = 24, 8
"""Cells of a tile on which a window can be told from another; smaller ones only come by a key."""

_MOST_APART = 3
"""Lines between two rows of tiles at most."""

WORDS = 2
"""Lines of a tile that are not its picture's."""

RATIO = 16 / 9
"""Most desktops have nearly this one; others keep theirs, and leave room at their sides."""


@dataclass(frozen=True, slots=True)
class TileLayout:
    """Tiles of one size from the upper left corner on, one row after the other."""

    columns: int
    rows: int
    width: int
    """Cells of a tile."""
    height: int
    left: int
    """Cells before the first column."""
    top: int = 0
    """Lines above the first row."""
    apart: int = 0
    """Lines between two rows."""

    @property
    def a_page(self) -> int:
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[int, int]:
        """The cell at the upper left of the tile that is the `place`th of its page."""
        row, column = divmod(place, self.columns)
        return self.left + column * (self.width + GAP), self.top + row * (self.height + self.apart)

    def place(self, x: int, y: int) -> int | None:
        """The tile of a page that has this cell; None between and behind them."""
        column, across = divmod(x - self.left, self.width + GAP)
        row, down = divmod(y - self.top, self.height + self.apart)
        if x < self.left or across >= self.width or column >= self.columns:
            return None
        if y < self.top or down >= self.height or row >= self.rows:
            return None
        return row * self.columns + column


def arrange_tiles(width: int, height: int, count: int, larger: int = 0) -> TileLayout | None:
    """The tiles of `count` hosts in `width` x `height` cells: all on one page as large as they fit, while
    they stay good to look at; else good ones, on pages.

    `larger`: so many columns less, or more where it is negative. None where not one tile fits.
    """
    most = (width + GAP) // (LEAST_WIDTH + GAP)
    if most < 1 or height < LEAST_HEIGHT or count < 1:
        return None
    best = _all_on_one_page(width, height, count)
    if best is None:
        columns = max(1, (width + GAP) // (GOOD_WIDTH + GAP))
        best = columns, max(1, height // max(GOOD_HEIGHT, _height_for(_across(width, columns))))
    if larger:
        columns = max(1, min(most, best[0] - larger))
        best = columns, max(1, height // _height_for(_across(width, columns)))
    columns, rows = best
    columns = min(columns, count)
    across = _across(width, best[0])
    rows = min(rows, -(-count // columns))
    down = min(height // rows, _height_for(across))
    left = (width - columns * (across + GAP) + GAP) // 2
    # Pictures that are as wide as they can be leave lines over: they stand between the rows.
    spare = height - rows * down
    apart = min(_MOST_APART, spare // (rows + 1))
    return TileLayout(columns, rows, across, down, left, (spare - apart * (rows - 1)) // 2, apart)


def _all_on_one_page(width: int, height: int, count: int) -> tuple[int, int] | None:
    """The columns and rows that make the pictures largest; None where they would not be good."""
    best, largest = None, 0.0
    for columns in range(1, count + 1):
        across, rows = _across(width, columns), -(-count // columns)
        if across < GOOD_WIDTH and columns > 1:
            break
        picture = min(across / RATIO, (height // rows - WORDS) * 2)
        if height // rows >= GOOD_HEIGHT and picture > largest:
            best, largest = (columns, rows), picture
    return best


def _across(width: int, columns: int) -> int:
    return (width + GAP) // columns - GAP


def _height_for(across: int) -> int:
    """Lines of a tile whose picture is `across` cells wide."""
    return max(LEAST_HEIGHT, WORDS + round(across / RATIO / 2))
