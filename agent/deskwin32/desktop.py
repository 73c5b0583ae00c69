"""The desktop of this process by Windows' own words: its station, its size, what has the keyboard."""

from __future__ import annotations

import ctypes
from ctypes import byref
from ctypes.wintypes import DWORD
from typing import Final

from .calls import windows

VISIBLE_STATION: Final = "WinSta0"
"""The only window station of a session that people see."""

ACCESS_DENIED: Final = 5
"""The system's error where the secure desktop has keyboard and mouse."""

_DESKTOP_READOBJECTS: Final = 0x0001
_UOI_NAME: Final = 2
_PER_MONITOR_AWARE_V2: Final = -4
_VIRTUAL_SCREEN: Final = (76, 77, 78, 79)
"""SM_XVIRTUALSCREEN, SM_YVIRTUALSCREEN, SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN."""


def be_dpi_aware() -> None:
    """Makes coordinates and pixels those of the displays, whatever their scaling. Before anything of user32.

    mss asks for the older kind of awareness, per monitor, at every instance; the first request wins, and to a
    later one the system says no without harm. It holds for every thread of the process.
    """
    try:
        windows("SetProcessDpiAwarenessContext")(_PER_MONITOR_AWARE_V2)
    except OSError:
        # Before Windows 10 1703 there is none: mss's request stands.
        return


def virtual_screen() -> tuple[int, ...]:
    """Left, top, width and height of all displays together. Measured under Wine: 0.14 ms."""
    return tuple(windows("GetSystemMetrics")(number) for number in _VIRTUAL_SCREEN)


def own_station() -> str:
    """The window station of this process; empty where it has none."""
    try:
        return _object_name(windows("GetProcessWindowStation")())
    except OSError:
        return ""


def own_desktop() -> str:
    """The desktop of the thread that calls; empty where it has none."""
    try:
        return _object_name(windows("GetThreadDesktop")(windows("GetCurrentThreadId")()))
    except OSError:
        return ""


def input_desktop() -> tuple[str | None, int]:
    """The name of the desktop that has keyboard and mouse, or the system's error."""
    try:
        handle = windows("OpenInputDesktop")(0, 0, _DESKTOP_READOBJECTS)
        try:
            return _object_name(handle), 0
        finally:
            windows("CloseDesktop")(handle)
    except OSError as error:
        return None, getattr(error, "winerror", None) or 0


def _object_name(handle: int) -> str:
    name = ctypes.create_unicode_buffer(256)
    needed = DWORD()
    windows("GetUserObjectInformationW")(handle, _UOI_NAME, name, ctypes.sizeof(name), byref(needed))
    return name.value
