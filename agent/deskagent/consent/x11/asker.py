"""The question on an X desktop: a window with a button for each answer."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from typing import Any, Final

from Xlib import XK, X

from deskagent.consent.question import LABELS, QUIET, Answer, Question, unanswered
from deskwire.geometry import Rectangle
from deskx11.connection import FAULTS, connect

from .popup import LOOK, Popup

_MARGIN: Final = 20
_PAPER: Final = (250, 246, 230)
_INK: Final = (20, 20, 20)
_BUTTON: Final = (225, 220, 200)
_CHOSEN: Final = (250, 200, 90)

_log = logging.getLogger(__name__)


class X11Asker:
    """Asks on the X server that DISPLAY names. Raises OSError where none answers."""

    def __init__(self) -> None:
        try:
            connect().close()
        except FAULTS as error:
            raise OSError(f"no X server answers: {error}") from error
        self._lock = threading.Lock()
        self._open: set[_Dialog] = set()
        self._cancelled = False

    def ask(self, question: Question) -> Answer:
        """Shows the question and waits; NO after its time, on `cancel`, and on a locked or lost screen."""
        try:
            dialog = _Dialog(question)
        except FAULTS as error:
            _log.warning("the question cannot be shown: %s", error)
            return Answer.NO
        with self._lock:
            self._open.add(dialog)
            if self._cancelled:
                dialog.cancel()
        try:
            return dialog.answer()
        except FAULTS as error:
            _log.warning("the question is gone: %s", error)
            return Answer.NO
        finally:
            with self._lock:
                self._open.discard(dialog)
            dialog.close()

    def cancel(self) -> None:
        """Takes an open question away, and each later one: a question may be just about to open."""
        with self._lock:
            self._cancelled = True
            for dialog in self._open:
                dialog.cancel()


class _Dialog:
    """One question, for the thread that asks."""

    def __init__(self, question: Question) -> None:
        self._until = time.monotonic() + question.seconds
        self._ready = time.monotonic() + min(QUIET, question.seconds / 4)
        self._cancelled = False
        self._answers = question.answers
        self._chosen = 0
        self._pressed: int | None = None
        self._focus_before: Any = None
        self._name, self._wish = question.lines
        self._lines: list[str] = []
        self._size = 1, 1
        popup = self._popup = Popup("deskconsole question", _PAPER)
        self._line = popup.font.height + 6
        self._inks = {paper: popup.context(_INK, paper) for paper in (_PAPER, _BUTTON, _CHOSEN)}
        self._fills = {paper: popup.context(paper, paper) for paper in (_BUTTON, _CHOSEN)}

    def answer(self) -> Answer:
        """Waits for the answer."""
        if self._cancelled:
            return Answer.NO
        if self._popup.is_locked():
            _log.info("the question is not shown: the screen is locked")
            return Answer.NO
        self._show()
        look = time.monotonic() + LOOK
        while not self._cancelled and (now := time.monotonic()) < self._until:
            if now >= look:
                if self._popup.is_locked():
                    return Answer.NO
                self._popup.keep_on_top()
                self._draw_time()
                look = now + LOOK
            one = self._popup.events.next(min(look, self._until))
            if one is not None and (given := self._heard(one)) is not None:
                return given
        return Answer.NO

    def cancel(self) -> None:
        """Ends the wait; any thread may call it."""
        self._cancelled = True
        self._popup.events.wake()

    def close(self) -> None:
        if self._focus_before is not None:
            with contextlib.suppress(*FAULTS):
                self._popup.connection.set_input_focus(
                    self._focus_before, X.RevertToPointerRoot, X.CurrentTime
                )
        self._popup.close()

    def _show(self) -> None:
        """Puts the window in the middle of the monitor with the pointer, as wide as its widest line."""
        font, monitor = self._popup.font, self._popup.pointer_monitor()
        button = max(font.width(LABELS[answer]) for answer in self._answers) + 2 * _MARGIN
        widest = max(map(font.width, (self._name, self._wish, self._time_left())))
        width = max(widest + 2 * _MARGIN, (button + _MARGIN) * len(self._answers) + _MARGIN)
        width = min(width, monitor.width - 2)
        inside = width - 2 * _MARGIN
        self._lines = [font.fitted(self._name, inside), *font.wrapped(self._wish, inside)]
        height = 2 * _MARGIN + (len(self._lines) + 3) * self._line
        place = Rectangle(
            monitor.x + (monitor.width - width) // 2,
            monitor.y + (monitor.height - height) // 3,
            width,
            height,
        )
        self._size = place.size
        self._popup.show(place)

    def _heard(self, one: Any) -> Answer | None:
        """Acts on an event; returns the answer if the event gave one."""
        if one.type == X.Expose and one.count == 0:
            self._draw()
        elif self._popup.screen_changed(one):
            self._show()
        # What another program sends is no person's answer.
        elif getattr(one, "send_event", False) or time.monotonic() < self._ready:
            return None
        elif one.type == X.ButtonPress and one.detail == 1:
            self._take_focus(one.time)
            self._pressed = self._button_at(one.event_x, one.event_y)
        elif one.type == X.ButtonRelease and one.detail == 1:
            pressed, self._pressed = self._pressed, None
            if pressed is not None and pressed == self._button_at(one.event_x, one.event_y):
                return self._answers[pressed]
        elif one.type == X.KeyPress:
            return self._typed(self._popup.connection.keycode_to_keysym(one.detail, 0))
        return None

    def _typed(self, keysym: int) -> Answer | None:
        if keysym == XK.XK_Escape:
            return Answer.NO
        if keysym in (XK.XK_Return, XK.XK_KP_Enter, XK.XK_space):
            return self._answers[self._chosen]
        step = {XK.XK_Tab: 1, XK.XK_Right: 1, XK.XK_Left: -1}.get(keysym, 0)
        self._chosen = (self._chosen + step) % len(self._answers)
        self._draw()
        return None

    def _take_focus(self, when: int) -> None:
        """Takes the keyboard's focus, at the first click on the window."""
        if self._focus_before is None:
            self._focus_before = self._popup.connection.get_input_focus().focus
        self._popup.connection.set_input_focus(self._popup.window, X.RevertToPointerRoot, when)

    def _buttons(self) -> list[Rectangle]:
        width, height = self._size
        each = (width - _MARGIN) // len(self._answers)
        top = height - _MARGIN - self._line - 8
        return [
            Rectangle(_MARGIN + number * each, top, each - _MARGIN, self._line + 8)
            for number in range(len(self._answers))
        ]

    def _button_at(self, x: int, y: int) -> int | None:
        point = Rectangle(x, y, 1, 1)
        return next((n for n, one in enumerate(self._buttons()) if one.common(point)), None)

    def _draw(self) -> None:
        font, window = self._popup.font, self._popup.window
        for number, line in enumerate(self._lines):
            font.draw(window, self._inks[_PAPER], _MARGIN, _MARGIN + number * self._line, line)
        self._draw_time()
        for number, place in enumerate(self._buttons()):
            paper = _CHOSEN if number == self._chosen else _BUTTON
            label = LABELS[self._answers[number]]
            window.fill_rectangle(self._fills[paper], *place)
            window.rectangle(self._inks[_PAPER], *place)
            left = place.x + (place.width - font.width(label)) // 2
            font.draw(window, self._inks[paper], left, place.y + 7, label)

    def _draw_time(self) -> None:
        top = _MARGIN + len(self._lines) * self._line
        # The space covers the digit that is gone.
        self._popup.font.draw(self._popup.window, self._inks[_PAPER], _MARGIN, top, self._time_left() + " ")

    def _time_left(self) -> str:
        return unanswered(self._until - time.monotonic())
