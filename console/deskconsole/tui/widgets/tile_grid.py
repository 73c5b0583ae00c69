"""The wall's grid of tiles: which hosts are on this page, and which one has the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.strip import Strip

from deskconsole.tui.graphics import Graphics
from deskconsole.tui.text.tile import TileText

from .tile import HostTile
from .tile_layout import LEAST_HEIGHT, LEAST_WIDTH, WORDS, TileLayout, arrange_tiles

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR


class TileGrid(Container, can_focus=True):
    """Tiles with a cursor. `show` takes the hosts in their order, `show_picture` what is seen of one."""

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

    def __init__(self, graphics: Graphics | None = None) -> None:
        super().__init__()
        self._graphics = graphics
        self._texts: list[TileText] = []
        self._tiles: list[HostTile] = []
        """One for each place of a page; the last may be hidden."""
        self._cursor = 0
        self._larger = 0
        self._arranged: TileLayout | None = None
        self._told: tuple[object, ...] = ()

    # What is seen

    @property
    def selected(self) -> str | None:
        """The name of the host under the cursor."""
        return self._texts[self._cursor].name if self._texts else None

    @property
    def in_sight(self) -> tuple[str, ...]:
        """The names of the hosts on this page."""
        return tuple(text.name for text in self._page)

    @property
    def page(self) -> tuple[int, int]:
        """Number of the visible page, from 1, and the number of pages."""
        if self._arranged is None or not self._texts:
            return 1, 1
        return self._cursor // self._arranged.a_page + 1, -(-len(self._texts) // self._arranged.a_page)

    @property
    def room(self) -> tuple[int, int]:
        """Width and height in pixels that a picture has to fit into; 0 where none is seen."""
        layout = self._arranged
        across, down = (1, 2) if self._graphics is None else self._graphics.cell
        return (0, 0) if layout is None else (layout.width * across, (layout.height - WORDS) * down)

    @property
    def _first(self) -> int:
        layout = self._arranged
        return 0 if layout is None else self._cursor // layout.a_page * layout.a_page

    @property
    def _page(self) -> list[TileText]:
        layout = self._arranged
        return [] if layout is None else self._texts[self._first : self._first + layout.a_page]

    # What is shown

    def show(self, texts: Sequence[TileText]) -> None:
        """Replaces the words, and the hosts; the cursor stays on its host."""
        selected, count = self.selected, len(self._texts)
        names = [text.name for text in texts]
        self._texts = list(texts)
        kept = names.index(selected) if selected in names else self._cursor
        self._cursor = max(0, min(kept, len(names) - 1))
        if len(names) != count:
            self._lay_out()
        else:
            self._show_page()

    def source_of(self, name: str) -> object:
        """The `source` of the picture on a host's tile; None before the first."""
        return next((tile.source for text, tile in self._shown() if text.name == name), None)

    def show_picture(self, name: str, pixels: BGR | None, *, old: bool, source: object) -> None:
        """(height, width, 3) BGR, not larger than `room`; `old`: it is grey and darker."""
        for text, tile in self._shown():
            if text.name == name:
                tile.show_picture(pixels, old=old, source=source)

    def select(self, name: str) -> None:
        """Puts the cursor on a host, if it is there."""
        for index, text in enumerate(self._texts):
            if text.name == name:
                self._go(index)

    def _shown(self) -> list[tuple[TileText, HostTile]]:
        return list(zip(self._page, self._tiles, strict=False))

    def _show_page(self) -> None:
        """Shows the words of this page's hosts, and tells the screen, once, where others are seen."""
        for place, (text, tile) in enumerate(self._shown()):
            cursor = "cursor" if self.has_focus else "blurred"
            tile.show(text, cursor if self._first + place == self._cursor else "words")
        count = len(self._page)
        for place, tile in enumerate(self._tiles):
            tile.display = place < count
        told = (self.selected, self.in_sight, self.room)
        if told != self._told:
            self._told = told
            self.post_message(self.Moved())

    def draw_again(self) -> None:
        """Draws all tiles: something lay over them, or comes to."""
        for tile in self._tiles:
            tile.refresh()

    # The layout

    def _lay_out(self) -> None:
        size = self.content_size
        self._arranged = layout = arrange_tiles(size.width, size.height, len(self._texts), self._larger)
        self.refresh()
        if layout is not None:
            more = [HostTile(self._graphics, 1 + n) for n in range(len(self._tiles), layout.a_page)]
            self._tiles += more
            for place, tile in enumerate(self._tiles[: layout.a_page]):
                tile.styles.width, tile.styles.height = layout.width, layout.height
                tile.styles.offset = layout.corner(place)
                tile.cells = layout.width, layout.height - WORDS
                tile.forget_picture()
            self.mount(*more)
        self._show_page()

    def on_resize(self) -> None:
        self._lay_out()

    # Keys and the mouse

    def on_click(self, event: events.Click) -> None:
        x, y = event.screen_offset - self.content_region.offset
        place = None if self._arranged is None else self._arranged.place(x, y)
        if place is not None and self._first + place < len(self._texts):
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
        if 0 <= self._cursor + by * columns < len(self._texts):
            self._go(self._cursor + by * columns)

    def action_page(self, by: int) -> None:
        now, pages = self.page
        if self._arranged is not None and 1 <= now + by <= pages:
            self._go(self._cursor + by * self._arranged.a_page)

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._texts) - 1)

    def action_enlarge(self, by: int) -> None:
        size = self.content_size
        larger = arrange_tiles(size.width, size.height, len(self._texts), self._larger + by)
        if larger is not None and larger != self._arranged:
            self._larger += by
            self._lay_out()

    def _go(self, index: int) -> None:
        self._cursor = max(0, min(index, len(self._texts) - 1))
        self._show_page()

    def on_focus(self) -> None:
        self._show_page()

    def on_blur(self) -> None:
        self._show_page()

    def render_line(self, y: int) -> Strip:
        """Draws the space behind the tiles: blank, or with the reason why there are none."""
        width, height = self.size
        text = ""
        if self._texts and self._arranged is None and y == 0:
            text = f"too small for a tile: {LEAST_WIDTH} x {LEAST_HEIGHT} cells"
        elif not self._texts and y == height // 2:
            text = "no host to show"
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(width, self.rich_style)
