"""Highgui's window on Windows, for what highgui leaves out: letters beyond ASCII, and the system's keys."""

from __future__ import annotations

import contextlib
import os
from ctypes import byref
from ctypes.wintypes import DWORD, MSG

from deskwin32.calls import windows

_CLASS = "Main HighGUI class"
_WM_SYSKEYDOWN = 0x104
_PM_REMOVE = 1
_ES_DISPLAY_REQUIRED = 2


def set_title(title: str) -> None:
    """Sets the title: highgui hands UTF-8 to a function that takes it for the system's code page."""
    owner, window = DWORD(), None
    while window := windows("FindWindowExW")(None, window, _CLASS, None):
        windows("GetWindowThreadProcessId")(window, byref(owner))
        if owner.value == os.getpid():
            with contextlib.suppress(OSError):  # it was closed
                windows("SetWindowTextW")(window, title)


def keep_awake() -> None:
    """Keeps the screen on: the system's timer of the display begins from now."""
    windows("SetThreadExecutionState")(_ES_DISPLAY_REQUIRED)


def pass_system_keys() -> None:
    """Hands the system its keys, Alt+F4 and Alt+Space among them: highgui takes them and does nothing."""
    message = MSG()
    while windows("PeekMessageW")(byref(message), None, _WM_SYSKEYDOWN, _WM_SYSKEYDOWN, _PM_REMOVE):
        windows("TranslateMessage")(byref(message))
        windows("DispatchMessageW")(byref(message))
