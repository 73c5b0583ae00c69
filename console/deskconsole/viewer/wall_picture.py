"""The picture of the wall: a line about all hosts, and the tiles of one page. Arrays only, no window here."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from deskwire.geometry import Rectangle

from .ascii_text import ascii_text
from .lettering import AMBER, PALE, cut, put, text_width
from .wall_grid import HEADER, Grid, grid_of, next_width
from .wall_messages import TileKind, TilePicture, Tiles, TileStatus
from .wall_tile import COLOURS, Tile, clock, draw_sign

_GROUND = (22, 20, 18, 0)


class _Header(NamedTuple):
    """The line above the tiles."""

    hosts: str
    states: tuple[tuple[TileKind, str], ...]
    """Numbers of hosts in words with the kind of state, the best first."""
    right: str
    said: str
    """A sentence in place of the hosts and their states."""


class WallPicture:
    """All tiles and the page that is seen.

    `draw` returns what has changed on the image since the last call; after another size, page or choice, and
    after `redraw`, that is all of it. Unix times.
    """

    def __init__(self) -> None:
        self._tiles: dict[str, Tile] = {}
        self._names: tuple[str, ...] = ()
        self._size = (1, 1)
        self._chosen: int | None = None
        """The width of a picture that its user chose."""
        self.grid = Grid(1, 1, 1, 1)
        self.page = 0
        self.selected: str | None = None
        self.held = False
        """True if the pages do not turn."""
        self.said = ""
        """A sentence that stands in the line above the tiles, where it covers none."""
        self._dirty: set[str] = set()
        self._new_pictures: set[str] = set()
        self._aged: set[str] = set()
        """Tiles of which only the age is another one."""
        self._header: _Header | None = None
        self._whole = True

    @property
    def seen(self) -> tuple[str, ...]:
        """The tiles of the page."""
        first = self.page * self.grid.page
        return self._names[first : first + self.grid.page]

    @property
    def pages(self) -> int:
        return max(1, -(-len(self._names) // self.grid.page))

    def redraw(self) -> None:
        """Lets the next `draw` draw all of the picture."""
        self._whole = True

    def set_tiles(self, message: Tiles) -> None:
        """Replaces the tiles; those that stay keep what they have."""
        self._tiles = {name: self._tiles.get(name) or Tile(name) for name in message.names}
        self._names = tuple(self._tiles)
        if self.selected not in self._tiles:
            self.selected = None
        self.fit(self._size)

    def set_status(self, status: TileStatus) -> None:
        if (tile := self._tiles.get(status.name)) is not None and tile.status != status:
            older = msgspec.structs.replace(tile.status, age=status.age) == status
            tile.status = status
            (self._aged if older else self._dirty).add(status.name)

    def set_picture(self, picture: TilePicture) -> None:
        if (tile := self._tiles.get(picture.name)) is not None:
            tile.take(picture)
            self._new_pictures.add(picture.name)

    def fit(self, size: tuple[int, int]) -> None:
        """Lays the tiles out for a window of this size."""
        self._size = size
        first = self.page * self.grid.page
        self.grid = grid_of(len(self._names), size, self._chosen)
        self.turn_to(first // self.grid.page)

    def choose_width(self, step: int | None) -> None:
        """Makes tiles a step larger or smaller; None: as they fit."""
        self._chosen = None if step is None else next_width(self.grid, step)
        self.fit(self._size)

    def turn_to(self, page: int) -> None:
        """Shows this page; behind the last one is the first."""
        before = self.seen
        self.page = page % self.pages
        seen = set(self.seen)
        for name in before:
            if name not in seen and name in self._tiles:
                self._tiles[name].forget_pixels()
        self._whole = True

    def at(self, x: int, y: int) -> str | None:
        """The tile at this pixel of the window."""
        place = self.grid.at(x, y)
        return self.seen[place] if place is not None and place < len(self.seen) else None

    def move(self, across: int, down: int) -> None:
        """Chooses the tile beside the one that is chosen, on another page where it is there."""
        if not self._names:
            return
        if self.selected is None:
            self.selected = self.seen[0]
        else:
            place = self._names.index(self.selected) + across + down * self.grid.columns
            if 0 <= place < len(self._names):
                self.selected = self._names[place]
                self.turn_to(place // self.grid.page)
        self._whole = True

    def draw(self, image: NDArray[np.uint8], now: float) -> list[Rectangle]:
        """Brings the image (height, width, 4) up to date; returns what has changed on it."""
        if self._whole:
            self._draw_all(image, now)
            return [Rectangle(0, 0, *self._size)]
        changed: list[Rectangle] = []
        if (header := self._header_of(now)) != self._header:
            self._draw_header(image, header)
            changed.append(Rectangle(0, 0, self._size[0], min(HEADER, self._size[1])))
        for place, name in enumerate(self.seen):
            if self._draw_tile(image, place, name):
                changed.append(self.grid.cell(place))
        self._dirty.clear()
        self._new_pictures.clear()
        self._aged.clear()
        return changed

    def _draw_all(self, image: NDArray[np.uint8], now: float) -> None:
        image[:] = _GROUND
        self._draw_header(image, self._header_of(now))
        for place, name in enumerate(self.seen):
            self._dirty.add(name)
            self._draw_tile(image, place, name)
        self._dirty.clear()
        self._new_pictures.clear()
        self._aged.clear()
        self._whole = False

    def _draw_tile(self, image: NDArray[np.uint8], place: int, name: str) -> bool:
        tile = self._tiles[name]
        cell = self.grid.cell(place)
        part = image[cell.y : cell.y + cell.height, cell.x : cell.x + cell.width]
        was_plain = tile.is_plain
        if name in self._dirty or (name in self._new_pictures and not was_plain):
            tile.draw(part, selected=name == self.selected)
            return True
        if name in self._new_pictures:
            tile.draw_picture(part)
        if name in self._aged:
            tile.draw_caption(part)
        return name in self._new_pictures or name in self._aged

    def _header_of(self, now: float) -> _Header:
        page = (
            f"page {self.page + 1} of {self.pages}{', held' if self.held else ''}    "
            if self.pages > 1
            else ""
        )
        number = len(self._names)
        words: dict[TileKind, Counter[str]] = {kind: Counter() for kind in TileKind}
        for tile in self._tiles.values():
            words[tile.status.kind][tile.status.word] += 1
        states = tuple(
            (kind, f"{many} {word}")
            for kind, counted in words.items()
            for word, many in counted.most_common()
        )
        return _Header(f"{number} host{'' if number == 1 else 's'}", states, f"{page}{clock(now)}", self.said)

    def _draw_header(self, image: NDArray[np.uint8], header: _Header) -> None:
        self._header = header
        line = image[:HEADER]
        line[:] = _GROUND
        right = self._size[0] - text_width(header.right, 0.5) - 12
        put(line, header.right, (right, 20), 0.5, PALE)
        if header.said:
            put(line, cut(ascii_text(header.said), 0.5, right - 36), (12, 20), 0.5, AMBER)
            return
        put(line, header.hosts, (12, 20), 0.5, PALE)
        x = 12 + text_width(header.hosts, 0.5) + 24
        for kind, said in header.states:
            text = cut(ascii_text(said), 0.5, right - x - 40)
            if not text:
                break
            draw_sign(line, kind, (x + 6, 15), COLOURS[kind])
            put(line, text, (x + 18, 20), 0.5, COLOURS[kind])
            x += 18 + text_width(text, 0.5) + 20
