"""Programs of an office on the synthetic desktop: a timetable, a ledger, a course."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from deskagent.pixels import Bgr

from .letters import CELL_HEIGHT, CELL_WIDTH, Colour, paste, write
from .windows import TITLE_HEIGHT, empty_window, fill

_PAPER: Final[Colour] = (252, 252, 252)
_INK: Final[Colour] = (50, 46, 44)
_RULE: Final[Colour] = (222, 218, 214)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri")
_VISITS: Final[tuple[Colour, ...]] = ((90, 160, 240), (200, 150, 60), (110, 190, 110), (180, 110, 190))
_GUESTS: Final = ("Baker", "Okafor", "Lind", "Moreau", "Tanaka", "Rossi", "Novak", "Silva")

_FIRST, _MOST = 8, 22
"""Visits in the timetable when it begins, and before it begins again."""
_SECONDS_A_VISIT: Final = 4

_GREEN: Final[Colour] = (60, 130, 40)
_CELLS_A_SECOND: Final = 2

_QUESTIONS: Final = (
    ("The alarm sounds.", ("Use the stairs", "Take the lift", "Save your work", "Wait")),
    ("A cable is damaged.", ("Tape it", "Report it", "Bend it back", "Ignore it")),
    ("A visitor has no badge.", ("Let them pass", "Call security", "Walk with them", "Look away")),
)
_SECONDS_A_QUESTION: Final = 6
_PINK: Final[Colour] = (120, 60, 210)
_PICKED: Final[Colour] = (200, 160, 250)


@lru_cache(maxsize=2)
def _week(width: int, height: int) -> Bgr:
    window = empty_window("Visitors - Calendar", width, height, _PAPER).copy()
    day, hour = _calendar_steps(width, height)
    fill(window, 1, TITLE_HEIGHT, width - 2, CELL_HEIGHT + 8, (235, 230, 224))
    for number, name in enumerate(_DAYS):
        x = 54 + number * day
        write(window, name, x + 8, TITLE_HEIGHT + 4, _INK, (235, 230, 224))
        fill(window, x, TITLE_HEIGHT, 1, height - TITLE_HEIGHT - 1, _RULE)
    for number in range(10):
        y = TITLE_HEIGHT + CELL_HEIGHT + 8 + number * hour
        fill(window, 1, y, width - 2, 1, _RULE)
        write(window, f"{8 + number:02}:00", 4, y + 2, _INK, _PAPER)
    window.flags.writeable = False
    return window


def _calendar_steps(width: int, height: int) -> tuple[int, int]:
    """Pixels of a day and of an hour."""
    return max(1, (width - 58) // 5), max(1, (height - TITLE_HEIGHT - CELL_HEIGHT - 10) // 10)


def draw_calendar(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """A week of visits, to which another one is added every few seconds."""
    window = _week(width, height).copy()
    day, hour = _calendar_steps(width, height)
    random = np.random.default_rng((seed, 21))
    shown = _FIRST + int(t / _SECONDS_A_VISIT) % (_MOST - _FIRST)
    for number in range(shown):
        column, row, long = (int(random.integers(*span)) for span in ((0, 5), (0, 9), (1, 3)))
        colour = _VISITS[number % len(_VISITS)]
        left, top = 54 + column * day + 3, TITLE_HEIGHT + CELL_HEIGHT + 9 + row * hour
        fill(window, left, top, day - 6, long * hour - 3, colour)
        if day > CELL_WIDTH * 8 and hour > CELL_HEIGHT:
            write(window, _GUESTS[number % len(_GUESTS)], left + 5, top + 2, _PAPER, colour)
    paste(frame, window, x, y)


@lru_cache(maxsize=2)
def _sheet(width: int, height: int) -> Bgr:
    window = empty_window("Ledger 2026 - Sheet", width, height, _PAPER).copy()
    fill(window, 1, TITLE_HEIGHT, width - 2, 34, _GREEN)
    write(window, "File   Insert   Data   View", 12, TITLE_HEIGHT + 8, _PAPER, _GREEN)
    top = TITLE_HEIGHT + 34
    fill(window, 1, top, width - 2, 22, (228, 236, 226))
    fill(window, 1, top, 40, height - top - 1, (228, 236, 226))
    for number, left in enumerate(range(40, width - 2, 84)):
        fill(window, left, top, 1, height - top - 1, _RULE)
        write(window, chr(65 + number % 26), left + 38, top + 2, _INK, (228, 236, 226))
    for number, y in enumerate(range(top + 22, height - 1, 22)):
        fill(window, 1, y, width - 2, 1, _RULE)
        write(window, f"{number + 1}", 8, y + 2, _INK, (228, 236, 226))
    window.flags.writeable = False
    return window


def draw_sheet(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """A ledger into which numbers are typed, and a chart of what there is so far."""
    window = _sheet(width, height).copy()
    first = TITLE_HEIGHT + 56
    columns, rows = max(1, (width * 6 // 10 - 40) // 84), max(1, (height - first) // 22)
    cells = columns * rows
    least = cells // 3  # a ledger that begins again is not an empty one
    count = least + (least + int(t * _CELLS_A_SECOND)) % (cells - least)
    amounts = np.random.default_rng((seed, 23)).integers(12, 9999, cells)
    for number in range(count):
        row, column = divmod(number, columns)
        write(window, f"{amounts[number]:8,}", 42 + column * 84, first + 2 + row * 22, _INK, _PAPER)
    row, column = divmod(count, columns)
    corner = 40 + column * 84, first + row * 22
    cv2.rectangle(window, corner, (corner[0] + 84, corner[1] + 22), (*_GREEN, 255), 2)
    _draw_bars(window, amounts[:count], width, height)
    paste(frame, window, x, y)


def _draw_bars(
    window: Bgr, amounts: np.ndarray[tuple[int, ...], np.dtype[np.int64]], width: int, high: int
) -> None:
    left, top = width * 65 // 100, TITLE_HEIGHT + 80
    wide, tall = width - left - 24, (high - top) * 2 // 3
    if wide < 60 or tall < 40:
        return
    fill(window, left, top, wide, tall, _PAPER)
    cv2.rectangle(window, (left, top), (left + wide, top + tall), (*_RULE, 255), 2)
    sums = [int(part.sum()) for part in np.array_split(amounts, 6)]
    for number, total in enumerate(sums):
        bar = (tall - 24) * total // max(1, *sums)
        at = left + 12 + number * (wide - 24) // 6
        fill(
            window, at, top + tall - 6 - bar, (wide - 24) // 8, bar, (60, 140 + number * 14, 40 + number * 30)
        )


def draw_course(frame: Bgr, seed: int, t: float, x: int, y: int, width: int, height: int) -> None:
    """A course in safety: questions, their answers, how far one is."""
    window = empty_window("Safety at work - Course", width, height, _PAPER).copy()
    number, phase = divmod(int(t), _SECONDS_A_QUESTION)
    question, answers = _QUESTIONS[(seed + number) % len(_QUESTIONS)]
    band = max(1, (height - TITLE_HEIGHT) // 4)
    fill(window, 1, TITLE_HEIGHT, width - 2, band, _PINK)
    scale = min(1.4, width / 420)
    at = 20, TITLE_HEIGHT + band // 2 + 12
    cv2.putText(window, question, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (*_PAPER, 255), 2, cv2.LINE_AA)
    step = max(1, (height - TITLE_HEIGHT - band - 50) // 4)
    for row, answer in enumerate(answers):
        top = TITLE_HEIGHT + band + 12 + row * step
        colour = _PICKED if phase >= 2 and row == number % 4 else (238, 234, 232)
        fill(window, 24, top, width - 48, step - 10, colour)
        ends = 44, top + step // 2
        cv2.circle(
            window, ends, max(3, step // 6), (*_PINK, 255), 2 if colour != _PICKED else -1, cv2.LINE_AA
        )
        cv2.putText(
            window,
            answer,
            (74, top + step // 2 + 4),
            cv2.FONT_HERSHEY_SIMPLEX,
            scale / 2,
            (*_INK, 255),
            1,
            cv2.LINE_AA,
        )
    done = (number % 12 + 1) * (width - 48) // 12
    fill(window, 24, height - 26, width - 48, 12, (225, 220, 218))
    fill(window, 24, height - 26, done, 12, _PINK)
    paste(frame, window, x, y)
