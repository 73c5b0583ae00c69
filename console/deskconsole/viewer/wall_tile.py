"""One tile of the wall: a host's picture, name and state; what is wrong is seen across the room."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from deskconsole.picture.preview import PreviewPicture

from .ascii_text import ascii_text
from .lettering import DARK, FONT, PALE, cut, put, text_width, wrapped
from .wall_grid import CAPTION, LINE, caption_of
from .wall_messages import TileKind, TilePicture, TileStatus

Image = NDArray[np.uint8]
"""(height, width, 4) BGRX."""

COLOURS: Final[Mapping[TileKind, tuple[int, int, int]]] = MappingProxyType(
    {
        TileKind.LIVE: (120, 200, 110),
        TileKind.ATTENTION: (64, 200, 255),
        TileKind.UNDER_WAY: (230, 170, 90),
        TileKind.BAD: (90, 90, 250),
        TileKind.QUIET: (150, 150, 150),
    }
)

_FADED = (np.arange(256) // 3 + 16).astype(np.uint8)
_GROUND = (38, 36, 34)
_SELECTED = (255, 255, 255)
_SMALL = 0.42
"""Size of all letters but those of the name."""
_NOT_YET = TileStatus("", TileKind.QUIET, "not connected", "not connected")


class Tile:
    """The status of one host, and its picture as it was drawn last."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.status = _NOT_YET
        self._picture: TilePicture | None = None
        self._pixels: NDArray[np.uint8] | None = None
        self._decoded = False
        """True if the pixels are those of the newest picture."""

    def take(self, picture: TilePicture) -> None:
        """Replaces the picture; the new one is decoded when it is drawn."""
        self._picture, self._decoded = picture, False

    def forget_pixels(self) -> None:
        """Drops the pixels of a tile that is not seen; the JPEG stays."""
        self._pixels, self._decoded = None, False

    @property
    def is_plain(self) -> bool:
        """True if the picture is shown as it is, with nothing over it."""
        return self.status.kind is TileKind.LIVE and self._pixels is not None

    def draw(self, image: Image, *, selected: bool) -> None:
        """Draws all of the tile on its part of the window."""
        height, width, _ = image.shape
        image[:] = (*_GROUND, 0)
        self.draw_picture(image)
        self.draw_caption(image)
        if selected:
            cv2.rectangle(image, (0, 0), (width - 1, height - 1), _SELECTED, 2)
        elif self.status.kind in (TileKind.BAD, TileKind.ATTENTION):
            cv2.rectangle(image, (0, 0), (width - 1, height - 1), COLOURS[self.status.kind], 2)

    def draw_picture(self, image: Image) -> None:
        """Draws the picture, faded and below its state where it is not of now."""
        room = image[2 : max(3, image.shape[0] - caption_of(image.shape[1])), 2 : max(3, image.shape[1] - 2)]
        self._decode()
        if not room.size:  # the window is lower than the line above its tiles
            return
        if self._pixels is not None:
            self._place(room)
        if not self.is_plain:
            self._veil(room)

    def _decode(self) -> None:
        if self._decoded or (picture := self._picture) is None:
            return
        self._decoded = True
        pixels = PreviewPicture(picture.width, picture.height, picture.jpeg, 0.0).pixels()
        if pixels is not None:
            self._pixels = pixels

    def _place(self, room: Image) -> None:
        """Puts the picture into the middle of `room`, as large as it fits."""
        assert self._pixels is not None  # noqa: S101  # the caller has looked
        rows, columns = self._pixels.shape[:2]
        scale = min(room.shape[1] / columns, room.shape[0] / rows)
        width, height = max(1, round(columns * scale)), max(1, round(rows * scale))
        pixels: NDArray[np.uint8] = self._pixels
        if (width, height) != (columns, rows):
            way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=way), np.uint8)
        left, top = (room.shape[1] - width) // 2, (room.shape[0] - height) // 2
        cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA, dst=room[top : top + height, left : left + width])

    def _veil(self, room: Image) -> None:
        """Says across the picture why it is not one of a desktop in use."""
        word, text, colour = self.status.word, self.status.text, COLOURS[self.status.kind]
        if self.status.kind is TileKind.LIVE:
            word, text, colour = "no picture yet", "", COLOURS[TileKind.UNDER_WAY]
        else:
            grey = cv2.LUT(cv2.cvtColor(room, cv2.COLOR_BGRA2GRAY), _FADED)
            room[:] = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGRA)
        scale = 0.9 if room.shape[1] >= 300 else 0.6
        shown = cut(ascii_text(word).upper(), scale, room.shape[1] - 12)
        width, high = cv2.getTextSize(shown, FONT, scale, 2)[0]
        why = text.partition(": ")[2]
        lines = wrapped(ascii_text(why), 0.42, room.shape[1] - 24)[:3] if why else []
        top = max(high + 4, (room.shape[0] - 18 * len(lines) + high) // 2)
        put(room, shown, ((room.shape[1] - width) // 2, top), scale, colour, thickness=2)
        for number, line in enumerate(lines, start=1):
            wide = cv2.getTextSize(line, FONT, 0.42, 1)[0][0]
            put(room, line, ((room.shape[1] - wide) // 2, top + 6 + 18 * number), 0.42, PALE)

    def draw_caption(self, image: Image) -> None:
        """Draws the words below the picture: sign, name, state, who is logged on, age; in two lines where one
        has no room for them."""
        height, width, _ = image.shape
        status, colour = self.status, COLOURS[self.status.kind]
        high = caption_of(width)
        words = image[max(0, height - high) : height - 2, 2 : width - 2]
        words[:] = (*DARK, 0)
        draw_sign(words, status.kind, (12, (CAPTION - 2) // 2), colour)
        base, room = (CAPTION - 2) // 2 + 5, words.shape[1]
        grey = COLOURS[TileKind.QUIET]
        if high > CAPTION:
            state = _put_right(words, status.word, room, base, colour)
            _put_left(words, self.name, 26, state, base, PALE, scale=0.5)
            old = _put_right(words, status.age, room, base + LINE, grey)
            _put_left(words, status.person, 26, old, base + LINE, grey)
            return
        old = _put_right(words, status.age, room, base, grey)
        state = _put_right(words, status.word, old, base, colour)
        named = _put_left(words, self.name, 26, state, base, PALE, scale=0.5)
        _put_left(words, status.person, named + 12, state, base, grey)


def _put_right(line: Image, text: str, right: int, base: int, colour: tuple[int, int, int]) -> int:
    """Writes a text that ends at `right`, of at most two thirds of the line; returns where it begins."""
    shown = cut(ascii_text(text), _SMALL, line.shape[1] * 2 // 3)
    begin = right - text_width(shown, _SMALL) - 8
    put(line, shown, (begin, base), _SMALL, colour)
    return begin


def _put_left(
    line: Image,
    text: str,
    begin: int,
    end: int,
    base: int,
    colour: tuple[int, int, int],
    scale: float = _SMALL,
) -> int:
    """Writes a text between these places, cut where it has no room; returns where it ends."""
    shown = cut(ascii_text(text), scale, end - begin - 8)
    put(line, shown, (begin, base), scale, colour)
    return begin + text_width(shown, scale)


def draw_sign(image: Image, kind: TileKind, at: tuple[int, int], colour: tuple[int, int, int]) -> None:
    """Draws the sign of a state around this point: the same forms as the console's list has, so that colour
    is never all that tells them apart."""
    x, y = at
    match kind:
        case TileKind.LIVE:
            cv2.circle(image, at, 5, colour, cv2.FILLED, cv2.LINE_AA)
        case TileKind.ATTENTION:
            corners = np.array([(x, y - 6), (x - 6, y + 5), (x + 6, y + 5)])
            cv2.fillPoly(image, [corners], colour, cv2.LINE_AA)
        case TileKind.UNDER_WAY:
            cv2.circle(image, at, 5, colour, 1, cv2.LINE_AA)
            cv2.ellipse(image, at, (5, 5), 90, 0, 180, colour, cv2.FILLED, cv2.LINE_AA)
        case TileKind.BAD:
            cv2.line(image, (x - 4, y - 4), (x + 4, y + 4), colour, 2, cv2.LINE_AA)
            cv2.line(image, (x - 4, y + 4), (x + 4, y - 4), colour, 2, cv2.LINE_AA)
        case TileKind.QUIET:
            cv2.circle(image, at, 5, colour, 1, cv2.LINE_AA)


def clock(now: float) -> str:
    """Hour and minute of a moment (Unix time), as a clock on a wall has them."""
    return time.strftime("%H:%M", time.localtime(now))
