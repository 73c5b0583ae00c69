"""The sign on an X desktop: one line at the upper edge of the first monitor."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from Xlib import X

from deskwire.geometry import Rectangle
from deskx11.connection import FAULTS

from .popup import LOOK, Popup

_PADDING: Final = 12
_PAPER: Final = (250, 200, 90)
_INK: Final = (20, 20, 20)
_LONG: Final = 3600.0

_log = logging.getLogger(__name__)


class X11Sign:
    """A Sign on the X server that DISPLAY names. Raises OSError where none answers."""

    def __init__(self, clicked: Callable[[], None]) -> None:
        self._wanted = ""
        self._closing = False
        try:
            self._line = _SignLine(clicked)
        except FAULTS as error:
            raise OSError(f"no X server answers: {error}") from error
        self._thread = threading.Thread(target=self._run, name="sign", daemon=True)
        self._thread.start()

    def show(self, text: str) -> None:
        """Shows this text from now on."""
        self._wanted = text
        self._line.wake()

    def hide(self) -> None:
        """Hides the line."""
        self.show("")

    @property
    def area(self) -> Rectangle | None:
        """The line's place, with its border, while it is there."""
        return self._line.area

    @property
    def gone(self) -> bool:
        """True if the line's connection is no more."""
        return not self._thread.is_alive()

    def close(self) -> None:
        """Closes the line for good. The callback of a click may call this."""
        self._closing = True
        self._line.wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(2)

    def _run(self) -> None:
        try:
            while not self._closing:
                self._line.step(self._wanted)
        except FAULTS as error:
            _log.warning("the sign is gone: %s", error)
        finally:
            self._line.close()


class _SignLine:
    """The line on one connection to the server, for one thread."""

    def __init__(self, clicked: Callable[[], None]) -> None:
        self._clicked = clicked
        self._popup = Popup("deskconsole sign", _PAPER)
        self._ink = self._popup.context(_INK, _PAPER)
        self._shown = ""
        self._text = ""
        self._pressed = False
        self.area: Rectangle | None = None

    def wake(self) -> None:
        """Ends the wait of `step`, from any thread."""
        self._popup.events.wake()

    def step(self, wanted: str) -> None:
        """Shows this text, and acts on the next event or waits a while."""
        if wanted != self._shown:
            self._shown = wanted
            self._place()
        elif self._shown:
            self._popup.keep_on_top()
        one = self._popup.events.next(time.monotonic() + (LOOK if self._shown else _LONG))
        if one is not None:
            self._handle(one)

    def close(self) -> None:
        """Closes the connection, and the window with it."""
        self.area = None
        self._popup.close()

    def _place(self) -> None:
        """Puts the line in the middle of the upper edge, as wide as its text."""
        if not self._shown:
            self._popup.hide()
            self.area = None
            return
        font, monitor = self._popup.font, self._popup.first_monitor()
        self._text = font.fitted(self._shown, monitor.width - 2 * _PADDING - 2)
        width, height = font.width(self._text) + 2 * _PADDING, font.height + 4
        place = Rectangle(monitor.x + (monitor.width - width - 2) // 2, monitor.y, width, height)
        # Before it is there: a console's click must not hit it first.
        self.area = Rectangle(place.x, place.y, width + 2, height + 2)
        self._popup.show(place)
        self._popup.window.clear_area()
        self._draw()

    def _draw(self) -> None:
        self._popup.font.draw(self._popup.window, self._ink, _PADDING, 2, self._text)

    def _handle(self, one: Any) -> None:
        if one.type == X.Expose and one.count == 0 and self._shown:
            self._draw()
        elif self._popup.screen_changed(one):
            self._place()
        # What another program sends is no person's click.
        elif getattr(one, "send_event", False):
            return
        elif one.type == X.ButtonPress and one.detail == 1:
            self._pressed = True
        elif one.type == X.ButtonRelease and one.detail == 1:
            pressed, self._pressed = self._pressed, False
            here = Rectangle(one.root_x, one.root_y, 1, 1)
            if pressed and self.area is not None and self.area.common(here):
                self._clicked()
