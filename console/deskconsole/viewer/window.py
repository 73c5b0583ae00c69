"""The window itself: the only place that touches OpenCV's highgui. It runs in the window's own process.

Main thread only. It draws when something has changed, at most 60 times a second, and otherwise sleeps
until a message comes, looking after the keyboard between times.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from deskagent.wire.geometry import Rectangle

from .canvas import Canvas, aged
from .mailbox import Mailbox
from .messages import CLOSED_BY_HAND, Close, Closed, Damage, Map, Shown, Status, ToConsole

_NAME = "deskconsole"
"""Highgui's own name of the window; users see the title."""

_FRAME = 1 / 60
"""Seconds between two drawings at least: what comes meanwhile is shown together."""

_ATTENTIVE, _IDLE = 0.01, 0.05
"""Seconds between two looks at the keyboard: while somebody uses the window, and otherwise. A look costs
0.2 ms of CPU and highgui has nothing to wait on: 0.4 % of a core when idle."""

_ATTENTION = 2.0
"""Seconds after a key or a change of size in which somebody still uses the window."""

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
        mailbox: Mailbox,
        report: Callable[[ToConsole], None],
        *,
        monitor: tuple[int, int] | None,
        fullscreen: bool = False,
    ) -> None:
        self._mailbox = mailbox
        self._report = report
        self._monitor = monitor
        self._fullscreen = fullscreen
        self._enlarge_at: float | None = None
        self._open = False
        self._title = "deskconsole"
        self._picture: NDArray[np.uint8] | None = None
        self._generation = 0
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
        self._dirty = False
        self._packet = 0
        self._draws = 0
        self._attentive_until = 0.0

    def run(self) -> None:
        """Returns when the window was closed, by its user or by the console; reports `Closed` at the end."""
        reason = ""
        drawn_at = 0.0
        while not reason:
            now = time.monotonic()
            for message in self._mailbox.take(self._pause(now, drawn_at)):
                match message:
                    case Map():
                        self._look_at(message)
                    case Damage():
                        self._damage(message)
                    case Status():
                        self._status(message)
                    case Close():
                        reason = "the console closed it"
            if not self._open or reason:
                continue
            self._follow_size()
            self._enlarge()
            self._count_age()
            now = time.monotonic()
            if self._dirty and now - drawn_at >= _FRAME and not self._gone():
                self._draw()
                drawn_at = now
            reason = self._look_after()
        if self._open:
            with contextlib.suppress(cv2.error):
                cv2.destroyAllWindows()
        self._report(Closed(reason, self._draws))

    def _pause(self, now: float, drawn_at: float) -> float | None:
        """How long to wait for a message; None before there is a window."""
        if not self._open:
            return None
        if self._dirty:
            return max(0.0, _FRAME - (now - drawn_at))
        return _ATTENTIVE if now < self._attentive_until else _IDLE

    def _look_at(self, target: Map) -> None:
        try:
            data = np.memmap(Path(target.path), np.uint8, "r", shape=(target.height, target.width, 3))
        except (FileNotFoundError, ValueError):  # there is a newer one already, and its message is under way
            return
        known = self._picture
        self._picture = data
        self._generation = target.generation
        if not self._open:
            self._show_up()
        elif known is None or known.shape != data.shape:
            self._adopt_size()
        self._lay_out()

    def _natural(self) -> tuple[int, int]:
        """The window's size at which the picture is not scaled, or as large as the screen allows."""
        picture = self._size()
        if self._monitor is None:
            return picture
        room = max(1, self._monitor[0] - _BORDERS[0]), max(1, self._monitor[1] - _BORDERS[1])
        return Canvas(picture, room).size

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
        # Highgui makes the window visible with its first image.
        self._lay_out()
        self._draw()
        cv2.pollKey()

    def _adopt_size(self) -> None:
        """Gives the window the picture's size, unless its user chose one."""
        if self._fullscreen or (self._asked_for is not None and self._asked_for != self._viewport):
            return
        self._asked_for = self._viewport = self._natural()
        cv2.resizeWindow(_NAME, *self._viewport)

    def _follow_size(self) -> None:
        with contextlib.suppress(cv2.error):  # closed: `_look_after` says so
            _, _, width, height = cv2.getWindowImageRect(_NAME)
            if width > 0 and height > 0 and (width, height) != self._viewport:
                self._viewport = width, height
                self._lay_out()
                self._attend()

    def _lay_out(self) -> None:
        """A new canvas for the size, the scale and the offset as they are now."""
        if self._picture is None:
            return
        self._canvas = Canvas(self._size(), self._viewport, exact=self._exact, offset=self._offset)
        self._offset = self._canvas.offset
        self._canvas.draw(self._picture, Rectangle(0, 0, *self._size()))
        self._dirty = True

    def _damage(self, damage: Damage) -> None:
        self._packet = damage.packet
        if self._canvas is None or self._picture is None:
            return
        for rectangle in damage.rectangles:
            self._canvas.draw(self._picture, rectangle)
        self._stale = None
        self._dirty = True

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
            self._dirty = True
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
            self._dirty = True

    def _draw(self) -> None:
        if self._canvas is None:
            return
        image = self._canvas.image
        cv2.imshow(_NAME, image if self._stale is None else aged(image, self._banner))
        self._dirty = False
        self._draws += 1
        self._report(Shown(self._packet, self._draws))

    def _look_after(self) -> str:
        """Lets the toolkit work and reads a key; returns why the window is to close, or nothing."""
        key = cv2.pollKey()
        if self._gone():
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
                self._lay_out()
            case "0" | "z":
                self._exact = False
                self._lay_out()
            case _ if key & 0xFF == _ESCAPE and self._fullscreen:
                self._set_fullscreen(on=False)
        return ""

    @staticmethod
    def _gone() -> bool:
        """The window was closed. Drawing now would open another one, and the closing would be lost."""
        try:
            return cv2.getWindowProperty(_NAME, cv2.WND_PROP_VISIBLE) < 1
        except cv2.error:  # how highgui says that there is no such window any more
            return True

    def _set_fullscreen(self, *, on: bool) -> None:
        self._fullscreen = on
        cv2.setWindowProperty(
            _NAME, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN if on else cv2.WINDOW_NORMAL
        )
        self._enlarge_at = time.monotonic() + _MANAGER if on else None
        if not on:
            self._asked_for = self._viewport = self._natural()
            cv2.resizeWindow(_NAME, *self._viewport)
            self._lay_out()

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
            self._lay_out()
            self._attend()

    def _attend(self) -> None:
        self._attentive_until = time.monotonic() + _ATTENTION
