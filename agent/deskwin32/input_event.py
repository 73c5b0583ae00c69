"""SendInput's records of keys and of the pointer, laid out as winuser.h says."""

from __future__ import annotations

import ctypes
from ctypes import c_int32, c_size_t, c_uint16, c_uint32

KEY_EXTENDED, KEY_UP, KEY_UNICODE, KEY_SCAN_CODE = 0x1, 0x2, 0x4, 0x8
"""KEYEVENTF_EXTENDEDKEY, KEYUP, UNICODE, SCANCODE."""
MOUSE_MOVE, MOUSE_WHEEL, MOUSE_HORIZONTAL_WHEEL = 0x1, 0x800, 0x1000
MOUSE_VIRTUAL_DESKTOP, MOUSE_ABSOLUTE = 0x4000, 0x8000

_MOUSE, _KEYBOARD = 0, 1


class KeyRecord(ctypes.Structure):
    """KEYBDINPUT."""

    _fields_ = (
        ("virtual_key", c_uint16),
        ("scan", c_uint16),
        ("flags", c_uint32),
        ("time", c_uint32),
        ("extra", c_size_t),
    )


class MouseRecord(ctypes.Structure):
    """MOUSEINPUT."""

    _fields_ = (
        ("x", c_int32),
        ("y", c_int32),
        ("data", c_uint32),
        ("flags", c_uint32),
        ("time", c_uint32),
        ("extra", c_size_t),
    )


class _Record(ctypes.Union):
    _fields_ = (("mouse", MouseRecord), ("key", KeyRecord))


class InputEvent(ctypes.Structure):
    """INPUT."""

    _fields_ = (("kind", c_uint32), ("record", _Record))


def key_event(*, virtual_key: int = 0, scan: int = 0, flags: int = 0) -> InputEvent:
    """One change of a key, or one UTF-16 unit of a text (`KEY_UNICODE`, with the unit in `scan`)."""
    return InputEvent(_KEYBOARD, _Record(key=KeyRecord(virtual_key, scan, flags)))


def mouse_event(*, x: int = 0, y: int = 0, data: int = 0, flags: int = 0) -> InputEvent:
    """A move, one change of a button, or a turn of the wheel; `data` may be negative."""
    return InputEvent(_MOUSE, _Record(mouse=MouseRecord(x, y, data & 0xFFFFFFFF, flags)))
