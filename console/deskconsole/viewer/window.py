"""The window itself: what the console said, what its user does, and when to draw. In a process of its own.

Main thread only. It draws as soon as something has changed and otherwise sleeps until a message comes,
looking after the keyboard between times. How the picture gets on the screen is the surface's business.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from deskagent.wire.geometry import Rectangle

from .canvas import Canvas, age, fitting
from .inbox import Inbox, ThreadedInbox
from .messages import CLOSED_BY_HAND, Close, Closed, Damage, Map, Shown, Status, ToConsole
from .surface import HighguiSurface, Mouse, Surface, is_gone

if TYPE_CHECKING:
    from .x_surface import XSurface

_NAME = "deskconsole"
"""Highgui's own name of the window; users see the title."""

_FRAME = 1 / 60
"""Seconds between two drawings at most: what comes meanwhile is shown together."""

_EASE = 2
"""After a drawing nothing is drawn for so many times the CPU time that it took, if that is less than a frame:
small changes are shown at once, and large ones never take more than a third of a core."""

_ATTENTIVE, _IDLE, _HEARING = 0.01, 0.05, 0.2
"""Seconds between two looks at the keyboard: while somebody uses the window, otherwise, and where the surface
notices keys. A look costs 0.2 ms of CPU, takes 2 ms, and highgui has nothing to wait on."""

_TELLING = 0.5
"""Seconds between two reports of what is shown."""

_APPEARING = 0.5
"""Seconds in which the display knows a new window."""

_ATTENTION = 2.0
"""Seconds after a key or a change of size in which somebody still uses the window."""

_LOSSES = 5
"""Surfaces that may be lost, one after the other, before highgui has to do."""

_ESCAPE = 27

_BORDERS = (16, 64)
"""Pixels, across and down, that a window manager's frame and panel may take."""

_MANAGER = 0.3
"""Seconds in which a window manager, if there is one, makes a window as large as the screen."""


class Window:
    """Shows one picture until it is closed.

    `monitor` is the size of the screen it opens on, None if unknown; `report` takes what the console is to
    be told.
    """

    def __init__(
        self,
        inbox: Inbox | ThreadedInbox,
        report: Callable[[ToConsole], None],
        *,
        monitor: tuple[int, int] | None,
        fullscreen: bool = False,
    ) -> None:
        self._inbox = inbox
        self._report = report
        self._monitor = monitor
        self._fullscreen = fullscreen
        self._enlarge_at: float | None = None
        self._open = False
        self._title = "deskconsole"
        self._surface: Surface = HighguiSurface(_NAME)
        self._losses = 0
        self._picture: NDArray[np.uint8] | None = None
        self._canvas: Canvas | None = None
        self._asked_for: tuple[int, int] | None = None
        """The size that the window was last given by us; another one is the user's own choice."""
        self._viewport = (1, 1)
        self._exact = False
        self._offset = (0, 0)
        self._grip: tuple[int, int, tuple[int, int]] | None = None
        """Where the mouse took hold of a picture larger than the window, and its offset then."""
        self._stale: Status | None = None
        self._stale_since = 0.0
        self._banner = ""
        self._anew = False
        """The layout or the look is another one: the whole is to be drawn."""
        self._damage: tuple[Rectangle, ...] = ()
        self._packet = 0
        self._draws = 0
        self._told = 0
        self._told_at = 0.0
        self._rested_at = 0.0
        self._look_at_keys = 0.0
        self._attentive_until = 0.0

    def run(self) -> None:
        """Returns when the window was closed, by its user or by the console; reports `Closed` at the end."""
        # A second thread would save half a millisecond of a whole picture, and spin for longer than that.
        cv2.setNumThreads(1)
        reason = ""
        while not reason:
            waiting = self._inbox.wait(self._pause(), self._surface.fileno())
            # What comes while it rests is shown together with what is there.
            if (rest := self._rested_at - time.monotonic()) > 0:
                time.sleep(rest)
            if waiting:
                for message in self._inbox.take():
                    if isinstance(message, Close):
                        reason = "the console closed it"
                    else:
                        self._heed(message)
            if not self._open or reason:
                continue
            if self._surface.attend():
                self._attend()
            self._draw()
            now = time.monotonic()
            if now >= self._look_at_keys:
                reason = self._look_after(now)
        self._surface.close()
        if self._open:
            with contextlib.suppress(cv2.error):
                cv2.destroyAllWindows()
        self._report(Closed(reason, self._draws))

    def _pause(self) -> float | None:
        """How long to wait for a message; None before there is a window."""
        return max(0.0, self._look_at_keys - time.monotonic()) if self._open else None

    def _heed(self, message: Map | Damage | Status) -> None:
        match message:
            case Map():
                self._look_at(message)
            case Damage():
                self._packet = message.packet
                self._damage += message.rectangles
                if self._stale is not None:
                    self._stale = None
                    self._anew = True
            case Status():
                self._status(message)

    def _look_at(self, target: Map) -> None:
        try:
            mapped = np.memmap(Path(target.path), np.uint8, "r", shape=(target.height, target.width, 3))
        except (FileNotFoundError, ValueError):  # there is a newer one already, and its message is under way
            return
        known = self._picture
        # A plain array of the same memory: cutting a memmap into parts takes several times as long.
        self._picture = np.asarray(mapped)
        self._damage = ()
        if not self._open:
            self._show_up()
        elif known is None or known.shape != mapped.shape:
            self._adopt_size()
        self._anew = True

    def _natural(self) -> tuple[int, int]:
        """The window's size at which the picture is not scaled, or as large as the screen allows."""
        picture = self._size()
        if self._monitor is None:
            return picture
        room = max(1, self._monitor[0] - _BORDERS[0]), max(1, self._monitor[1] - _BORDERS[1])
        scale = fitting(picture, room)
        return scale.of(picture[0]), scale.of(picture[1])

    @staticmethod
    def _wider(picture: tuple[int, int], room: tuple[int, int]) -> bool:
        return picture[0] > room[0] or picture[1] > room[1]

    def _size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        if self._picture is None:
            return 1, 1
        return self._picture.shape[1], self._picture.shape[0]

    def _show_up(self) -> None:
        # Neither Qt's toolbar nor its own idea of proportions: the canvas has the size of the window.
        cv2.namedWindow(_NAME, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
        cv2.setWindowTitle(_NAME, self._title)
        cv2.setMouseCallback(_NAME, self._mouse)
        self._open = True
        self._adopt_size()
        if self._fullscreen:
            self._set_fullscreen(on=True)
        surface = _x_surface(self._mouse)
        # Highgui makes the window visible with its first image.
        cv2.imshow(_NAME, np.zeros((1, 1, 3), np.uint8))
        self._surface = self._covering(surface)

    def _covering(self, surface: XSurface | None) -> Surface:
        """`surface` over the window, as soon as the display knows that; highgui's where there can be none."""
        if surface is None:
            return HighguiSurface(_NAME)
        fault = "the display does not know the window"
        deadline = time.monotonic() + _APPEARING
        try:
            while not (covered := surface.cover(self._title)) and time.monotonic() < deadline:
                cv2.pollKey()
            if covered:
                return surface
        except OSError as error:
            fault = str(error)
        print(f"drawn by highgui: {fault}", file=sys.stderr)  # noqa: T201  # into the process's log
        surface.close()
        return HighguiSurface(_NAME)

    def _adopt_size(self) -> None:
        """Gives the window the picture's size, unless its user chose one."""
        if self._fullscreen or (self._asked_for is not None and self._asked_for != self._viewport):
            return
        self._asked_for = self._viewport = self._natural()
        cv2.resizeWindow(_NAME, *self._viewport)

    def _follow_size(self) -> None:
        size = self._surface.size()
        if size is not None and size != self._viewport:
            self._viewport = size
            self._anew = True
            self._attend()

    def _status(self, status: Status) -> None:
        if status.title != self._title:
            self._title = status.title
            if self._open:
                with contextlib.suppress(cv2.error):
                    cv2.setWindowTitle(_NAME, self._title)
        if status.stale and self._stale is None:
            self._stale_since = time.time()
            self._banner = ""
        elif not status.stale and self._stale is not None:
            self._anew = True
        self._stale = status if status.stale else None

    def _count_age(self) -> None:
        if self._stale is None:
            return
        at = self._stale_since if self._stale.at is None else self._stale.at
        seconds = max(0, int(time.time() - at))
        age = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
        moment = time.strftime("%H:%M:%S", time.localtime(at))
        banner = f"picture of {moment} ({age} old)\n{self._stale.text}"
        if banner != self._banner:
            self._banner = banner
            self._anew = True

    def _draw(self) -> None:
        """Brings what has changed on the screen."""
        began = time.thread_time()
        if self._surface.lost:
            self._surface.close()
            self._losses += 1
            again = _x_surface(self._mouse) if self._losses < _LOSSES else None
            self._surface = self._covering(again)
            self._anew = True
        self._follow_size()
        self._count_age()
        if self._picture is None or not (self._anew or self._damage):
            return
        if self._anew or self._canvas is None:
            parts = [self._lay_out(self._picture)]
        else:
            drawn = (self._canvas.draw(self._picture, rectangle) for rectangle in self._damage)
            parts = [part for part in drawn if part is not None]
        self._anew = False
        self._damage = ()
        if parts:
            self._surface.show(parts)
            self._draws += 1
        self._rested_at = time.monotonic() + min(_FRAME, _EASE * (time.thread_time() - began))

    def _lay_out(self, picture: NDArray[np.uint8]) -> Rectangle:
        """Draws the whole for the size, the scale and the offset as they are now."""
        try:
            image = self._surface.image(*self._viewport)
        except OSError as fault:
            print(f"drawn by highgui from now on: {fault}", file=sys.stderr)  # noqa: T201  # into the log
            self._surface.close()
            self._surface = HighguiSurface(_NAME)
            image = self._surface.image(*self._viewport)
        self._canvas = Canvas(self._size(), image, exact=self._exact, offset=self._offset)
        self._offset = self._canvas.offset
        self._canvas.draw(picture, Rectangle(0, 0, *self._size()))
        if self._stale is not None:
            age(image, self._banner)
        return Rectangle(0, 0, *self._viewport)

    def _tell(self, now: float) -> None:
        """Says what is shown, if it is something new and not too soon."""
        if self._draws != self._told and now - self._told_at >= _TELLING:
            self._told, self._told_at = self._draws, now
            self._report(Shown(self._packet, self._draws))

    def _look_after(self, now: float) -> str:
        """Lets the toolkit work and reads a key; returns why the window is to close, or nothing."""
        idle = _HEARING if self._surface.hears_keys else _IDLE
        self._look_at_keys = now + (_ATTENTIVE if now < self._attentive_until else idle)
        self._tell(now)
        self._enlarge()
        key = cv2.pollKey()
        if is_gone(_NAME):
            return CLOSED_BY_HAND
        if key == -1:
            return ""
        self._attend()
        match chr(key & 0xFF).lower():
            case "q":
                return CLOSED_BY_HAND
            case "f":
                self._set_fullscreen(on=not self._fullscreen)
            case "1":
                self._exact, self._offset = True, (0, 0)
                self._anew = True
            case "0" | "z":
                self._exact = False
                self._anew = True
            case _ if key & 0xFF == _ESCAPE and self._fullscreen:
                self._set_fullscreen(on=False)
        return ""

    def _set_fullscreen(self, *, on: bool) -> None:
        self._fullscreen = on
        cv2.setWindowProperty(
            _NAME, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN if on else cv2.WINDOW_NORMAL
        )
        self._enlarge_at = time.monotonic() + _MANAGER if on else None
        if not on:
            self._asked_for = self._viewport = self._natural()
            cv2.resizeWindow(_NAME, *self._viewport)
            self._anew = True

    def _enlarge(self) -> None:
        """Fullscreen by hand where no window manager does it."""
        if self._enlarge_at is None or self._monitor is None or time.monotonic() < self._enlarge_at:
            return
        self._enlarge_at = None
        if self._viewport != self._monitor:
            cv2.moveWindow(_NAME, 0, 0)
            cv2.resizeWindow(_NAME, *self._monitor)

    def _mouse(self, event: int, x: int, y: int, _flags: int, _data: object) -> None:
        """Drags a picture that is larger than the window."""
        if event == cv2.EVENT_LBUTTONDOWN and self._exact and self._wider(self._size(), self._viewport):
            self._grip = x, y, self._offset
        elif event == cv2.EVENT_LBUTTONUP:
            self._grip = None
        elif event == cv2.EVENT_MOUSEMOVE and self._grip is not None:
            from_x, from_y, offset = self._grip
            self._offset = offset[0] + from_x - x, offset[1] + from_y - y
            self._anew = True
            self._attend()

    def _attend(self) -> None:
        now = time.monotonic()
        self._attentive_until = now + _ATTENTION
        self._look_at_keys = min(self._look_at_keys, now)


def _x_surface(mouse: Mouse) -> XSurface | None:
    """A surface to lay over a window, where the system has such a thing."""
    if not sys.platform.startswith("linux"):
        return None
    from .x_surface import XSurface

    try:
        return XSurface(mouse)
    except OSError as fault:
        print(f"drawn by highgui: {fault}", file=sys.stderr)  # noqa: T201  # into the process's log
        return None
