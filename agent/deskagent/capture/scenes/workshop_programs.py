"""Programs of a workshop and a plant on the synthetic desktop: films, a drawing, cameras, a boiler."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from deskagent.pixels import Bgr

from .letters import Colour, paste, write
from .windows import TITLE_HEIGHT, draw_film, empty_window, fill

_DARK: Final[Colour] = (44, 36, 40)
_PALE: Final[Colour] = (225, 222, 220)
_CLIPS: Final[tuple[Colour, ...]] = ((200, 120, 60), (90, 170, 90), (170, 80, 170), (60, 150, 220))
_PLAYED: Final[Colour] = (70, 70, 240)

_SHEET: Final[Colour] = (110, 60, 20)
_GRID: Final[Colour] = (130, 78, 36)
_LINE: Final[Colour] = (250, 240, 230)
_DRAWN_IN: Final = 24
"""Seconds that a drawing takes."""

_PANEL: Final[Colour] = (214, 214, 210)
_WATER: Final[Colour] = (200, 130, 40)
_HOT: Final[Colour] = (50, 90, 230)
_STEAM: Final[Colour] = (235, 235, 235)
_FLOOR: Final[Colour] = (236, 240, 242)
_STOCK: Final[tuple[Colour, ...]] = ((90, 180, 90), (70, 200, 235), (70, 70, 220), (200, 200, 196))


def draw_timeline(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """The tracks of a film, with a line that moves while it plays."""
    window = _tracks(seed, width, height).copy()
    at = 8 + int(t * 20) % max(1, width - 16)
    fill(window, at, TITLE_HEIGHT, 3, height - TITLE_HEIGHT - 1, _PLAYED)
    paste(frame, window, x, y)


@lru_cache(maxsize=2)
def _tracks(seed: int, width: int, height: int) -> Bgr:
    window = empty_window("Trailer - Edit", width, height, _DARK).copy()
    random = np.random.default_rng((seed, 31))
    tall = max(4, (height - TITLE_HEIGHT - 12) // 4)
    for track in range(4):
        left = 8
        while left < width - 24:
            wide = int(random.integers(40, 160))
            colour = _CLIPS[int(random.integers(0, 4))]
            fill(
                window, left, TITLE_HEIGHT + 8 + track * tall, min(wide, width - 16 - left), tall - 6, colour
            )
            left += wide + int(random.integers(4, 50))
    window.flags.writeable = False
    return window


def draw_cinema(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """A film in other colours than those of the editor's."""
    draw_film(frame, seed, t, x, y, width, height)
    part = frame[max(0, y + TITLE_HEIGHT) : y + height, max(0, x) : x + width]
    if part.size:
        part[:] = cv2.cvtColor(part, cv2.COLOR_BGRA2RGBA)


def draw_blueprint(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """A drawing of a part that somebody draws, line by line."""
    window = _squared(width, height).copy()
    strokes = _strokes(seed + int(t / (_DRAWN_IN * 1.3)), width, height)
    done = min(1.0, t % (_DRAWN_IN * 1.3) / _DRAWN_IN) * len(strokes)
    for stroke in strokes[: int(done)]:
        cv2.polylines(
            window, [stroke], isClosed=False, color=(*_LINE, 255), thickness=2, lineType=cv2.LINE_AA
        )
    if int(done) < len(strokes):
        stroke = strokes[int(done)]
        pen = stroke[min(len(stroke) - 1, int(done % 1 * len(stroke)))]
        window[TITLE_HEIGHT:, min(int(pen[0]), window.shape[1] - 1)] = (90, 200, 250, 255)
        window[min(int(pen[1]), window.shape[0] - 1), :] = (90, 200, 250, 255)
    paste(frame, window, x, y)


@lru_cache(maxsize=2)
def _squared(width: int, height: int) -> Bgr:
    window = empty_window("Bracket.dxf - Drafting", width, height, _SHEET).copy()
    for left in range(20, width - 1, 20):
        fill(window, left, TITLE_HEIGHT, 1, height - TITLE_HEIGHT - 1, _GRID)
    for top in range(TITLE_HEIGHT + 20, height - 1, 20):
        fill(window, 1, top, width - 2, 1, _GRID)
    window.flags.writeable = False
    return window


@lru_cache(maxsize=4)
def _strokes(seed: int, width: int, height: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int32]]]:
    """The lines of a gear with its hub, then its measures."""
    random = np.random.default_rng((seed, 33))
    middle = np.array([width * 0.5, TITLE_HEIGHT + (height - TITLE_HEIGHT) * 0.5])
    reach = max(4.0, min(width, height - TITLE_HEIGHT) * 0.42)
    teeth = int(random.integers(8, 15))
    corners = []
    for tooth in range(teeth):
        for step, far in ((0.0, 0.8), (0.25, 0.8), (0.32, 1.0), (0.68, 1.0), (0.75, 0.8)):
            angle = (tooth + step) / teeth * 2 * np.pi
            corners.append(middle + reach * far * np.array([np.cos(angle), np.sin(angle)]))
    corners.append(corners[0])
    outline = np.array(corners, np.int32)
    strokes = [outline[begin : begin + 6] for begin in range(0, len(outline) - 1, 5)]
    round_ = np.linspace(0, 2 * np.pi, 40)
    for share in (0.55, 0.25):
        ring = middle + reach * share * np.stack([np.cos(round_), np.sin(round_)], axis=1)
        strokes += [ring[begin : begin + 11].astype(np.int32) for begin in range(0, 39, 10)]
    for side in (-1, 1):
        ends = [(middle[0] + side * reach * 1.12, middle[1] + down * reach) for down in (-1, 1)]
        strokes.append(np.array(ends, np.int32))
    return strokes


def draw_cameras(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """Four cameras of a site at night; twice a second something moves a little."""
    window = empty_window("Cameras", width, height, (10, 8, 8)).copy()
    wide, tall = (width - 18) // 2, (height - TITLE_HEIGHT - 18) // 2
    step = int(t * 2)
    for number in range(4):
        across, down = number % 2, number // 2
        left, top = 6 + across * (wide + 6), TITLE_HEIGHT + 6 + down * (tall + 6)
        pane = window[top : top + tall, left : left + wide]
        if pane.shape[0] < 40 or pane.shape[1] < 60:
            continue
        pane[:] = _night(seed + number, pane.shape[1], pane.shape[0])
        walker = (step * 6 + number * 211) % (pane.shape[1] + 60) - 30
        foot = pane.shape[0] * 8 // 10
        cv2.ellipse(
            pane, (walker, foot - 18), (7, 18), 0, 0, 360, (190, 215, 190, 255), cv2.FILLED, cv2.LINE_AA
        )
        cv2.circle(pane, (walker, foot - 42), 7, (190, 215, 190, 255), cv2.FILLED, cv2.LINE_AA)
        write(pane, f"CAM {number + 1}", 8, 6, (120, 230, 140), (12, 18, 12))
        if step // 2 % 2 == 0:
            cv2.circle(pane, (pane.shape[1] - 16, 16), 6, (60, 60, 235, 255), cv2.FILLED, cv2.LINE_AA)
    paste(frame, window, x, y)


@lru_cache(maxsize=8)
def _night(seed: int, width: int, height: int) -> Bgr:
    """A yard in a camera's green, with a lamp and walls in perspective."""
    random = np.random.default_rng((seed, 35))
    pane = np.empty((height, width, 4), np.uint8)
    light = np.linspace(30, 90, height).astype(np.uint8)
    pane[:] = np.stack([light // 2, light, light // 2, np.full_like(light, 255)], axis=1)[:, None]
    far = int(width * random.uniform(0.3, 0.7)), int(height * random.uniform(0.35, 0.55))
    for end in ((0, height), (width, height), (0, 0), (width, 0)):
        cv2.line(pane, far, end, (60, 130, 60, 255), 2, cv2.LINE_AA)
    cv2.rectangle(
        pane,
        (far[0] - width // 9, far[1] - height // 9),
        (far[0] + width // 9, far[1] + height // 9),
        (40, 80, 40, 255),
        -1,
    )
    lamp = int(random.integers(width // 5, width * 4 // 5)), height // 6
    cv2.circle(pane, lamp, max(4, height // 14), (180, 240, 190, 255), cv2.FILLED, cv2.LINE_AA)
    return pane


def draw_boiler(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """A boiler's scheme: vessels whose levels move, and the curve of the pressure."""
    window = empty_window("Boiler 2 - Control", width, height, _PANEL).copy()
    moment = int(t * 2) / 2
    upper = (height - TITLE_HEIGHT) * 6 // 10
    base = TITLE_HEIGHT + upper - 10
    fill(window, width // 10, base - upper // 3, width * 8 // 10, 8, _WATER)
    for number, colour in enumerate((_WATER, _HOT, _STEAM)):
        left, wide, tall = width * (8 + number * 31) // 100, width * 20 // 100, upper - 50
        level = int(tall * (0.5 + 0.35 * np.sin(moment / 5 + number * 2 + seed)))
        fill(window, left, base - tall, wide, tall, (248, 248, 248))
        fill(window, left, base - level, wide, level, colour)
        cv2.rectangle(window, (left, base - tall), (left + wide, base), (70, 66, 62, 255), 3)
        write(window, f"{level * 100 // max(1, tall):3} %", left + 6, base - tall - 22, (40, 36, 34), _PANEL)
    top, tall = base + 16, height - base - 28
    if tall > 20:
        fill(window, 12, top, width - 24, tall, (30, 26, 24))
        across = np.arange(0, width - 24, 4)
        curve = np.sin((across + moment * 12) / 40 + seed) * 0.3 + np.sin((across + moment * 12) / 13) * 0.1
        points = np.stack([across + 12, top + tall * (0.5 - curve)], axis=1).astype(np.int32)
        cv2.polylines(
            window, [points], isClosed=False, color=(120, 240, 140, 255), thickness=2, lineType=cv2.LINE_AA
        )
        fill(window, 12, top + tall // 6, width - 24, 2, (60, 140, 250))
    paste(frame, window, x, y)


def draw_store(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """The map of a store: shelves by what is in them, and two carts between them."""
    window = _shelves(seed, width, height).copy()
    rows = _aisles(height)
    for number in range(2):
        way = int(t * 4) * 10 + number * 300
        row, along = divmod(way, max(1, width - 60))
        aisle = rows[(row + number * 2) % len(rows)]
        left = 20 + (along if row % 2 == 0 else width - 80 - along)
        fill(window, left, aisle, 34, 22, (20, 120, 250))
        fill(window, left + 8, aisle + 4, 10, 14, _DARK)
    paste(frame, window, x, y)


def _aisles(height: int) -> list[int]:
    """Pixels from the top to each way between two shelves."""
    return list(range(TITLE_HEIGHT + 60, max(TITLE_HEIGHT + 61, height - 40), 86))


@lru_cache(maxsize=2)
def _shelves(seed: int, width: int, height: int) -> Bgr:
    window = empty_window("Hall B - Store map", width, height, _FLOOR).copy()
    random = np.random.default_rng((seed, 37))
    for aisle in _aisles(height):
        for left in range(16, width - 40, 36):
            gap = left // 36 % 6 == 5
            colour = _FLOOR if gap else _STOCK[int(random.choice(4, p=(0.5, 0.2, 0.12, 0.18)))]
            fill(window, left, aisle - 50, 32, 40, colour)
    window.flags.writeable = False
    return window
