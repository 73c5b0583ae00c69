"""The question on a Windows desktop: a small dialog in front of all windows."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from deskagent.consent.question import LABELS, QUIET, Answer, Question, unanswered
from deskwin32.calls import windows
from deskwin32.desktop import input_desktop, own_desktop

from .window import (
    SS_NOPREFIX,
    WM_CLOSE,
    WM_TIMER,
    WS_EX_TOPMOST,
    WS_POPUP,
    WS_TABSTOP,
    ConsentWindow,
    bring_to_front,
    frame_around,
    make_child,
    make_font,
    make_window,
    require_visible_station,
    scaled,
    screen_size,
    text_size,
)

_WM_SETFOCUS: Final = 0x0007
_WM_COMMAND: Final = 0x0111
_DM_GETDEFID: Final = 0x0400
_DC_HASDEFID: Final = 0x534B
_WS_CAPTION, _WS_SYSMENU = 0x00C0_0000, 0x0008_0000
_WS_EX_CONTROLPARENT, _WS_EX_APPWINDOW = 0x0001_0000, 0x0004_0000
_BS_DEFPUSHBUTTON: Final = 1

_STYLE: Final = WS_POPUP | _WS_CAPTION | _WS_SYSMENU
_EXTENDED: Final = WS_EX_TOPMOST | _WS_EX_CONTROLPARENT | _WS_EX_APPWINDOW

_IDOK, _IDCANCEL = 1, 2
_NUMBERS: Final = {_IDCANCEL: Answer.NO, 10: Answer.SEE, 11: Answer.CONTROL}
"""The buttons. Escape says IDCANCEL, and so does Enter unless another button has the focus."""

_LOOK: Final = 200
"""Milliseconds between two looks at the time that is left."""

_MARGIN: Final = 16
_NARROWEST_BUTTON: Final = 88

_log = logging.getLogger(__name__)


class WindowsAsker:
    """Asks on the desktop of this process. Raises OSError where it sees none."""

    def __init__(self) -> None:
        require_visible_station()
        self._lock = threading.Lock()
        self._open: set[_Dialog] = set()
        self._cancelled = False

    def ask(self, question: Question) -> Answer:
        """Shows the question and waits; NO after its time, on `cancel`, and where the desktop is locked."""
        if hindrance := _hindrance():
            _log.info("no person can be asked: %s", hindrance)
            return Answer.NO
        dialog = _Dialog(question)
        with self._lock:
            if self._cancelled:
                return Answer.NO
            try:
                dialog.open()
            except OSError as error:
                _log.warning("the question cannot be shown: %s", error)
                return Answer.NO
            self._open.add(dialog)
        dialog.join()
        with self._lock:
            self._open.discard(dialog)
        return dialog.answer

    def cancel(self) -> None:
        """Takes an open question away, and each later one: a question may be just about to open."""
        with self._lock:
            self._cancelled = True
            for dialog in self._open:
                dialog.post(WM_CLOSE)


def _hindrance() -> str:
    """Says why no person can answer now; empty where one may sit there."""
    name, error = input_desktop()
    if error:
        return "the session is locked, or a prompt for consent or a password is open"
    if name is not None and name.casefold() != own_desktop().casefold():
        return f"the user works on another desktop, {name!r}"
    return ""


class _Dialog(ConsentWindow):
    """One question. It comes to the front without the keyboard: a person who is typing answers nothing."""

    def __init__(self, question: Question) -> None:
        super().__init__("question")
        self.answer = Answer.NO
        self._question = question
        self._default = 0
        self._font = 0
        self._time = 0
        self._said = ""
        self._until = self._ready = 0.0

    def create(self) -> int:
        question = self._question
        self._font = font = make_font(scaled(15))
        margin, text = scaled(_MARGIN), "\n".join(question.lines)
        width, height = text_size(text, font)
        time_width, line = text_size(unanswered(question.seconds), font)
        buttons = [
            (number, LABELS[answer]) for number, answer in _NUMBERS.items() if answer in question.answers
        ]
        widths = [
            max(scaled(_NARROWEST_BUTTON), text_size(label, font)[0] + 2 * margin) for _, label in buttons
        ]
        button_height = text_size("X", font)[1] + margin
        row = sum(widths) + margin * (len(widths) - 1)
        inside = 2 * margin + max(width, time_width, row), 4 * margin + height + line + button_height
        screen, whole = screen_size(), frame_around(*inside, _STYLE, _EXTENDED)
        place = (screen[0] - whole[0]) // 2, (screen[1] - whole[1]) // 3
        window = make_window("deskconsole", _STYLE, _EXTENDED, (*place, *whole))
        make_child(window, "STATIC", text, SS_NOPREFIX, (margin, margin, inside[0] - margin, height), font)
        area = (margin, 2 * margin + height, inside[0] - margin, line)
        self._time = make_child(window, "STATIC", unanswered(question.seconds), SS_NOPREFIX, area, font)
        x = inside[0] - margin - row
        for (number, label), button in zip(buttons, widths, strict=True):
            style = WS_TABSTOP | (_BS_DEFPUSHBUTTON if number == _IDCANCEL else 0)
            area = (x, 3 * margin + height + line, button, button_height)
            child = make_child(window, "BUTTON", label, style, area, font, number)
            if number == _IDCANCEL:
                self._default = child
            x += button + margin
        now = time.monotonic()
        self._until, self._ready = now + question.seconds, now + min(QUIET, question.seconds / 4)
        windows("SetTimer")(window, 1, _LOOK, None)
        bring_to_front(window)
        return window

    def handle(self, message: int, first: int) -> int | None:
        if message == _DM_GETDEFID:
            return _DC_HASDEFID << 16 | _IDCANCEL
        if message == _WM_SETFOCUS:
            windows("SetFocus")(self._default)
            return 0
        if message == WM_TIMER:
            self._look()
            return 0
        if message == _WM_COMMAND and not first >> 16:
            self._choose(_NUMBERS.get(first, Answer.NO))
            return 0
        return None

    def clear(self) -> None:
        windows("DeleteObject")(self._font)

    def _look(self) -> None:
        """Ends it where its time is over, keeps it in front, and says how long it still waits."""
        left = self._until - time.monotonic()
        if hindrance := _hindrance():
            _log.info("the question ends: %s", hindrance)
        if hindrance or left <= 0:
            windows("DestroyWindow")(self.window)
            return
        bring_to_front(self.window)
        if (text := unanswered(left)) != self._said:
            self._said = text
            windows("SetWindowTextW")(self._time, text)

    def _choose(self, answer: Answer) -> None:
        if answer is not Answer.NO and time.monotonic() < self._ready:
            return
        self.answer = answer
        windows("DestroyWindow")(self.window)
