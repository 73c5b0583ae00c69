"""The window of the synthetic desktop that a person can use: a text, and a button that counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import cv2
import numpy as np

from deskagent.pixels import Bgr
from deskwire.geometry import Rectangle

from .letters import CELL_HEIGHT, CELL_WIDTH, Colour, line, paste
from .windows import TITLE_HEIGHT, empty_window

LONGEST: Final = 20_000
"""The most characters that the notepad holds; more are not taken."""

_PAPER: Final[Colour] = (252, 252, 252)
_INK: Final[Colour] = (40, 36, 34)
_FAINT: Final[Colour] = (165, 160, 158)
_MARKED: Final[Colour] = (250, 215, 170)
_BUTTON: Final[Colour] = (232, 228, 224)
_PRESSED: Final[Colour] = (170, 200, 250)
_MARGIN: Final = 12
_INVITATION: Final = ("Type here.", "", "Drag this window by its title,", "and click the button below.")


class TextRow(NamedTuple):
    """A row as it is shown: where in the text it begins, and its characters."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class NotepadText:
    """A text with a caret in it; each change is another one."""

    text: str = ""
    caret: int = 0
    marked: bool = False
    """The whole text is selected."""

    def insert(self, text: str) -> NotepadText:
        """Writes at the caret, or over all where that is selected."""
        if self.marked:
            return NotepadText().insert(text)
        text = text.replace("\t", "    ")
        if len(self.text) + len(text) > LONGEST:
            return self
        return NotepadText(self.text[: self.caret] + text + self.text[self.caret :], self.caret + len(text))

    def erase(self, *, before: bool) -> NotepadText:
        """Takes away the character before or after the caret, or all where that is selected."""
        if self.marked:
            return NotepadText()
        at = self.caret - 1 if before else self.caret
        if not 0 <= at < len(self.text):
            return self
        return NotepadText(self.text[:at] + self.text[at + 1 :], at)

    def go(self, caret: int) -> NotepadText:
        """Puts the caret there."""
        return NotepadText(self.text, min(max(0, caret), len(self.text)))

    def select(self) -> NotepadText:
        """Selects all."""
        return replace(self, marked=bool(self.text))

    def rows(self, columns: int) -> list[TextRow]:
        """The text's lines, each cut where the window ends."""
        found: list[TextRow] = []
        start = 0
        for whole in self.text.split("\n"):
            cuts = range(0, max(1, len(whole)), columns)
            found += [TextRow(start + cut, whole[cut : cut + columns]) for cut in cuts]
            start += len(whole) + 1
        return found

    def place(self, columns: int) -> tuple[int, int]:
        """Row and column of the caret."""
        number = 0
        for number, row in reversed(list(enumerate(self.rows(columns)))):
            if row.start <= self.caret:
                return number, self.caret - row.start
        return number, 0

    def at(self, number: int, column: int, columns: int) -> int:
        """The caret's place in the text for a row and a column; the nearest one."""
        rows = self.rows(columns)
        row = rows[min(max(0, number), len(rows) - 1)]
        return row.start + min(max(0, column), len(row.text))


class NotepadPlan(NamedTuple):
    """The places of the window's parts, for one place of it."""

    window: Rectangle
    page: Rectangle
    button: Rectangle
    columns: int
    lines: int

    @classmethod
    def of(cls, window: Rectangle) -> NotepadPlan:
        """The plan of a window of this place; without columns where it is too small for any."""
        high = CELL_HEIGHT + 14
        x, y = window.x + _MARGIN, window.y + TITLE_HEIGHT + 8
        width, bottom = window.width - 2 * _MARGIN, window.y + window.height - _MARGIN
        page = Rectangle(x, y, width, bottom - high - 8 - y)
        button = Rectangle(x, bottom - high, min(width, 24 * CELL_WIDTH), high)
        return cls(window, page, button, max(0, width // CELL_WIDTH), max(0, page.height // CELL_HEIGHT))

    @property
    def usable(self) -> bool:
        """True if the window has room for letters."""
        return self.columns >= 4 and self.lines >= 1

    def first_row(self, content: NotepadText) -> int:
        """The row at the top: the caret is always to be seen."""
        return max(0, content.place(self.columns)[0] - self.lines + 1)

    def caret_at(self, content: NotepadText, x: int, y: int) -> int:
        """The caret's place for a click on the page."""
        row = self.first_row(content) + (y - self.page.y) // CELL_HEIGHT
        return content.at(row, (x - self.page.x + CELL_WIDTH // 2) // CELL_WIDTH, self.columns)


def draw_notepad(frame: Bgr, plan: NotepadPlan, content: NotepadText, clicks: int, *, pressed: bool) -> None:
    """The window with its text; an empty one invites."""
    window = plan.window
    paste(frame, empty_window("Try me - Notepad", window.width, window.height, _PAPER), window.x, window.y)
    if not plan.usable:
        return
    first = plan.first_row(content)
    shown = [row.text for row in content.rows(plan.columns)[first : first + plan.lines]]
    ink, paper = (_INK, _MARKED if content.marked else _PAPER) if content.text else (_FAINT, _PAPER)
    for number, text in enumerate(shown if content.text else _INVITATION[: plan.lines]):
        strip = line(text, min(len(text), plan.columns), ink, paper)
        paste(frame, strip, plan.page.x, plan.page.y + number * CELL_HEIGHT)
    row, column = content.place(plan.columns)
    beam = np.full((CELL_HEIGHT - 2, 2, 4), 30, np.uint8)
    paste(
        frame,
        beam,
        plan.page.x + column * CELL_WIDTH - 1,
        plan.page.y + (row - first) * CELL_HEIGHT + 1,
    )
    _draw_button(frame, plan.button, clicks, pressed=pressed)


def _draw_button(frame: Bgr, place: Rectangle, clicks: int, *, pressed: bool) -> None:
    label = "Click me" if not clicks else f"Clicked {clicks} time{'s' if clicks > 1 else ''}"
    colour = _PRESSED if pressed else _BUTTON
    picture = np.empty((place.height, place.width, 4), np.uint8)
    picture[:] = (*colour, 255)
    edge = (place.width - 1, place.height - 1)
    cv2.rectangle(picture, (0, 0), edge, (*_INK, 255), 2 if pressed else 1)
    strip = line(label, len(label), _INK, colour)
    paste(
        picture,
        strip[:, : place.width - 4],
        max(2, (place.width - strip.shape[1]) // 2),
        (place.height - CELL_HEIGHT) // 2,
    )
    paste(frame, picture, place.x, place.y)
