"""input_window.py LOG: a window that writes down each key and each button that reaches it, as lines of JSON.

It stands beside the notepad.
"""

import ctypes
import json
import sys
from ctypes import wintypes
from pathlib import Path

assert sys.platform == "win32"

from winhost.shims.native import kernel32, user32

TITLE = "input of the tests"
PLACE = (700, 100, 300, 300)

_LRESULT = ctypes.c_ssize_t
_PROCEDURE = ctypes.WINFUNCTYPE(_LRESULT, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
_KEYS = {0x100: "down", 0x101: "up", 0x104: "down", 0x105: "up"}
_CHARACTERS = {0x102, 0x106}
_BUTTONS = {
    0x201: ("left", "down"), 0x202: ("left", "up"), 0x204: ("right", "down"), 0x205: ("right", "up"),
    0x207: ("middle", "down"), 0x208: ("middle", "up"),
    0x20B: ("side", "down"), 0x20C: ("side", "up"),
}  # fmt: skip
_WHEELS = {0x20A: "wheel", 0x20E: "horizontal wheel"}
_FOCUS = {0x7: "focus", 0x8: "no focus"}
_WM_DESTROY = 0x2
_VISIBLE, _POPUP = 0x10000000, 0x80000000


class _WindowClass(ctypes.Structure):
    """WNDCLASSW."""

    _fields_ = (
        ("style", wintypes.UINT),
        ("procedure", _PROCEDURE),
        ("extra", ctypes.c_int * 2),
        ("instance", wintypes.HANDLE),
        ("icon", wintypes.HANDLE),
        ("cursor", wintypes.HANDLE),
        ("background", wintypes.HANDLE),
        ("menu", wintypes.LPCWSTR),
        ("name", wintypes.LPCWSTR),
    )


class InputWindow:
    """The window, until it is closed."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("a", encoding="utf-8", newline="\n", buffering=1)
        user32.DefWindowProcW.argtypes = [
            wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM
        ]  # fmt: skip
        user32.DefWindowProcW.restype = _LRESULT
        user32.CreateWindowExW.restype = wintypes.HWND
        kernel32.GetModuleHandleW.restype = wintypes.HANDLE
        instance = wintypes.HANDLE(kernel32.GetModuleHandleW(None))
        self._procedure = _PROCEDURE(self._receive)
        window_class = _WindowClass(procedure=self._procedure, instance=instance, name=TITLE)
        user32.RegisterClassW(ctypes.byref(window_class))
        window = user32.CreateWindowExW(
            0, TITLE, TITLE, _VISIBLE | _POPUP, *PLACE, None, None, instance, None
        )  # fmt: skip
        user32.SetForegroundWindow(wintypes.HWND(window))

    def run(self) -> None:
        """Receives messages until the window is closed."""
        message = wintypes.MSG()
        while user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            user32.TranslateMessage(ctypes.byref(message))
            user32.DispatchMessageW(ctypes.byref(message))

    def _receive(self, window: int, message: int, first: int, second: int) -> int:
        if message in _KEYS:
            self._note(
                _KEYS[message], key=first, scan=second >> 16 & 0xFF, extended=second >> 24 & 1,
                repeated=second >> 30 & 1 if _KEYS[message] == "down" else 0,
            )  # fmt: skip
            return 0
        if message in _CHARACTERS:
            self._note("character", unit=first)
            return 0
        if message in _BUTTONS:
            button, what = _BUTTONS[message]
            number = first >> 16 & 0xFFFF if button == "side" else 0
            self._note(f"{button} {what}", x=_signed(second), y=_signed(second >> 16), number=number)
            return 0
        if message in _WHEELS:
            self._note(_WHEELS[message], turn=_signed(first >> 16))
            return 0
        if message in _FOCUS:
            self._note(_FOCUS[message])
        if message == _WM_DESTROY:
            user32.PostQuitMessage(0)
        result: int = user32.DefWindowProcW(window, message, first, second)
        return result

    def _note(self, event: str, **facts: int) -> None:
        self._log.write(json.dumps({"event": event, **facts}) + "\n")


def _signed(word: int) -> int:
    return ctypes.c_short(word & 0xFFFF).value


if __name__ == "__main__":
    InputWindow(Path(sys.argv[1])).run()
