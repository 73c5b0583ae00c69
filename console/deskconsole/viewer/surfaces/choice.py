"""The choice of a surface: shared memory where the display has it, else highgui's own."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import cv2

from deskconsole.common.errors import ViewerError

from .surface import HighguiSurface, Mouse, Surface

if TYPE_CHECKING:
    from .x_surface import XSurface

_APPEARING = 0.5
"""Seconds in which the display knows a new window."""

_HIGHGUIS_DEPTHS = (24, 32)
"""Bits of a pixel that highgui shows in their colours."""


def x_surface(mouse: Mouse) -> XSurface | None:
    """A kind of surface that can be laid over a window, where the system has one."""
    if not sys.platform.startswith("linux"):
        return None
    from .x_surface import XSurface

    try:
        return XSurface(mouse)
    except OSError as fault:
        print(f"drawn by highgui: {fault}", file=sys.stderr)  # noqa: T201  # into the process's log
        return None


def surface_over(surface: XSurface | None, name: str, title: str, depth: int) -> Surface:
    """`surface` over the window with this title, as soon as the display knows that; highgui's own for its
    window `name` where there can be none. Raises ViewerError like `highgui`."""
    if surface is None:
        return highgui(name, depth, "there is no other way")
    fault = "the display does not know the window"
    deadline = time.monotonic() + _APPEARING
    try:
        while not (covered := surface.cover(title)) and time.monotonic() < deadline:
            cv2.pollKey()
        if covered:
            return surface
    except OSError as error:
        fault = str(error)
    surface.close()
    return highgui(name, depth, fault)


def highgui(name: str, depth: int, fault: str) -> Surface:
    """Highgui's own surface; raises ViewerError where its colours would be wrong.

    Highgui writes pixels of 24 bits whatever the screen has: a blue of #4080c0 was #004418 on one of 16.
    """
    if depth not in _HIGHGUIS_DEPTHS:
        raise ViewerError(
            f"the X display has {depth} bits a pixel, and without shared memory the colours would "
            f"be wrong ({fault})"
        )
    print(f"drawn by highgui: {fault}", file=sys.stderr)  # noqa: T201  # into the process's log
    return HighguiSurface(name)
