"""The protocol of a surface, and the one that works everywhere: highgui's own.

Another is `x_surface.XSurface`, which shows parts.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from deskwire.geometry import Rectangle

if sys.platform == "win32":
    from . import highgui_window

_BORDERS = (8, 8, 31, 8)
"""Pixels of a window's frame on Windows 10 and 11 at 100 %."""

Mouse = Callable[[int, int, int, int, object], None]
"""Takes what highgui tells of the mouse: event, x, y, flags, and something of no account."""


class Surface(Protocol):
    """An image of the window's size and what it takes to show it. Main thread only."""

    hears_keys: bool
    """`attend` notices keys: the toolkit need not be asked all the time."""

    def keys(self) -> Sequence[int]:
        """The keys that `attend` noticed since the last call, in their order, by highgui's codes."""
        ...

    def image(self, width: int, height: int) -> NDArray[np.uint8]:
        """The image to draw on from now on, (height, width, 4) uint8 BGRX; what it holds is undefined.

        Raises OSError where there is no memory for it; the surface is of no more use then.
        """
        ...

    def show(self, rectangles: Sequence[Rectangle]) -> None:
        """Shows what the image has there."""
        ...

    def size(self) -> tuple[int, int] | None:
        """Width and height of the window's inside; None where they are not known now."""
        ...

    def place(self) -> tuple[int, int] | None:
        """The point on the screen where the window's inside begins; None where that is not known now."""
        ...

    def borders(self) -> tuple[int, int, int, int]:
        """Pixels of the window's frame on the left, right, top and bottom, as far as is known."""
        ...

    def to_front(self) -> bool:
        """Shows the window above all others; False where that cannot be asked for."""
        ...

    def keep_awake(self) -> None:
        """Keeps the screen from going dark for a while, as a key would."""
        ...

    def attend(self) -> bool:
        """Takes in what the display has to say. True when somebody uses the window."""
        ...

    def fileno(self) -> int | None:
        """The descriptor that becomes readable when `attend` has something to do, where there is such a
        thing."""
        ...

    @property
    def waiting(self) -> bool:
        """True if `attend` has something to do though `fileno` may not be readable."""
        ...

    @property
    def lost(self) -> bool:
        """True if it shows nothing any more; another surface of the same window may."""
        ...

    def close(self) -> None:
        """Gives up what it holds."""
        ...


class HighguiSurface:
    """Highgui shows the image whole, whatever changed: 6 to 10 ms of CPU at 1920 x 1080."""

    hears_keys = False
    lost = False
    waiting = False

    def __init__(self, name: str) -> None:
        self._name = name
        self._image: NDArray[np.uint8] = np.zeros((1, 1, 4), np.uint8)

    def keys(self) -> Sequence[int]:
        return ()

    def image(self, width: int, height: int) -> NDArray[np.uint8]:
        self._image = np.zeros((height, width, 4), np.uint8)
        return self._image

    def show(self, rectangles: Sequence[Rectangle]) -> None:  # noqa: ARG002  # it knows only the whole
        # Drawing now would open another window, and the closing would be lost.
        if not is_gone(self._name):
            cv2.imshow(self._name, self._image)

    def size(self) -> tuple[int, int] | None:
        with contextlib.suppress(cv2.error):  # the window was closed
            _, _, width, height = cv2.getWindowImageRect(self._name)
            if width > 0 and height > 0:
                return width, height
        return None

    def place(self) -> tuple[int, int] | None:
        return None

    def borders(self) -> tuple[int, int, int, int]:
        return _BORDERS if sys.platform == "win32" else (0, 0, 0, 0)

    def to_front(self) -> bool:
        with contextlib.suppress(cv2.error):  # the window was closed
            for on in (1, 0):
                cv2.setWindowProperty(self._name, cv2.WND_PROP_TOPMOST, on)
            return True
        return False

    def keep_awake(self) -> None:
        if sys.platform == "win32":
            highgui_window.keep_awake()

    def attend(self) -> bool:
        if sys.platform == "win32":
            highgui_window.pass_system_keys()
        return False

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        """Nothing is held."""


def set_title(name: str, title: str) -> None:
    """Gives highgui's window of this name another title, if it is there."""
    if sys.platform == "win32":
        highgui_window.set_title(title)
    else:
        with contextlib.suppress(cv2.error):
            cv2.setWindowTitle(name, title)


def is_gone(name: str) -> bool:
    """Highgui's window of this name was closed."""
    try:
        return cv2.getWindowProperty(name, cv2.WND_PROP_VISIBLE) < 1
    except cv2.error:  # how highgui says that there is no such window any more
        return True
