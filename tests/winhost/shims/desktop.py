"""The stand-in's interactive desktop: who is logged on, its notepad, its size."""

import ctypes
import sys
import time
from collections.abc import Callable
from ctypes import wintypes

assert sys.platform == "win32"

from winhost.shims.native import Job, Process, user32

STATION = r"WinSta0\Default"
_WM_CHAR, _WM_GETTEXT = 0x102, 0x0D
_LONGEST_TEXT = 100_000
_FIELDS = 0x40000 | 0x80000 | 0x100000  # bits per pixel, width, height


class DevMode(ctypes.Structure):
    """DEVMODEW of a display."""

    _fields_ = (
        ("device_name", wintypes.WCHAR * 32),
        ("versions", wintypes.WORD * 2),
        ("size", wintypes.WORD),
        ("extra", wintypes.WORD),
        ("fields", wintypes.DWORD),
        ("position", wintypes.LONG * 2),
        ("orientation", wintypes.DWORD * 2),
        ("color_to_collate", wintypes.SHORT * 5),
        ("form_name", wintypes.WCHAR * 32),
        ("log_pixels", wintypes.WORD),
        ("bits", wintypes.DWORD),
        ("width", wintypes.DWORD),
        ("height", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("frequency", wintypes.DWORD),
        ("rest", wintypes.DWORD * 8),
    )


class Desktop:
    """The one desktop that there is. `session` holds the user's processes while somebody is logged on."""

    def __init__(self) -> None:
        self.session: Job | None = None

    def open(self, width: int, height: int) -> None:
        """Brings it up, in the size that the registry has for it."""
        user32.GetDesktopWindow()  # the first to ask makes Wine's explorer show it
        _wait(lambda: _size() == (width, height), f"a desktop of {width}x{height}")

    def log_on(self) -> None:
        """The user's desktop comes with a notepad."""
        self.session = Job()
        Process("notepad.exe", desktop=STATION, folder="C:\\", job=self.session)
        _wait(_page, "notepad")

    def log_off(self) -> None:
        """Ends all that runs in the user's session."""
        if self.session is not None:
            self.session.end()
            self.session = None
            _wait(lambda: not user32.FindWindowW("Notepad", None), "notepad's end")

    def resize(self, width: int, height: int) -> None:
        """As the settings of the display do; Wine has a list of sizes."""
        mode = DevMode(size=ctypes.sizeof(DevMode), fields=_FIELDS, bits=32, width=width, height=height)
        user32.ChangeDisplaySettingsW(ctypes.byref(mode), 1)
        _wait(lambda: _size() == (width, height), f"a desktop of {width}x{height}")

    def typed_text(self) -> str:
        """The notepad's text, with its line ends."""
        text = ctypes.create_unicode_buffer(_LONGEST_TEXT)
        page = _page()
        if page:
            user32.SendMessageW(page, _WM_GETTEXT, len(text), ctypes.addressof(text))
        return text.value

    def pointer(self) -> tuple[int, int]:
        """Asks Windows for the mouse pointer's place."""
        place = wintypes.POINT()
        user32.GetCursorPos(ctypes.byref(place))
        return place.x, place.y

    def swap_buttons(self, swapped: bool) -> None:
        """Swaps them as the setting for left-handed people does."""
        user32.SwapMouseButton(swapped)

    def type_text(self, text: str) -> None:
        """Into notepad; returns once it is there, though perhaps not painted yet."""
        page = _page()
        if not page:
            raise RuntimeError("nobody is logged on: there is no notepad to type into")
        units = text.replace("\n", "\r").encode("utf-16-le")
        for at in range(0, len(units), 2):
            user32.SendMessageW(page, _WM_CHAR, int.from_bytes(units[at : at + 2], "little"), 1)


def _page() -> int | None:
    notepad = user32.FindWindowW("Notepad", None)
    found: int | None = notepad and user32.FindWindowExW(wintypes.HWND(notepad), None, "Edit", None)
    return found


def _size() -> tuple[int, int]:
    return user32.GetSystemMetrics(0), user32.GetSystemMetrics(1)


def _wait(check: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 30
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within 30 s")
        time.sleep(0.05)
