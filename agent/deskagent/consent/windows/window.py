"""A window of the agent, on a separate thread with a message loop."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import logging
import threading
from abc import ABC, abstractmethod
from ctypes import byref
from ctypes.wintypes import MSG, RECT
from typing import Final

from deskwin32.calls import WindowClass, WindowProcedure, windows
from deskwin32.desktop import VISIBLE_STATION, own_station

WM_DESTROY: Final = 0x0002
WM_CLOSE: Final = 0x0010
WM_SETFONT: Final = 0x0030
WM_TIMER: Final = 0x0113
WS_POPUP, WS_CHILD, WS_VISIBLE, WS_TABSTOP = 0x8000_0000, 0x4000_0000, 0x1000_0000, 0x0001_0000
WS_EX_TOPMOST: Final = 0x0008
SS_NOPREFIX: Final = 0x0080
"""An ampersand in a static text is shown as such: a stranger's name may have one."""
SM_CXSCREEN, SM_CYSCREEN = 0, 1

_CLASS: Final = "deskconsole consent"
_IDC_ARROW: Final = 32512
_HWND_TOPMOST: Final = ctypes.c_void_p(-1)
SHOW_INACTIVE: Final = 0x0010 | 0x0040
_NO_SIZE, _NO_MOVE = 0x0001, 0x0002
_COLOR_BTNFACE: Final = 15
_DT_CALCRECT, _DT_NOPREFIX = 0x0400, 0x0800
_DEFAULT_CHARSET, _CLEARTYPE = 1, 5
_NORMAL: Final = 400

_log = logging.getLogger(__name__)


class ConsentWindow(ABC):
    """A window and its thread. `create`, `handle` and `clear` run on that thread."""

    def __init__(self, name: str) -> None:
        self.window = 0
        self._begun = threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def create(self) -> int:
        """Makes the window and what is in it, and returns its handle. Raises OSError."""

    @abstractmethod
    def handle(self, message: int, first: int) -> int | None:
        """Acts on a message with its WPARAM; None leaves it to the system."""

    @abstractmethod
    def clear(self) -> None:
        """Gives back what the window used."""

    @property
    def gone(self) -> bool:
        """True if the window was there and is no more."""
        return not self._thread.is_alive()

    def open(self) -> None:
        """Starts the thread and returns when the window is there. Raises OSError where it cannot be."""
        self._thread.start()
        self._begun.wait()
        if self._error is not None:
            raise self._error

    def post(self, message: int) -> None:
        """Sends a message from any thread, to be handled soon; nothing happens where the window is gone."""
        with contextlib.suppress(OSError):
            windows("PostMessageW")(self.window, message, 0, 0)

    def join(self, timeout: float | None = None) -> None:
        """Waits until the window is gone."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self.window = self.create()
        except OSError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001
            _log.exception("a window of the agent could not be made")
            self._error = OSError(f"its window could not be made: {type(error).__name__}")
        finally:
            self._begun.set()
        if self._error is not None:
            return
        _open[self.window] = self
        message = MSG()
        try:
            while windows("GetMessageW")(byref(message), None, 0, 0) > 0:
                if not windows("IsDialogMessageW")(self.window, byref(message)):
                    windows("TranslateMessage")(byref(message))
                    windows("DispatchMessageW")(byref(message))
        finally:
            _open.pop(self.window, None)
            self.clear()


_open: Final[dict[int, ConsentWindow]] = {}


def _dispatch(window: int | None, message: int, first: int, second: int) -> int:
    owner = _open.get(window or 0)
    if message == WM_DESTROY and owner is not None:
        windows("PostQuitMessage")(0)
    try:
        answer = owner.handle(message, first) if owner is not None else None
    except Exception:  # noqa: BLE001 - into the system's code no exception can go
        _log.exception("a window of the agent could not act on message %#x", message)
        answer = None
    return int(windows("DefWindowProcW")(window, message, first, second) if answer is None else answer)


_procedure: Final = WindowProcedure(_dispatch)
"""Kept for as long as the process lives, since Windows calls it."""


@functools.cache
def _window_class() -> str:
    windows("RegisterClassW")(
        byref(
            WindowClass(
                procedure=_procedure,
                module=windows("GetModuleHandleW")(None),
                cursor=windows("LoadCursorW")(None, _IDC_ARROW),
                background=_COLOR_BTNFACE + 1,
                name=_CLASS,
            )
        )
    )
    return _CLASS


def require_visible_station() -> None:
    """Raises OSError where the windows of this process are shown to no person."""
    station = own_station()
    if station.casefold() != VISIBLE_STATION.casefold():
        raise OSError(0, f"the window station {station!r} is not the one that people see")


def make_window(title: str, style: int, extended: int, area: tuple[int, int, int, int]) -> int:
    """A hidden top-level window of the agent's class; `area` is x, y, width and height. Raises OSError."""
    module = windows("GetModuleHandleW")(None)
    handle: int = windows("CreateWindowExW")(
        extended, _window_class(), title, style, *area, None, None, module, None
    )
    return handle


def make_child(
    parent: int, kind: str, text: str, style: int, area: tuple[int, int, int, int], font: int, number: int = 0
) -> int:
    """A control of the system's class `kind` in a window, which hears of it by its number. Raises OSError."""
    handle: int = windows("CreateWindowExW")(
        0, kind, text, style | WS_CHILD | WS_VISIBLE, *area, parent, number, None, None
    )
    windows("SendMessageW")(handle, WM_SETFONT, font, 0)
    return handle


def scaled(pixels: int) -> int:
    """Pixels at 96 dots an inch as pixels of this display."""
    return int(pixels * windows("GetDpiForSystem")() // 96)


def make_font(height: int) -> int:
    """The font of Windows' own dialogs, or what the system has for it (Wine). To be deleted."""
    font: int = windows("CreateFontW")(
        -height, 0, 0, 0, _NORMAL, 0, 0, 0, _DEFAULT_CHARSET, 0, 0, _CLEARTYPE, 0, "Segoe UI"
    )
    return font


def text_size(text: str, font: int) -> tuple[int, int]:
    """Width and height of a text of one or more lines, in pixels."""
    area = RECT()
    screen = windows("GetDC")(None)
    try:
        before = windows("SelectObject")(screen, font)
        windows("DrawTextW")(screen, text, -1, byref(area), _DT_CALCRECT | _DT_NOPREFIX)
        windows("SelectObject")(screen, before)
    finally:
        windows("ReleaseDC")(None, screen)
    return area.right, area.bottom


def screen_size() -> tuple[int, int]:
    """Width and height of the primary display, whose top left corner is (0, 0)."""
    return windows("GetSystemMetrics")(SM_CXSCREEN), windows("GetSystemMetrics")(SM_CYSCREEN)


def frame_around(width: int, height: int, style: int, extended: int) -> tuple[int, int]:
    """The size of a window whose inside has this one."""
    area = RECT(0, 0, width, height)
    windows("AdjustWindowRectEx")(byref(area), style, 0, extended)
    return area.right - area.left, area.bottom - area.top


def bring_to_front(window: int, area: tuple[int, int, int, int] | None = None) -> None:
    """Shows a window above all others, without the keyboard; at this x, y, width and height where given."""
    kept = 0 if area is not None else _NO_SIZE | _NO_MOVE
    windows("SetWindowPos")(window, _HWND_TOPMOST, *(area or (0, 0, 0, 0)), kept | SHOW_INACTIVE)
