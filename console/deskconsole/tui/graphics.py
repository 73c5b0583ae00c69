"""Pictures in a terminal by kitty's graphics protocol and by sixel: from pixels to what is written there.

Of our own: textual-image sends kitty's pictures behind Textual's back and each under a new number, encodes
with Pillow, asks the terminal when it is imported, and has its sixel encoder in a private module.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from rich.color import Color
from rich.segment import ControlType, Segment
from rich.style import Style

if TYPE_CHECKING:
    from deskconsole.picture.decoders.part import BGR

PLACEHOLDER: Final = "\U0010eeee"
"""A cell of an image, in kitty's protocol: its place there follows as marks, its colour is the number."""

_RANGES: Final = (
    "305 30d-30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599 59c-5a1 5a8-5a9 "
    "5ab-5ac 5af 5c4 610-617 657-65b 65d-65e 6d6-6dc 6df-6e2 6e4 6e7-6e8 6eb-6ec 730 732-733 735-736 73a 73d "
    "73f-741 743 745 747 749-74a 7eb-7f1 7f3 816-819 81b-823 825-827 829-82d 951 953-954 f82-f83 f86-f87 "
    "135d-135f 17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 1cd0-1cd2 1cda-1cdb 1ce0 1dc0-1dc1 1dc3-1dc9 "
    "1dcb-1dcc 1dd1-1de6 1dfe 20d0-20d1 20d4-20d7 20db-20dc 20e1 20e7 20e9 20f0 2cef-2cf1 2de0-2dff "
    "a66f a67c-a67d a6f0-a6f1 a8e0-a8f1 aab0 aab2-aab3 aab7-aab8 aabe-aabf aac1 fe20-fe26 10a0f 10a38 "
    "1d185-1d189 1d1aa-1d1ad 1d242-1d244"
)


def _marks() -> Iterator[str]:
    for part in _RANGES.split():
        first, _, last = part.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


MARKS: Final = tuple(_marks())
"""The combining marks that say 0, 1, 2... of a line and a column, as kitty's protocol lists them."""

PIECE: Final = 4096
"""Characters of base64 that one command may carry."""

SHADES: Final = (6, 7, 6)
"""Steps of red, green and blue of sixel's colours: 252 of the 256 that terminals have."""

UNCONTROLLED: Final = ((ControlType.CURSOR_FORWARD, 0),)
"""Lets rich and Textual hand a segment on as it is, without width."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as a terminal takes it."""

    width: int
    """Cells of each line."""
    lines: tuple[Segment, ...]
    before: str = ""
    """Written before its first line."""
    over: str = ""
    """Written at its upper left corner, once all of its lines stand."""


class Graphics(Protocol):
    """A way to show pictures in a terminal that is better than half cells."""

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height of a cell in pixels."""
        ...

    def image(self, pixels: BGR, columns: int, lines: int, number: int) -> Image:
        """(height, width, 3) BGR, as large as it fits into so many cells, in its proportions.

        `number`, 1 to 65535, is its place on the screen: the next one of the same number takes it.
        """
        ...


@dataclass(frozen=True, slots=True)
class KittyGraphics:
    """PNG to the terminal's memory, and placeholders where it is seen: whatever lies over these covers it."""

    cell: tuple[int, int] = (10, 20)

    def image(self, pixels: BGR, columns: int, lines: int, number: int) -> Image:
        import cv2

        across, down = _cells(pixels, columns, lines, self.cell)
        _, png = cv2.imencode(".png", pixels, (cv2.IMWRITE_PNG_COMPRESSION, 1))
        data = base64.standard_b64encode(png.tobytes()).decode("ascii")
        pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
        first = f"a=T,U=1,f=100,i={number},c={across},r={down},q=2,"
        commands = [
            f"\x1b_G{'' if place else first}m={int(place < len(pieces) - 1)};{piece}\x1b\\"
            for place, piece in enumerate(pieces)
        ]
        style = Style(color=Color.from_rgb(0, number >> 8, number & 0xFF))
        rows = (
            "".join(f"{PLACEHOLDER}{MARKS[line]}{MARKS[column]}" for column in range(across))
            for line in range(down)
        )
        return Image(across, tuple(Segment(row, style) for row in rows), before="".join(commands))


@dataclass(frozen=True, slots=True)
class SixelGraphics:
    """Bands of six lines, one colour after the other, over blank cells."""

    cell: tuple[int, int] = (10, 20)
    most: tuple[int, int] | None = None
    """Pixels across and down that the terminal takes: of a larger picture, xterm shows nothing."""

    def image(self, pixels: BGR, columns: int, lines: int, number: int) -> Image:  # noqa: ARG002
        import cv2
        import numpy as np

        if self.most is not None:
            columns = min(columns, max(1, self.most[0] // self.cell[0]))
            lines = min(lines, max(1, self.most[1] // self.cell[1]))
        across, down = _cells(pixels, columns, lines, self.cell)
        size = across * self.cell[0], down * self.cell[1]
        scaled = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
        return Image(across, (Segment(" " * across),) * down, over=sixel(scaled))


def _cells(pixels: BGR, columns: int, lines: int, cell: tuple[int, int]) -> tuple[int, int]:
    """Columns and lines that the picture fills, in its proportions."""
    height, width = pixels.shape[:2]
    scale = min(columns * cell[0] / width, lines * cell[1] / height)
    across = min(columns, len(MARKS), max(1, round(width * scale / cell[0])))
    return across, min(lines, len(MARKS), max(1, round(height * scale / cell[1])))


def sixel(pixels: BGR) -> str:
    """The picture as a sixel sequence, of the 252 colours of SHADES."""
    import numpy as np

    height, width = pixels.shape[:2]
    red, green, blue = SHADES
    steps = np.array((blue, green, red)) - 1
    levels = (pixels.astype(np.uint16) * steps + 127) // 255
    indices = ((levels[..., 2] * green + levels[..., 1]) * blue + levels[..., 0]).astype(np.uint8)
    parts = [f'\x1bP0;1q"1;1;{width};{height}', *_palette(np.unique(indices).tolist())]
    bits = (1 << np.arange(6)).astype(np.uint8)
    for top in range(0, height, 6):
        band = indices[top : top + 6]
        used = np.unique(band)
        drawn = np.tensordot(band == used[:, None, None], bits[: len(band)], axes=(1, 0)).astype(np.uint8)
        rows = [
            f"#{colour}{_shortened(row.tobytes())}"
            for colour, row in zip(used.tolist(), drawn + 63, strict=True)
        ]
        parts.append("$".join(rows) + "-")
    return "".join(parts) + "\x1b\\"


def _palette(indices: list[int]) -> Iterator[str]:
    red, green, blue = SHADES
    for index in indices:
        level, b = divmod(index, blue)
        r, g = divmod(level, green)
        shades = (r, red), (g, green), (b, blue)
        yield f"#{index};2;" + ";".join(str(round(100 * value / (count - 1))) for value, count in shades)


_RUN: Final = re.compile(rb"(.)\1{3,}", re.DOTALL)


def _shortened(row: bytes) -> str:
    """One colour's sixels in a band, runs of more than three as a number; nothing behind the last."""
    row = row.rstrip(b"?")
    return _RUN.sub(lambda run: b"!%d%c" % (len(run[0]), run[0][0]), row).decode("ascii")
