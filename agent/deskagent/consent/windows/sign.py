"""The sign on a Windows desktop: one line in the middle of the top edge."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from deskwin32.calls import windows
from deskwire.geometry import Rectangle

from .window import (
    SHOW_INACTIVE,
    SS_NOPREFIX,
    WM_CLOSE,
    WM_TIMER,
    WS_EX_TOPMOST,
    WS_POPUP,
    ConsentWindow,
    bring_to_front,
    make_child,
    make_font,
    make_window,
    require_visible_station,
    scaled,
    screen_size,
    text_size,
)

_WM_MOUSEACTIVATE: Final = 0x0021
_WM_DISPLAYCHANGE: Final = 0x007E
_WM_CTLCOLORSTATIC: Final = 0x0138
_WM_LBUTTONDOWN, _WM_LBUTTONUP = 0x0201, 0x0202
_WM_APP: Final = 0x8000
_WM_END: Final = _WM_APP + 1
"""The agent's own end of the sign: WM_CLOSE is what other programs send, to close any window."""
_MA_NOACTIVATE: Final = 3
_WS_EX_TOOLWINDOW, _WS_EX_LAYERED, _WS_EX_NOACTIVATE = 0x0080, 0x0008_0000, 0x0800_0000
_SS_CENTER, _SS_CENTERIMAGE = 0x0001, 0x0200
_LWA_ALPHA: Final = 2
_HIDE: Final = 0

_INK, _PAPER = 0x00_1414_14, 0x00_3CB4_FA
"""Blue, green, red: dark on amber, as the frame of a window whose host is controlled."""
_OPAQUENESS: Final = 235
_RAISE_EVERY: Final = 1000
"""Milliseconds: another window that is topmost may have come before it."""

_log = logging.getLogger(__name__)


class WindowsSign:
    """The line on the desktop of this process. Raises OSError where it sees none."""

    def __init__(self, clicked: Callable[[], None]) -> None:
        require_visible_station()
        self._window = _SignWindow(clicked)
        self._window.open()

    def show(self, text: str) -> None:
        """Shows this text from now on."""
        self._window.say(text)

    def hide(self) -> None:
        """Hides the line."""
        self._window.say("")

    @property
    def area(self) -> Rectangle | None:
        """The window's place while the sign is there."""
        return self._window.area

    @property
    def gone(self) -> bool:
        """True if the window is no more."""
        return self._window.gone

    def close(self) -> None:
        """Closes the window."""
        self._window.area = None
        self._window.post(_WM_END)


class _SignWindow(ConsentWindow):
    """The window of the line: it takes no focus and no place on the task bar."""

    def __init__(self, clicked: Callable[[], None]) -> None:
        super().__init__("sign")
        self.area: Rectangle | None = None
        self._clicked = clicked
        self._lock = threading.Lock()
        self._text = ""
        self._line = 0
        self._font = 0
        self._brush = 0
        self._pressed = False

    def say(self, text: str) -> None:
        """Shows this text from now on; an empty one hides the line. From any thread."""
        with self._lock:
            self._text = text
        self.post(_WM_APP)

    def create(self) -> int:
        self._font, self._brush = make_font(scaled(15)), windows("CreateSolidBrush")(_PAPER)
        extended = WS_EX_TOPMOST | _WS_EX_TOOLWINDOW | _WS_EX_LAYERED | _WS_EX_NOACTIVATE
        window = make_window("deskconsole sign", WS_POPUP, extended, (0, 0, 1, 1))
        windows("SetLayeredWindowAttributes")(window, 0, _OPAQUENESS, _LWA_ALPHA)
        # A static text lets clicks through to the window that it is in.
        style = SS_NOPREFIX | _SS_CENTER | _SS_CENTERIMAGE
        self._line = make_child(window, "STATIC", "", style, (0, 0, 1, 1), self._font)
        windows("SetTimer")(window, 1, _RAISE_EVERY, None)
        return window

    def handle(self, message: int, first: int) -> int | None:
        if message in (_WM_APP, _WM_DISPLAYCHANGE):
            self._place()
        elif message == WM_TIMER and self.area is not None:
            bring_to_front(self.window)
        elif message == _WM_LBUTTONDOWN:
            self._pressed = True
        elif message == _WM_LBUTTONUP:
            pressed, self._pressed = self._pressed, False
            if pressed:  # and not dragged here from elsewhere
                self._clicked()
        elif message == _WM_END:
            windows("DestroyWindow")(self.window)
        elif message == WM_CLOSE:
            _log.info("another program wanted to close the sign")
        elif message == _WM_MOUSEACTIVATE:
            return _MA_NOACTIVATE
        elif message == _WM_CTLCOLORSTATIC:
            windows("SetTextColor")(first, _INK)
            windows("SetBkColor")(first, _PAPER)
            return self._brush
        else:
            return None
        return 0

    def _place(self) -> None:
        """Shows the text at the top edge, or hides it."""
        with self._lock:
            text = self._text
        if not text:
            self.area = None
            windows("ShowWindow")(self.window, _HIDE)
            return
        screen, size = screen_size()[0], text_size(text, self._font)
        width, height = min(screen, size[0] + scaled(32)), size[1] + scaled(8)
        x = (screen - width) // 2
        self.area = Rectangle(x, 0, width, height)
        windows("SetWindowTextW")(self._line, text)
        windows("SetWindowPos")(self._line, None, 0, 0, width, height, SHOW_INACTIVE)
        bring_to_front(self.window, (x, 0, width, height))

    def clear(self) -> None:
        self.area = None
        for used in (self._font, self._brush):
            windows("DeleteObject")(used)
