"""The windows of the synthetic desktop: an editor, a log, a note and a film, each drawn at its own time."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from deskagent.pixels import Bgr

from .letters import CELL_HEIGHT, CELL_WIDTH, Colour, line, paste, words
from .wallpaper import BAR_HEIGHT, backdrop

TITLE_HEIGHT: Final = 30
_TITLE: Final[Colour] = (72, 62, 54)
_TITLE_INK: Final[Colour] = (240, 240, 240)
_BORDER: Final[Colour] = (40, 34, 30)
_PAPER: Final[Colour] = (252, 252, 252)
_INK: Final[Colour] = (40, 36, 34)
_NIGHT: Final[Colour] = (36, 30, 28)
_LOG_INKS: Final[tuple[Colour, ...]] = ((190, 200, 190), (140, 220, 150), (120, 190, 250), (200, 160, 240))

LETTERS_PER_SECOND: Final = 12
SCROLL_PER_SECOND: Final = 180
"""Bgr: ten lines."""


@lru_cache(maxsize=8)
def empty_window(title: str, width: int, height: int, paper: Colour) -> Bgr:
    """A window's frame and title bar around plain paper; not to be written to."""
    window = np.empty((height, width, 4), np.uint8)
    window[:] = (*_BORDER, 255)
    window[TITLE_HEIGHT:-1, 1:-1] = (*paper, 255)
    window[1:TITLE_HEIGHT, 1:-1] = (*_TITLE, 255)
    paste(window, line(title, len(title), _TITLE_INK, _TITLE), 12, 6)
    for number, colour in enumerate(((80, 80, 230), (70, 190, 235), (90, 190, 90))):
        cv2.circle(window, (width - 18 - 22 * number, 15), 6, (*colour, 255), -1, cv2.LINE_AA)
    window.flags.writeable = False
    return window


def fill(window: Bgr, x: int, y: int, width: int, height: int, colour: Colour) -> None:
    """Fills a rectangle, cut at the picture's edges."""
    if width > 0 and height > 0:
        cv2.rectangle(window, (x, y), (x + width - 1, y + height - 1), (*colour, 255), cv2.FILLED)


def draw_editor(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """Somebody writes, twelve letters a second, and the page moves up by a line when it is full."""
    paste(frame, empty_window("Minutes.txt - Editor", width, height, _PAPER), x, y)
    columns, rows = (width - 24) // CELL_WIDTH, (height - TITLE_HEIGHT - 12) // CELL_HEIGHT
    if columns < 4 or rows < 2:
        return
    per_line = max(4, columns * 3 // 4)
    written = int(t * LETTERS_PER_SECOND)
    # The page is half full when it begins, as documents are.
    last, letter = rows // 2 + written // per_line, written % per_line
    first = max(0, last - rows + 1)
    for row in range(first, last + 1):
        text = words(seed, row, per_line)
        if row == last:
            text = text[:letter]
        paste(
            frame,
            line(text, columns, _INK, _PAPER),
            x + 12,
            y + TITLE_HEIGHT + 6 + (row - first) * CELL_HEIGHT,
        )
    caret = y + TITLE_HEIGHT + 6 + (last - first) * CELL_HEIGHT
    beam = np.full((CELL_HEIGHT - 2, 2, 4), 30, np.uint8)
    paste(frame, beam, x + 12 + letter * CELL_WIDTH, caret + 1)


def draw_log(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """A terminal in which coloured lines run upward without pause."""
    window = empty_window("journal --follow", width, height, _NIGHT).copy()
    inside = window[TITLE_HEIGHT + 4 : -4, 8:-8]
    columns = inside.shape[1] // CELL_WIDTH
    if columns >= 4:
        offset = int(t * 30) * SCROLL_PER_SECOND // 30
        first = offset // CELL_HEIGHT
        for row in range(inside.shape[0] // CELL_HEIGHT + 2):
            number = first + row
            text = f"{number:06} {words(seed, number, columns - 8)}"
            ink = _LOG_INKS[number * 7 // 3 % len(_LOG_INKS)]
            paste(inside, line(text, columns, ink, _NIGHT), 0, row * CELL_HEIGHT - offset % CELL_HEIGHT)
    paste(frame, window, x, y)


@lru_cache(maxsize=2)
def _note(seed: int, width: int, height: int) -> Bgr:
    window = empty_window("Report - Document", width, height, _PAPER).copy()
    columns = max(1, (width - 24) // CELL_WIDTH)
    wide, high = width - 24, (height - TITLE_HEIGHT) * 2 // 5
    if wide > 0 and high > 0:
        photograph = backdrop(seed + 1, wide, high + BAR_HEIGHT)[:high]
        paste(window, photograph, 12, TITLE_HEIGHT + 10)
    for row in range(high // CELL_HEIGHT + 1, (height - TITLE_HEIGHT - 12) // CELL_HEIGHT):
        text = line(words(seed, 1000 + row, columns), columns, _INK, _PAPER)
        paste(window, text, 12, TITLE_HEIGHT + 6 + row * CELL_HEIGHT)
    window.flags.writeable = False
    return window


def draw_note(frame: Bgr, seed: int, t: float, area: tuple[int, int], width: int, height: int) -> None:
    """A page of text with a photograph that somebody drags to and fro over an area of the desktop."""
    across, down = max(0, area[0] - width), max(0, area[1] - height)
    x = round(across * (0.5 - 0.5 * float(np.cos(t * 0.9))))
    y = round(down * (0.5 - 0.45 * float(np.cos(t * 1.3 + 0.8))))
    paste(frame, _note(seed, width, height), x, y)


@lru_cache(maxsize=1)
def _grain(seed: int) -> Bgr:
    return np.random.default_rng((seed, 9)).integers(0, 7, (512, 1024, 1), dtype=np.uint8).repeat(4, axis=2)


def draw_film(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """A picture in motion, with the grain of a camera: nothing in it stays and nothing can be found again."""
    paste(frame, empty_window("Harbour.mkv - Player", width, height, (0, 0, 0)), x, y)
    wide, high = width - 2, height - TITLE_HEIGHT - 1
    if wide < 8 or high < 8:
        return
    down, across = np.mgrid[0:90, 0:160].astype(np.float32) / 30
    swell = np.sin(across * 1.7 + t * 1.1) + np.sin(down * 2.3 - t * 1.7 + np.sin(across + t))
    light = np.sin(np.hypot(across - 2.5 - np.sin(t), down - 1.5 - np.cos(t * 0.7)) * 2.2 - t * 2)
    tones = np.stack([swell * 45 + 120, light * 40 + swell * 20 + 105, light * 55 + 90, swell], axis=2)
    film = cv2.resize(tones.clip(0, 240).astype(np.uint8), (wide, high), interpolation=cv2.INTER_LINEAR)
    step = int(t * 30)
    grain = np.roll(_grain(seed), (step * 37 % 512, step * 101 % 1024), axis=(0, 1))
    for top in range(0, high, 512):
        for left in range(0, wide, 1024):
            part = film[top : top + 512, left : left + 1024]
            cv2.add(part, grain[: part.shape[0], : part.shape[1]], dst=part)
    paste(frame, np.asarray(film, np.uint8), x + 1, y + TITLE_HEIGHT)
