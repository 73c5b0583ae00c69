"""A tile of the wall: a small picture of a host between two lines of words; it draws again only what changed.

It knows nothing of sessions: it is handed words and pixels. Each tile is a widget of its own: Textual writes
a line from its widget's left edge up to what changed, so one widget for all of them cost six times the bytes.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, Self

from rich.segment import Segment
from rich.style import Style
from textual.filter import ANSIToTruecolor
from textual.geometry import Region, Size
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
        self._drawn: dict[int, Strip] = {}
        """Lines that are as they were drawn last."""
        self._drawn_size = Size()
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

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        if not regions:
            self._drawn.clear()
        for region in regions:
            for y in region.line_range:
                self._drawn.pop(y, None)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draws the lines that changed. Textual's own way adds border, padding and opacity, of which a tile
        has none: that was a third of what a wall of films costs."""
        width, height = self.size
        if self._drawn_size != self.size:
            self._drawn_size = self.size
            self._drawn.clear()
        new = [y for y in crop.line_range if y not in self._drawn]
        if new:
            ground, filters = self.background_colors[1], self.get_line_filters()
            for y in new:
                strip = self._render_line(y, width, height)
                for line_filter in filters:
                    # Cells have no colours of the terminal's own.
                    if not (isinstance(line_filter, ANSIToTruecolor) and self._row(y, width, height)):
                        strip = strip.apply_filter(line_filter, ground)
                self._drawn[y] = strip
        start, end = crop.column_span
        return [self._drawn[y].crop(start, end) for y in crop.line_range]

    def render_line(self, y: int) -> Strip:
        return self._render_line(y, *self.size)

    def _render_line(self, y: int, width: int, height: int) -> Strip:
        if self._text is None:
            return Strip.blank(width, self.rich_style)
        if row := self._row(y, width, height):
            return self._half_cells(row, width)
        words = y in (0, height - 1)
        segments = self._words(self._text, y, width) if words else self._picture(y - 1, width, height - WORDS)
        return Strip(segments).adjust_cell_length(width, self._part("empty"))

    def _row(self, y: int, width: int, height: int) -> Line | None:
        """The half cells that a line is made of; None where it has something else."""
        row = y - 1 - self._corner[1]
        if not 0 <= row < len(self._lines) or self._said(y - 1, width, height - WORDS):
            return None
        return self._lines[row]

    def _half_cells(self, row: Line, width: int) -> Strip:
        empty = self._part("empty")
        left = max(0, width - len(row)) // 2
        segments = [Segment(" " * left, empty)] if left else []
        for cell, run in groupby(row):
            segments.append(Segment(HALF * len(list(run)), cell_style(*cell)))
        right = max(0, width - left - len(row))
        if right:
            segments.append(Segment(" " * right, empty))
        return Strip(segments, left + len(row) + right).crop(0, width)

    def _words(self, text: TileText, y: int, width: int) -> list[Segment]:
        if y:
            return [Segment(footer(text, width), self._word("words"))]
        mark, sign, name, word = title(text, width)
        kind = self._word(str(text.status.kind))
        # Terminals of sixteen colours show bold black as grey.
        bold = Style(bold=self._ground != "cursor")
        named, marked = self._word("name") + bold, self._word("mark") + bold
        return [Segment(mark, marked), Segment(sign, kind), Segment(name, named), Segment(word, kind)]

    def _word(self, part: str) -> Style:
        """The style of words on the tile's ground.

        Those of the chosen tile have one colour: the others cannot be read there.
        """
        ground = self._part(self._ground)
        return Style(
            color=self._part(part if self._ground == "words" else self._ground).color, bgcolor=ground.bgcolor
        )

    def _picture(self, line: int, width: int, lines: int) -> list[Segment]:
        empty = self._part("empty")
        if said := self._said(line, width, lines):
            return [said]
        if self._image is None:
            return [Segment(" " * width, empty)]
        image = self._image
        left, top = (width - image.width) // 2, (lines - len(image.lines)) // 2
        return image_line(self, image, (left, 1 + top), 1 + line, Segment(" " * width, empty))

    def _said(self, line: int, width: int, lines: int) -> Segment | None:
        """Words that lie over a line of the picture."""
        text = self._text
        bare = self.source is not None and self._image is None and not self._lines
        if text is None or (text.current and not bare):
            return None
        status = NO_PICTURE if text.current else text.status
        said = banner(status, width, lines)
        at = line - (lines - len(said)) // 2
        if not 0 <= at < len(said):
            return None
        ground = self._part("empty").bgcolor
        return Segment(said[at], self._part(str(status.kind)) + Style(bgcolor=ground, bold=at == 0))

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"tile--{name}")
