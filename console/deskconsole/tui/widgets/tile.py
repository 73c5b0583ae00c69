"""A tile of the wall: a small picture of a host between two lines of words; it draws again only what changed.

It knows nothing of sessions: it is handed words and pixels. Each tile is a widget of its own: Textual writes
a line from its widget's left edge up to what changed, so one widget for all of them cost six times the bytes.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from deskconsole.tui.graphics import Graphics, Image
from deskconsole.tui.text.tile import NO_PICTURE, TileText, banner, footer, title
from deskconsole.wording.status import Kind

from .preview import HALF, Line, cell_style, cells, image_line
from .tile_layout import WORDS

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR


class HostTile(Widget):
    """A place on the wall, which one host after the other may have."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"tile--{part}" for part in ("name", "mark", "words", "empty", "cursor", "blurred", *Kind)
    }

    def __init__(self, graphics: Graphics | None, number: int) -> None:
        """`graphics`: those of the terminal, for pictures of now; None: half cells. `number`: of its place,
        from 1."""
        super().__init__()
        self._graphics = graphics
        self._number = number
        self._image: Image | None = None
        self._text: TileText | None = None
        self._ground = "words"
        self._lines: list[Line] = []
        self.cells = (0, 0)
        """Columns and lines for the picture; it may come before the tile is laid out."""
        self.source: object = None
        """Source of the picture, in its maker's terms; None before the first."""

    def show(self, text: TileText, ground: str) -> None:
        """Shows the words of a host; another host's picture goes. `ground`: the words' part of the style."""
        before, self._text = self._text, text
        grounded, self._ground = self._ground == ground, ground
        if before is None or before.name != text.name:
            self.forget_picture()
        elif (before.status, before.current, before.label) != (text.status, text.current, text.label):
            self.refresh()
        elif not grounded or before.marked != text.marked:
            self.refresh(self._line(0), self._line(self.size.height - 1))
        elif before != text:
            self.refresh(self._line(self.size.height - 1))

    def show_picture(self, pixels: BGR | None, *, old: bool, source: object) -> None:
        """(height, width, 3) BGR, not larger than the tile has room for; `old`: it is grey and darker."""
        if self.source is None and pixels is None:
            self.refresh()
        self.source = source
        if self._graphics is not None and pixels is not None and not old:
            self._lines = []
            self._image = self._graphics.image(pixels, *self.cells, self._number)
            self.refresh()
            return
        if self._image is not None:
            self._image = None
            self.refresh()
        before, self._lines = self._lines, [] if pixels is None else cells(pixels, old=old)
        if [len(line) for line in before] != [len(line) for line in self._lines]:
            self.refresh()
            return
        left, top = self._corner
        regions = []
        for row, (was, now) in enumerate(zip(before, self._lines, strict=True)):
            if was != now:
                changed = [x for x, (a, b) in enumerate(zip(was, now, strict=True)) if a != b]
                regions.append(Region(left + changed[0], 1 + top + row, changed[-1] - changed[0] + 1, 1))
        if regions:
            self.refresh(*regions)

    def forget_picture(self) -> None:
        """Shows no picture until the next one comes."""
        self._lines, self._image, self.source = [], None, None
        self.refresh()

    def _line(self, y: int) -> Region:
        return Region(0, y, self.size.width, 1)

    @property
    def _corner(self) -> tuple[int, int]:
        """Cells before the picture and lines above it, in the room that it has."""
        if not self._lines:
            return 0, 0
        width, height = self.size
        return max(0, width - len(self._lines[0])) // 2, max(0, height - WORDS - len(self._lines)) // 2

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self._text is None:
            return Strip.blank(width, self.rich_style)
        words = y in (0, height - 1)
        segments = self._words(self._text, y, width) if words else self._picture(y - 1, width, height - WORDS)
        return Strip(segments).adjust_cell_length(width, self._part("empty"))

    def _words(self, text: TileText, y: int, width: int) -> list[Segment]:
        base = Style(bgcolor=self._part(self._ground).bgcolor)
        if y:
            return [Segment(footer(text, width), self._part("words") + base)]
        mark, sign, name, word = title(text, width)
        kind = self._part(str(text.status.kind)) + base
        bold = Style(color=self._part("name").color, bold=True) + base
        marked = Style(color=self._part("mark").color, bold=True) + base
        return [Segment(mark, marked), Segment(sign, kind), Segment(name, bold), Segment(word, kind)]

    def _picture(self, line: int, width: int, lines: int) -> list[Segment]:
        text, empty = self._text, self._part("empty")
        bare = self.source is not None and self._image is None and not self._lines
        if text is not None and (bare or not text.current):
            status = NO_PICTURE if text.current else text.status
            said = banner(status, width, lines)
            at = line - (lines - len(said)) // 2
            if 0 <= at < len(said):
                style = self._part(str(status.kind)) + Style(bgcolor=empty.bgcolor, bold=at == 0)
                return [Segment(said[at], style)]
        if self._image is not None:
            image = self._image
            left, top = (width - image.width) // 2, (lines - len(image.lines)) // 2
            return image_line(self, image, (left, 1 + top), 1 + line, Segment(" " * width, empty))
        left, top = self._corner
        if not top <= line < top + len(self._lines):
            return [Segment(" " * width, empty)]
        segments = [Segment(" " * left, empty)] if left else []
        for cell, run in groupby(self._lines[line - top]):
            segments.append(Segment(HALF * len(list(run)), cell_style(*cell)))
        return segments

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"tile--{name}")
