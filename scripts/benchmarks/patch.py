"""Programs on an X screen that change it when told to: a patch that flips its colour, a square that wanders.

Straight on libX11, so that nothing but the X server stands between the call and the pixels.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import threading
import time
from types import TracebackType
from typing import Self

_X11 = ctypes.CDLL("libX11.so.6")
_X11.XOpenDisplay.argtypes = (ctypes.c_char_p,)
_X11.XOpenDisplay.restype = ctypes.c_void_p
_X11.XDefaultRootWindow.argtypes = (ctypes.c_void_p,)
_X11.XDefaultRootWindow.restype = ctypes.c_ulong
_X11.XCreateSimpleWindow.argtypes = (
    ctypes.c_void_p, ctypes.c_ulong, *(ctypes.c_int,) * 2, *(ctypes.c_uint,) * 3, *(ctypes.c_ulong,) * 2,
)  # fmt: skip
_X11.XCreateSimpleWindow.restype = ctypes.c_ulong
_X11.XMapWindow.argtypes = (ctypes.c_void_p, ctypes.c_ulong)
_X11.XSetWindowBackground.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)
_X11.XClearWindow.argtypes = (ctypes.c_void_p, ctypes.c_ulong)
_X11.XMoveWindow.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int)
_X11.XSync.argtypes = (ctypes.c_void_p, ctypes.c_int)
_X11.XCloseDisplay.argtypes = (ctypes.c_void_p,)


class Patch:
    """A window of `size` x `size` pixels at `x`, `y`, in one colour (0xRRGGBB)."""

    def __init__(self, display: str, x: int, y: int, size: int, colour: int) -> None:
        self._display = _X11.XOpenDisplay(display.encode())
        if not self._display:
            raise RuntimeError(f"the X display {display} does not answer")
        root = _X11.XDefaultRootWindow(self._display)
        self._window = _X11.XCreateSimpleWindow(self._display, root, x, y, size, size, 0, 0, colour)
        _X11.XMapWindow(self._display, self._window)
        _X11.XSync(self._display, 0)

    def fill(self, colour: int) -> float:
        """Shows another colour; returns the moment (time.monotonic) before the server was told."""
        _X11.XSetWindowBackground(self._display, self._window, colour)
        _X11.XClearWindow(self._display, self._window)
        told = time.monotonic()
        _X11.XSync(self._display, 0)
        return told

    def move(self, x: int, y: int) -> None:
        """Puts it elsewhere."""
        _X11.XMoveWindow(self._display, self._window, x, y)
        _X11.XSync(self._display, 0)

    def close(self) -> None:
        """Takes it away."""
        _X11.XCloseDisplay(self._display)


class Dragger:
    """Moves a window of somebody else's in a circle, 60 times a second, until `close`."""

    def __init__(self, display: str, window: int, middle: tuple[int, int], radii: tuple[int, int]) -> None:
        self._display = _X11.XOpenDisplay(display.encode())
        if not self._display:
            raise RuntimeError(f"the X display {display} does not answer")
        self._window, self._middle, self._radii = window, middle, radii
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dragger")
        self._thread.start()

    def close(self) -> None:
        """Leaves it where it is."""
        self._ended.set()
        self._thread.join()
        _X11.XCloseDisplay(self._display)

    def _run(self) -> None:
        for step in itertools.count():
            if self._ended.wait(1 / 60):
                return
            angle = step * math.tau / 90
            x = self._middle[0] + int(self._radii[0] * math.cos(angle))
            y = self._middle[1] + int(self._radii[1] * math.sin(angle))
            _X11.XMoveWindow(self._display, self._window, x, y)
            _X11.XSync(self._display, 0)


class Wanderer:
    """A square that moves 30 times a second along the bottom of the screen while the context lasts."""

    def __init__(self, display: str, width: int, y: int) -> None:
        self._patch = Patch(display, 0, y, 64, 0x30A060)
        self._width = width
        self._y = y
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wanderer")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._patch.close()

    def _run(self) -> None:
        for step in itertools.count():
            if self._ended.wait(1 / 30):
                return
            self._patch.move(step * 7 % self._width, self._y)
