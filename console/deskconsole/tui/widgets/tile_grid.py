"""The wall's tiles: a small picture of each host with its words, page by page, drawn line by line.

One widget: 30 of their own would cost as much to lay out as their pictures do. It knows nothing of sessions:
it is handed words and pixels, and draws again only the cells that changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from deskconsole.tui.text.status_text import Kind, StatusText
from deskconsole.tui.text.tile import BLACK, TileText, banner, footer, title

from .preview import HALF, Line, cell_style, cells
from .tile_layout import LEAST_HEIGHT, LEAST_WIDTH, WORDS, TileLayout, arrange_tiles

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR

BLACK_BELOW = 12
"""A picture without a pixel brighter than this, of 255, is black."""


class _Tile:
    """What is drawn of one host."""

    def __init__(self, text: TileText) -> None:
        self.text = text
        self.lines: list[Line] = []
        self.black = False
        self.source: object = None
        """What the picture was made of, as its maker says."""
        self.drawn: list[list[Segment] | None] = []
        """The lines as they were drawn last; None: to be drawn again."""

    @property
    def status(self) -> StatusText:
        return BLACK if self.black and self.text.current else self.text.status


class TileGrid(Widget, can_focus=True):
    """Tiles with a cursor. `show` takes the hosts in their order, `show_picture` what is seen of one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"tile-grid--{part}" for part in ("name", "words", "empty", "cursor", "blurred", *Kind)
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Tile to the left", show=False),
        Binding("right", "move(1)", "Tile to the right", show=False),
        Binding("up,k", "move_rows(-1)", "Tile above", show=False),
        Binding("down,j", "move_rows(1)", "Tile below", show=False),
        Binding("home,g", "first", "First host", show=False),
        Binding("end,G", "last", "Last host", show=False),
        Binding("pageup", "page(-1)", "Page before", show=False),
        Binding("pagedown", "page(1)", "Next page", show=False),
        Binding("plus,equals_sign", "enlarge(1)", "Larger tiles", show=False),
        Binding("minus", "enlarge(-1)", "Smaller tiles", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another host, or other hosts are seen."""

    class Opened(Message):
        """A tile was double-clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._tiles: list[_Tile] = []
        self._cursor = 0
        self._larger = 0
        self._arranged: TileLayout | None = None
        self._told: tuple[object, ...] = ()

    # What is seen

    @property
    def selected(self) -> str | None:
        """The name of the host under the cursor."""
        return self._tiles[self._cursor].text.name if self._tiles else None

    @property
    def in_sight(self) -> tuple[str, ...]:
        """The names of the hosts on this page."""
        return tuple(tile.text.name for tile in self._page)

    @property
    def page(self) -> tuple[int, int]:
        """Which page is seen, from 1, and how many there are."""
        layout = self._arranged
        if layout is None or not self._tiles:
            return 1, 1
        return self._cursor // layout.a_page + 1, -(-len(self._tiles) // layout.a_page)

    @property
    def room(self) -> tuple[int, int]:
        """Width and height in pixels that a picture has to fit into; 0 where none is seen."""
        layout = self._arranged
        return (0, 0) if layout is None else (layout.width, (layout.height - WORDS) * 2)

    @property
    def _first(self) -> int:
        layout = self._arranged
        return 0 if layout is None else self._cursor // layout.a_page * layout.a_page

    @property
    def _page(self) -> list[_Tile]:
        layout = self._arranged
        return [] if layout is None else self._tiles[self._first : self._first + layout.a_page]

    # What is shown

    def show(self, texts: Sequence[TileText]) -> None:
        """Replaces the words, and the hosts; the cursor stays on its host, and a picture on its tile."""
        selected = self.selected
        names = [text.name for text in texts]
        if names == [tile.text.name for tile in self._tiles]:
            for place, (tile, text) in enumerate(zip(self._tiles, texts, strict=True)):
                if tile.text != text:
                    self._change_words(place, tile, text)
            return
        known = {tile.text.name: tile for tile in self._tiles}
        self._tiles = [known.get(text.name) or _Tile(text) for text in texts]
        for tile, text in zip(self._tiles, texts, strict=True):
            tile.text = text
        kept = names.index(selected) if selected in names else self._cursor
        self._cursor = max(0, min(kept, len(names) - 1))
        self._lay_out()

    def source_of(self, name: str) -> object:
        """The `source` of the picture on a tile of this page; None before the first in this size."""
        return next((tile.source for tile in self._page if tile.text.name == name), None)

    def show_picture(self, name: str, pixels: BGR | None, *, old: bool, source: object) -> None:
        """(height, width, 3) BGR, not larger than `room`; `old`: it is grey and darker."""
        for place, tile in enumerate(self._page):
            if tile.text.name == name:
                tile.source = source
                before, tile.lines = tile.lines, [] if pixels is None else cells(pixels, old=old)
                black = pixels is not None and int(pixels.max()) < BLACK_BELOW
                if black != tile.black or len(before) != len(tile.lines):
                    tile.black = black
                    self._draw_again(self._first + place)
                else:
                    self._draw_changed(place, tile, before)

    def select(self, name: str) -> None:
        """Puts the cursor on a host, if it is there."""
        for index, tile in enumerate(self._tiles):
            if tile.text.name == name:
                self._go(index)

    def _change_words(self, index: int, tile: _Tile, text: TileText) -> None:
        before, tile.text = tile.text, text
        if (before.status, before.current) != (text.status, text.current) or before.label != text.label:
            self._draw_again(index)
        else:
            self._draw_again(index, last=True)

    def _draw_again(self, index: int, *, last: bool = False) -> None:
        """Draws a tile of this page, or only its last line."""
        layout = self._arranged
        if layout is None or not self._first <= index < self._first + layout.a_page:
            self._tiles[index].drawn = []
            return
        left, top = layout.corner(index - self._first)
        drawn = self._tiles[index].drawn
        if last and drawn:
            drawn[-1] = None
            self.refresh(Region(left, top + layout.height - 1, layout.width, 1))
        else:
            self._tiles[index].drawn = []
            self.refresh(Region(left, top, layout.width, layout.height))

    def _draw_changed(self, place: int, tile: _Tile, before: list[Line]) -> None:
        """Draws the lines of a picture in which a cell changed, from the first of these to the last."""
        layout = self._arranged
        if layout is None:
            return
        left, top = layout.corner(place)
        across, down = self._corner(tile)
        regions = []
        for row, (was, now) in enumerate(zip(before, tile.lines, strict=True)):
            if was != now:
                changed = [x for x, (a, b) in enumerate(zip(was, now, strict=False)) if a != b]
                if tile.drawn:
                    tile.drawn[1 + down + row] = None
                first, end = (changed[0], changed[-1] + 1) if changed else (0, len(now))
                regions.append(Region(left + across + first, top + 1 + down + row, end - first, 1))
        if regions:
            self.refresh(*regions)

    # The layout

    def _lay_out(self) -> None:
        size = self.content_size
        self._arranged = arrange_tiles(size.width, size.height, len(self._tiles), self._larger)
        for tile in self._tiles:
            tile.lines, tile.drawn, tile.source = [], [], None
        self.refresh()
        self._tell()

    def on_resize(self) -> None:
        self._lay_out()

    def _tell(self) -> None:
        """Tells the screen, once, that something else is selected or seen."""
        told = (self.selected, self.in_sight, self.room)
        if told != self._told:
            self._told = told
            self.post_message(self.Moved())

    # Keys and the mouse

    def on_click(self, event: events.Click) -> None:
        layout = self._arranged
        place = None if layout is None else layout.place(event.x, event.y)
        if place is not None and self._first + place < len(self._tiles):
            self._go(self._first + place)
            if event.chain == 2:
                self.post_message(self.Opened())

    def on_mouse_scroll_down(self) -> None:
        self.action_page(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_page(-1)

    def action_move(self, by: int) -> None:
        self._go(self._cursor + by)

    def action_move_rows(self, by: int) -> None:
        columns = 1 if self._arranged is None else self._arranged.columns
        if 0 <= self._cursor + by * columns < len(self._tiles):
            self._go(self._cursor + by * columns)

    def action_page(self, by: int) -> None:
        if self._arranged is not None:
            now, pages = self.page
            if 1 <= now + by <= pages:
                self._go(self._cursor + by * self._arranged.a_page)

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._tiles) - 1)

    def action_enlarge(self, by: int) -> None:
        size = self.content_size
        larger = arrange_tiles(size.width, size.height, len(self._tiles), self._larger + by)
        if larger is not None and larger != self._arranged:
            self._larger += by
            self._lay_out()

    def _go(self, index: int) -> None:
        index = max(0, min(index, len(self._tiles) - 1))
        first, before, self._cursor = self._first, self._cursor, index
        if self._first != first:
            self.refresh()
        elif before != index:
            self._draw_again(before)
            self._draw_again(index)
        self._tell()

    def on_focus(self) -> None:
        if self._tiles:
            self._draw_again(self._cursor)

    def on_blur(self) -> None:
        if self._tiles:
            self._draw_again(self._cursor)

    # Drawing

    def render_line(self, y: int) -> Strip:
        layout, width = self._arranged, self.size.width
        if layout is None:
            return self._blank_or_reason(y)
        row, line = divmod(y, layout.height)
        segments = [Segment(" " * layout.left, self.rich_style)]
        for place in range(row * layout.columns, (row + 1) * layout.columns):
            if row >= layout.rows or place >= len(self._page):
                break
            segments += self._line(self._first + place, line, layout)
            segments.append(Segment(" ", self.rich_style))
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _blank_or_reason(self, y: int) -> Strip:
        size = self.size
        text = ""
        if self._tiles and y == 0:
            text = f"too small for a tile: {LEAST_WIDTH} x {LEAST_HEIGHT} cells"
        elif not self._tiles and y == size.height // 2:
            text = "no host to show"
        return Strip([Segment(text, self._part("empty"))]).adjust_cell_length(size.width, self.rich_style)

    def _line(self, index: int, line: int, layout: TileLayout) -> list[Segment]:
        tile = self._tiles[index]
        if not tile.drawn:
            tile.drawn = [None] * layout.height
        drawn = tile.drawn[line]
        if drawn is None:
            words = line in (0, layout.height - 1)
            drawn = self._words(index, line, layout) if words else self._picture(tile, line - 1, layout)
            tile.drawn[line] = drawn
        return drawn

    def _words(self, index: int, line: int, layout: TileLayout) -> list[Segment]:
        tile, status = self._tiles[index], self._tiles[index].status
        ground = "words"
        if index == self._cursor:
            ground = "cursor" if self.has_focus else "blurred"
        base = Style(bgcolor=self._part(ground).bgcolor)
        if line:
            return [Segment(footer(tile.text, layout.width), self._part("words") + base)]
        sign, rest = title(tile.text, status, layout.width)
        kind = self._part(str(status.kind)) + base
        name = Style(color=self._part("name").color, bold=True) + base
        # The word of the state has its colour, too; a name that ends like it is longer than the cut.
        word = status.word if rest.endswith(f" {status.word}") and status.kind is not Kind.LIVE else ""
        if not word:
            return [Segment(sign, kind), Segment(rest, name)]
        return [Segment(sign, kind), Segment(rest[: -len(word)], name), Segment(word, kind)]

    def _corner(self, tile: _Tile) -> tuple[int, int]:
        """Cells before a picture and lines above it, in the room that it has."""
        layout = self._arranged
        if layout is None or not tile.lines:
            return 0, 0
        return (layout.width - len(tile.lines[0])) // 2, (layout.height - WORDS - len(tile.lines)) // 2

    def _picture(self, tile: _Tile, line: int, layout: TileLayout) -> list[Segment]:
        lines = layout.height - WORDS
        if not tile.text.current or tile.black:
            said = banner(tile.status, layout.width, lines)
            at = line - (lines - len(said)) // 2
            if 0 <= at < len(said):
                style = self._part(str(tile.status.kind)) + Style(bgcolor=self._part("empty").bgcolor)
                return [Segment(said[at], style + Style(bold=at == 0))]
        left, top = self._corner(tile)
        empty = self._part("empty")
        if not top <= line < top + len(tile.lines):
            return [Segment(" " * layout.width, empty)]
        row = tile.lines[line - top]
        segments = [Segment(" " * left, empty)] if left else []
        for cell, run in groupby(row):
            segments.append(Segment(HALF * len(list(run)), cell_style(*cell)))
        if right := layout.width - left - len(row):
            segments.append(Segment(" " * right, empty))
        return segments

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"tile-grid--{name}")
