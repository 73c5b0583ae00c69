"""Programs on an X screen that change it when told to: a patch that flips its colour, a square that wanders.

Straight on libX11, so that nothing but the X server stands between the call and the pixels.
"""

from __future__ import annotations

import ctypes
import itertools
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
_X11.XChangeWindowAttributes.argtypes = (
    ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_void_p,
)  # fmt: skip
_X11.XMapWindow.argtypes = (ctypes.c_void_p, ctypes.c_ulong)
_X11.XSetWindowBackground.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)
_X11.XClearWindow.argtypes = (ctypes.c_void_p, ctypes.c_ulong)
_X11.XMoveWindow.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int)
_X11.XSync.argtypes = (ctypes.c_void_p, ctypes.c_int)
_X11.XCloseDisplay.argtypes = (ctypes.c_void_p,)


_OVERRIDE_REDIRECT = 1 << 9


class _Attributes(ctypes.Structure):
    """XSetWindowAttributes."""

    _fields_ = (
        *((name, ctypes.c_ulong) for name in ("background", "background_pixel", "border", "border_pixel")),
        *((name, ctypes.c_int) for name in ("bit_gravity", "gravity", "backing_store")),
        *((name, ctypes.c_ulong) for name in ("backing_planes", "backing_pixel")),
        ("save_under", ctypes.c_int),
        *((name, ctypes.c_long) for name in ("events", "not_propagated")),
        ("override_redirect", ctypes.c_int),
        *((name, ctypes.c_ulong) for name in ("colormap", "cursor")),
    )


class Patch:
    """A window of `size` x `size` pixels at `x`, `y`, in one colour (0xRRGGBB)."""

    def __init__(self, display: str, x: int, y: int, size: int, colour: int) -> None:
        self._display = _X11.XOpenDisplay(display.encode())
        if not self._display:
            raise RuntimeError(f"the X display {display} does not answer")
        root = _X11.XDefaultRootWindow(self._display)
        self._window = _X11.XCreateSimpleWindow(self._display, root, x, y, size, size, 0, 0, colour)
        # No window manager is to give it a frame, or another place.
        attributes = _Attributes(override_redirect=1)
        _X11.XChangeWindowAttributes(
            self._display, self._window, _OVERRIDE_REDIRECT, ctypes.byref(attributes)
        )
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


class Mover:
    """Moves a window of somebody else's."""

    def __init__(self, display: str, window: int) -> None:
        self._display = _X11.XOpenDisplay(display.encode())
        if not self._display:
            raise RuntimeError(f"the X display {display} does not answer")
        self._window = window

    def move(self, x: int, y: int) -> None:
        """Puts it elsewhere; returns once the server knows."""
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
