"""Text for the synthetic desktop: words, and lines of monospaced letters drawn by OpenCV."""

from __future__ import annotations

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
    (letter_width, _), _ = cv2.getTextSize(letter, cv2.FONT_HERSHEY_SIMPLEX, 1.5, 4)
    at = ((CELL_WIDTH * 4 - letter_width) // 2, 54)
    cv2.putText(cell, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, ink, 4, cv2.LINE_AA)
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
