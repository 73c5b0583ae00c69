"""The real screen, by mss: one path for X11 and Windows. It does not say what changed.

Measured on X11 with shared memory at 1920x1080: 2 ms a grab; 1.1 ms for a look at the geometry. Under Wine at
1280x720: 7.7 ms a grab (through X11, which a real Windows does without); 1.4 ms for a look.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
import traceback
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import mss
import numpy as np
from mss.exception import ScreenShotError

from deskagent.pixels import Pixels
from deskwire.geometry import Display, Rectangle

from .source import Grab, GrabError, missing_display, whole

if TYPE_CHECKING:
    from collections.abc import Callable

IDENTITIES: Final = uuid.UUID("5d0c3b52-3f4e-5f0a-9c5e-8a1d6e2b7f41")
"""Namespace of the identities of displays."""

GEOMETRY_EVERY: Final = 0.5
"""Seconds between two looks at the geometry, 0.2 % of a core. A screen that shrank is noticed at once,
by the grab that fails; one that grew, or a display that was plugged in, only by looking."""

_FAULTS: Final = (ScreenShotError, OSError, AssertionError)
"""Exceptions of mss where it cannot read the screen; the last when the X server went away beneath it."""

_Monitor = Mapping[str, Any]


if sys.platform == "win32":
    import mss.windows.gdi

    # With it the host's pointer flickers at every grab. Layered windows are grabbed without since Windows 8.
    mss.windows.gdi.CAPTUREBLT = 0


class MssGrabber:
    """Grabs the union of all displays (number 0) or one of them (1, 2, ...).

    Nothing is opened before it is needed, and nothing that failed is kept: every call after a
    GrabError begins from scratch, so a screen that comes back is seen again.
    """

    def __init__(
        self,
        number: int = 0,
        *,
        outline: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`outline` says, for next to nothing, something that a resize changes: where a grab of more than
        there is does not fail (Windows fills up with black), a picture counts only if it stayed the same."""
        self._number = number
        self._outline = outline
        self._clock = clock
        self._opened_at: object = None
        self._source: mss.MSS | None = None
        self._monitors: Sequence[_Monitor] = ()
        self._looked = 0.0

    def displays(self) -> list[Display]:
        """The whole desktop first, then its displays, as last looked at; coordinates are the system's own
        and may be negative. Raises GrabError."""
        if self._source is None:
            return find_displays()
        return [described(number, monitor) for number, monitor in enumerate(self._monitors)]

    def check(self) -> None:
        """Nothing is known before a grab."""

    def next(self, timeout: float) -> None:
        """There may always be something new, anywhere."""

    def grab(self, region: Rectangle | None = None) -> Grab:  # noqa: ARG002
        """Grabs all of it: a part would cost Windows as much. Raises GrabError where the screen is locked,
        gone or cannot be read."""
        try:
            return whole(self._grab())
        except _FAULTS:
            # The usual reason is a resize since the last look, which a fresh start puts right.
            self.close()
        try:
            return whole(self._grab())
        except _FAULTS as error:
            self.close()
            raise GrabError(f"{screen_name()} cannot be grabbed: {_sentence(error)}") from error

    def close(self) -> None:
        """Closes the screen; a later grab opens it again."""
        source, self._source = self._source, None
        if source is not None:
            # A connection that broke says so once more when it is closed.
            with contextlib.suppress(*_FAULTS):
                source.close()

    def _grab(self) -> Pixels:
        source = self._current()
        if self._number >= len(self._monitors):
            self.close()
            raise missing_display(self._number, len(self._monitors) - 1)
        shot = source.grab(dict(self._monitors[self._number]))
        if self._outline() != self._opened_at:
            raise ScreenShotError("the desktop changed its size")
        # `raw` is a bytearray made for this shot alone: a view of it is ours to keep.
        return np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)

    def _current(self) -> mss.MSS:
        """The open screen, made again where its geometry is not what it was: mss never looks again."""
        now = self._clock()
        if self._source is not None and now - self._looked >= GEOMETRY_EVERY:
            self._looked = now
            if _geometry() != self._monitors:
                self.close()
        if self._source is None:
            self._opened_at = self._outline()
            self._source = _open()
            self._monitors = self._source.monitors
            self._looked = now
        return self._source


def _open() -> mss.MSS:
    try:
        return mss.MSS()
    except ScreenShotError as error:
        if sys.platform == "linux":
            _disconnect(error)
        raise


def _disconnect(error: ScreenShotError) -> None:
    """Ends the connection that mss leaves open where it cannot read a screen (of 16 or 30 bits a pixel).
    A server has 256 for all programs: with two attempts a second it would soon be full."""
    from mss.linux.base import MSSImplXCBBase

    for frame, _ in traceback.walk_tb(error.__traceback__):
        half = frame.f_locals.get("self")
        if isinstance(half, MSSImplXCBBase) and hasattr(half, "conn"):
            # Its own `close` counts on what it had not yet got.
            with contextlib.suppress(*_FAULTS):
                MSSImplXCBBase.close(half)


def _geometry() -> Sequence[_Monitor]:
    """Looks now; in the public interface of mss only a new instance looks."""
    with _open() as source:
        monitors: Sequence[_Monitor] = source.monitors
        return monitors


def find_displays() -> list[Display]:
    """The whole desktop first, then its displays, as they are now. Raises GrabError."""
    try:
        monitors = _geometry()
    except _FAULTS as error:
        raise GrabError(f"the displays of {screen_name()} cannot be found out: {_sentence(error)}") from error
    return [described(number, monitor) for number, monitor in enumerate(monitors)]


def described(number: int, monitor: Mapping[str, Any]) -> Display:
    """One of the displays, or all of them (number 0), from what mss or RandR says of it."""
    name = monitor.get("name") or monitor.get("output") or ""
    return Display(
        number=number,
        x=monitor["left"],
        y=monitor["top"],
        width=monitor["width"],
        height=monitor["height"],
        identity=uuid.uuid5(IDENTITIES, f"{socket.gethostname()}/{_place(number, monitor)}").bytes,
        name=str(name),
    )


def _place(number: int, monitor: _Monitor) -> str:
    """A name that no other display of this computer has, the same for as long as possible."""
    if sys.platform == "win32":
        # The device behind the display: numbers change when another one is plugged in.
        return str(monitor.get("unique_id") or number)
    # Several X servers may run on one computer.
    return f"{os.environ.get('DISPLAY', '')}/{number}"


def screen_name() -> str:
    """The screen by the name that its user knows."""
    if sys.platform == "win32":
        return "the screen"
    display = os.environ.get("DISPLAY")
    return f"the X screen {display}" if display else "the X screen (DISPLAY is not set)"


def _sentence(error: Exception) -> str:
    """The system's words, on one line."""
    return " ".join(str(error).split()) or "the connection to the screen broke"
