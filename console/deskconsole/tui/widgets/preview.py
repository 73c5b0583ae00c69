"""A picture in half cells, two pixels a cell, in its proportions; it draws again only the cells that changed.

It knows nothing of hosts: it is handed pixels.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from deskconsole.tui.graphics import UNCONTROLLED, Graphics, Image

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR

HALF = "▀"

_OLD_LIGHT = 0.55
"""The brightness of an old picture's grey, against its own."""

NUMBER = 0xFFFF
"""The image of a pane on its own; tiles have those from 1 on."""

Line = list[tuple[int, int]]
"""Cells from left to right: upper and lower colour as 0xRRGGBB."""


class PreviewPane(Widget):
    """Shows the last picture it was handed, in the middle."""

    def __init__(self, graphics: Graphics | None = None) -> None:
        """`graphics`: those of the terminal, for pictures of now; None: half cells."""
        super().__init__()
        self._graphics = graphics
        self._image: Image | None = None
        self._lines: list[Line] = []
        self._pixels: BGR | None = None
        self._old = False

    @property
    def room(self) -> tuple[int, int]:
        """Width and height in pixels that a picture has to fit into."""
        across, down = (1, 2) if self._graphics is None else self._graphics.cell
        return self.content_size.width * across, self.content_size.height * down

    def show(self, pixels: BGR | None, *, old: bool) -> None:
        """(height, width, 3) BGR, not larger than `room`; `old`: it is grey and darker."""
        if old == self._old and _same(pixels, self._pixels):
            return
        self._pixels, self._old = pixels, old
        self._image = None
        if self._graphics is not None and pixels is not None:
            size = self.content_size
            self._lines = []
            shown = greyed(pixels) if old else pixels
            self._image = self._graphics.image(shown, size.width, size.height, NUMBER)
            self.refresh()
            return
        lines = [] if pixels is None else cells(pixels, old=old)
        before, self._lines = self._lines, lines
        if [len(line) for line in before] != [len(line) for line in lines]:
            self.refresh()
            return
        left, top = self._corner
        for row, (was, now) in enumerate(zip(before, lines, strict=True)):
            changed = [column for column, (a, b) in enumerate(zip(was, now, strict=True)) if a != b]
            if changed:
                self.refresh(Region(left + changed[0], top + row, changed[-1] - changed[0] + 1, 1))

    @property
    def _corner(self) -> tuple[int, int]:
        size = self.content_size
        width = len(self._lines[0]) if self._lines else 0
        return max(0, (size.width - width) // 2), max(0, (size.height - len(self._lines)) // 2)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        return container.width

    async def on_click(self) -> None:
        await self.run_action("screen.view_selected")

    def render_line(self, y: int) -> Strip:
        if self._image is not None:
            size, image = self.size, self._image
            place = (size.width - image.width) // 2, (size.height - len(image.lines)) // 2
            segments = image_line(self, image, place, y, Segment(" " * size.width, self.rich_style))
            return Strip(segments).adjust_cell_length(size.width, self.rich_style)
        left, top = self._corner
        if not top <= y < top + len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        segments = [Segment(" " * left, self.rich_style)]
        for cell, run in groupby(self._lines[y - top]):
            segments.append(Segment(HALF * len(list(run)), cell_style(*cell)))
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)


def image_line(widget: Widget, image: Image, place: tuple[int, int], y: int, blank: Segment) -> list[Segment]:
    """A line of a widget with an image at `place` in it; `blank` is one without."""
    left, top = place
    row = y - top
    if not 0 <= row < len(image.lines):
        return [blank]
    # A sixel image would lie over a dialog that is above the screen.
    over = image.over if widget.screen.is_active else ""
    segments = [Segment(" " * left, blank.style)] if left else []
    if image.before and row == 0:
        segments.append(Segment(image.before, None, UNCONTROLLED))
    line = image.lines[row]
    segments.append(
        Segment(line.text, blank.style + line.style if blank.style and line.style else blank.style)
    )
    if over and row == len(image.lines) - 1:
        x, first = widget.region.x + left + 1, widget.region.y + top + 1
        segments.append(Segment(f"\x1b7\x1b[{first};{x}H{over}\x1b8", None, UNCONTROLLED))
    return segments


def greyed(pixels: BGR) -> BGR:
    """The picture in grey and darker: it is an old one."""
    import numpy as np

    grey = (pixels.astype(np.uint32) @ np.array((0.114, 0.587, 0.299)) * _OLD_LIGHT).astype(np.uint8)
    return np.stack((grey, grey, grey), axis=2)


def _same(one: BGR | None, other: BGR | None) -> bool:
    if one is None or other is None:
        return one is other
    import numpy as np

    return np.array_equal(one, other)


def cells(pixels: BGR, *, old: bool) -> list[Line]:
    """The picture as lines of cells, with 32 steps of each colour: what differs less is not worth a cell."""
    import numpy as np

    shades = (greyed(pixels) if old else pixels).astype(np.uint32)
    blue, green, red = np.moveaxis((shades & 0xF8) | (shades >> 5), 2, 0)
    colours = (red << 16) | (green << 8) | blue
    if len(colours) % 2:
        colours = np.concatenate((colours, colours[-1:]))
    upper, lower = colours[::2].tolist(), colours[1::2].tolist()
    return [list(zip(above, below, strict=True)) for above, below in zip(upper, lower, strict=True)]


@lru_cache(maxsize=8192)
def cell_style(upper: int, lower: int) -> Style:
    """The style of a half cell; colours are 0xRRGGBB."""
    return Style.from_color(_colour(upper), _colour(lower))


@lru_cache(maxsize=32**3)  # all that `cells` makes
def _colour(colour: int) -> Color:
    return PixelColour(
        f"#{colour:06x}",
        ColorType.TRUECOLOR,
        None,
        ColorTriplet(colour >> 16, colour >> 8 & 0xFF, colour & 0xFF),
    )


class PixelColour(Color):
    """A colour that writes its codes without Rich's caches: a photograph has more colours than they keep, and
    each miss cost 20 µs."""

    __slots__ = ()

    def downgrade(self, system: ColorSystem) -> Color:  # type: ignore[override]  # Rich's is a cache
        return self if system is ColorSystem.TRUECOLOR else super().downgrade(system)

    def get_ansi_codes(self, foreground: bool = True) -> tuple[str, ...]:  # type: ignore[override]
        red, green, blue = self.triplet or (0, 0, 0)
        return "38" if foreground else "48", "2", str(red), str(green), str(blue)
