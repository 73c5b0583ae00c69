"""Text for the synthetic desktop: words, and lines of monospaced letters drawn by OpenCV."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from deskagent.pixels import Bgr

Colour = tuple[int, int, int]
"""Blue, green, red."""

CELL_WIDTH: Final = 9
CELL_HEIGHT: Final = 18

_TEXT: Final = (
    "the report shows that every order from the northern region was shipped before noon and the open "
    "items are due on friday please check the totals in column seven against the ledger then sign and "
    "return one copy to accounting machines four to nine were serviced last night pressure and heat are "
    "normal shift change at two backup finished without errors next review in the small meeting room"
)
_WORDS: Final = tuple(_TEXT.split())


_MARKS: Final = {
    "\N{COMBINING DIAERESIS}": (((10, 14), (12, 14)), ((24, 14), (26, 14))),
    "\N{COMBINING ACUTE ACCENT}": (((14, 18), (22, 10)),),
    "\N{COMBINING GRAVE ACCENT}": (((22, 18), (14, 10)),),
    "\N{COMBINING CIRCUMFLEX ACCENT}": (((11, 18), (18, 10), (25, 18)),),
    "\N{COMBINING CARON}": (((11, 10), (18, 18), (25, 10)),),
    "\N{COMBINING TILDE}": (((9, 16), (14, 11), (22, 16), (27, 11)),),
    "\N{COMBINING RING ABOVE}": (((18, 8), (23, 13), (18, 18), (13, 13), (18, 8)),),
    "\N{COMBINING CEDILLA}": (((18, 54), (21, 60), (15, 64)),),
    "€": (((3, 34), (22, 34)), ((3, 42), (22, 42))),
    "ß": (
        ((9, 54), (9, 26), (13, 20), (22, 20), (26, 25), (20, 34), (28, 43), (26, 51), (21, 54), (16, 52)),
    ),
}
"""The strokes of each mark, in quarters of a cell's pixels, above a small letter."""
_BASES: Final = {"€": "C", "ß": " "}


@lru_cache(maxsize=1024)
def words(seed: int, line: int, width: int) -> str:
    """A line of prose of at most `width` letters; about every ninth line is empty."""
    random = np.random.default_rng((seed, line, 1))
    if line % 9 == 8:
        return ""
    text = " " * (4 * int(random.integers(0, 2)))
    for index in random.integers(0, len(_WORDS), 40).tolist():
        if len(text) + len(_WORDS[index]) >= width:
            break
        text += _WORDS[index] + " "
    return text.rstrip()


@lru_cache(maxsize=1024)
def _glyph(letter: str, ink: Colour, paper: Colour) -> Bgr:
    """One cell, (18, 9, 4): drawn at four times its size, since small Hershey letters are ragged."""
    cell = np.empty((CELL_HEIGHT * 4, CELL_WIDTH * 4, 3), np.uint8)
    cell[:] = paper
    # Hershey's letters are those of ASCII.
    parts = unicodedata.normalize("NFD", letter)
    base, marks = _BASES.get(parts[0], parts[0]), parts[1:]
    if base.isascii() and base.isprintable():
        (letter_width, _), _ = cv2.getTextSize(base, cv2.FONT_HERSHEY_SIMPLEX, 1.5, 4)
        at = ((CELL_WIDTH * 4 - letter_width) // 2, 54)
        cv2.putText(cell, base, at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, ink, 4, cv2.LINE_AA)
    else:
        cv2.rectangle(cell, (6, 24), (CELL_WIDTH * 4 - 7, 54), ink, 3)
    for mark in (letter, *marks):
        for points in _MARKS.get(mark, ()):
            stroke = np.array(points, np.int32)
            stroke[:, 1] -= 8 if base.isupper() else 0
            cv2.polylines(cell, [stroke], isClosed=False, color=ink, thickness=4, lineType=cv2.LINE_AA)
    small = cv2.resize(cell, (CELL_WIDTH, CELL_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2BGRA), np.uint8)


@lru_cache(maxsize=256)
def line(text: str, columns: int, ink: Colour, paper: Colour) -> Bgr:
    """One line, (18, 9 * columns, 4); not to be written to."""
    strip = np.empty((CELL_HEIGHT, CELL_WIDTH * columns, 4), np.uint8)
    strip[:] = (*paper, 255)
    for column, letter in enumerate(text[:columns]):
        if letter != " ":
            strip[:, column * CELL_WIDTH : (column + 1) * CELL_WIDTH] = _glyph(letter, ink, paper)
    strip.flags.writeable = False
    return strip


def paste(target: Bgr, picture: Bgr, x: int, y: int) -> None:
    """Copies a picture, cut at the target's edges."""
    height, width = target.shape[:2]
    top, left = max(0, y), max(0, x)
    bottom, right = min(height, y + picture.shape[0]), min(width, x + picture.shape[1])
    if top < bottom and left < right:
        target[top:bottom, left:right] = picture[top - y : bottom - y, left - x : right - x]


def write(window: Bgr, text: str, x: int, y: int, ink: Colour, paper: Colour) -> None:
    """Writes a line whose upper left corner is there."""
    paste(window, line(text, len(text), ink, paper), x, y)
