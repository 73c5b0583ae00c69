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

from deskconsole.common.errors import ViewerError
from deskwire.geometry import Rectangle

from .canvas import AS_IT_IS, DOUBLE, Canvas
from .frame import Frame
from .inbox import Inbox, ThreadedInbox
from .keys import Action, action_of
from .messages import CLOSED_BY_HAND, Closed, CloseWindow, Damage, Map, Raise, Shown, Status, ToConsole
from .overlay import FADE_STEP, Overlay
from .surfaces.surface import HighguiSurface, Mouse, Surface, is_gone
from .zoom import Zoom

if TYPE_CHECKING:
    from .surfaces.x_surface import XSurface

NAME = "deskconsole"
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

_HIGHGUIS_DEPTHS = (24, 32)
"""Bits of a pixel that highgui shows in their colours."""


class Window:
    """Shows one picture until it is closed.

    `frame` knows the size and place; `report` takes what the console is to be told; `hint`: a line tells the
    keys when the window opens. `depth`: bits of a pixel of the X screen, 24 where there is none.
    """

    def __init__(
        self,
        inbox: Inbox | ThreadedInbox,
        report: Callable[[ToConsole], None],
        frame: Frame,
        *,
        fullscreen: bool = False,
        hint: bool = False,
        depth: int = 24,
    ) -> None:
        self._inbox = inbox
        self._report = report
        self._frame = frame
        self._fullscreen = fullscreen
        """It is to begin in full screen."""
        self._open = False
        self._title = "deskconsole"
        self._surface: Surface = HighguiSurface(NAME)
        self._losses = 0
        self._picture: NDArray[np.uint8] | None = None
        self._canvas: Canvas | None = None
        self._zoom = Zoom()
        self._overlay = Overlay()
        self._hint = hint
        self._depth = depth
        self._redraw = False
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
        try:
            reason = self._until_closed()
        except ViewerError as error:
            reason = str(error)
        self._frame.remember()
        self._surface.close()
        if self._open:
            with contextlib.suppress(cv2.error):
                cv2.destroyAllWindows()
        self._report(Closed(reason, self._draws))

    def _until_closed(self) -> str:
        """Returns why the window is to close; raises ViewerError where it would show something wrong."""
        reason = ""
        while not reason:
            waiting = self._inbox.wait(self._pause(), self._surface.fileno())
            # What comes while it rests is shown together with what is there.
            if (rest := self._rested_at - time.monotonic()) > 0:
                time.sleep(rest)
            if waiting:
                for message in self._inbox.take():
                    if isinstance(message, CloseWindow):
                        reason = "the console closed it"
                    else:
                        self._handle(message)
            if not self._open or reason:
                continue
            if self._surface.attend():
                self._attend()
            self._draw()
            now = time.monotonic()
            if now >= self._look_at_keys:
                reason = self._look_after(now)
        return reason

    def _pause(self) -> float | None:
        """Seconds to wait for a message; None before there is a window."""
        return max(0.0, self._look_at_keys - time.monotonic()) if self._open else None

    def _handle(self, message: Map | Damage | Status | Raise) -> None:
        match message:
            case Map():
                self._look_at(message)
            case Damage():
                self._packet = message.packet
                self._damage += message.rectangles
                self._redraw |= self._overlay.damaged()
            case Status():
                self._status(message)
            case Raise():
                if self._open and not self._surface.to_front():
                    print("the window cannot be brought to the front", file=sys.stderr)  # noqa: T201

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
            self._frame.adopt(self._size())
        self._redraw = True

    def _size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        if self._picture is None:
            return 1, 1
        return self._picture.shape[1], self._picture.shape[0]

    def _show_up(self) -> None:
        # Neither Qt's toolbar nor its own idea of proportions: the canvas has the size of the window.
        cv2.namedWindow(NAME, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
        cv2.setWindowTitle(NAME, self._title)
        cv2.setMouseCallback(NAME, self._mouse)
        self._open = True
        self._frame.open(self._size())
        if self._fullscreen:
            self._frame.set_fullscreen(self._size(), on=True)
        if self._hint:
            self._overlay.hint(time.monotonic())
        surface = _x_surface(self._mouse)
        # Highgui makes the window visible with its first image.
        cv2.imshow(NAME, np.zeros((1, 1, 3), np.uint8))
        self._surface = self._covering(surface)

    def _covering(self, surface: XSurface | None) -> Surface:
        """`surface` over the window, as soon as the display knows that; highgui's where there can be none."""
        if surface is None:
            return self._highgui("there is no other way")
        fault = "the display does not know the window"
        deadline = time.monotonic() + _APPEARING
        try:
            while not (covered := surface.cover(self._title)) and time.monotonic() < deadline:
                cv2.pollKey()
            if covered:
                return surface
        except OSError as error:
            fault = str(error)
        surface.close()
        return self._highgui(fault)

    def _highgui(self, fault: str) -> Surface:
        """Highgui's own surface; raises ViewerError where its colours would be wrong.

        Highgui writes pixels of 24 bits whatever the screen has: a blue of #4080c0 was #004418 on one of 16.
        """
        if self._depth not in _HIGHGUIS_DEPTHS:
            raise ViewerError(
                f"the X display has {self._depth} bits a pixel, and without shared memory the colours would "
                f"be wrong ({fault})"
            )
        print(f"drawn by highgui: {fault}", file=sys.stderr)  # noqa: T201  # into the process's log
        return HighguiSurface(NAME)

    def _status(self, status: Status) -> None:
        if status.title != self._title:
            self._title = status.title
            if self._open:
                with contextlib.suppress(cv2.error):
                    cv2.setWindowTitle(NAME, self._title)
        self._redraw |= self._overlay.status(status)

    def _draw(self) -> None:
        """Brings what has changed on the screen."""
        began = time.thread_time()
        if self._surface.lost:
            self._surface.close()
            self._losses += 1
            again = _x_surface(self._mouse) if self._losses < _LOSSES else None
            self._surface = self._covering(again)
            self._redraw = True
        if self._frame.follow(self._surface):
            self._redraw = True
            self._attend()
        self._redraw |= self._overlay.count_age()
        self._redraw |= bool(self._damage) and self._overlay.covers(time.monotonic())
        if self._picture is None or not (self._redraw or self._damage):
            return
        if self._redraw or self._canvas is None:
            parts = [self._lay_out(self._picture)]
        else:
            drawn = (self._canvas.draw(self._picture, rectangle) for rectangle in self._damage)
            parts = [part for part in drawn if part is not None]
        self._redraw = False
        self._damage = ()
        if parts:
            self._surface.show(parts)
            self._draws += 1
        self._rested_at = time.monotonic() + min(_FRAME, _EASE * (time.thread_time() - began))

    def _lay_out(self, picture: NDArray[np.uint8]) -> Rectangle:
        """Draws the whole for the size, the scale and the offset as they are now."""
        try:
            image = self._surface.image(*self._frame.viewport)
        except OSError as fault:
            self._surface.close()
            self._surface = self._highgui(str(fault))
            image = self._surface.image(*self._frame.viewport)
        self._canvas = Canvas(self._size(), image, scale=self._zoom.scale, offset=self._zoom.offset)
        self._zoom.offset = self._canvas.offset
        self._canvas.draw(picture, Rectangle(0, 0, *self._size()))
        self._overlay.draw(image, time.monotonic())
        return Rectangle(0, 0, *self._frame.viewport)

    def _tell(self, now: float) -> None:
        """Says what is shown, if it is something new and not too soon."""
        if self._draws != self._told and now - self._told_at >= _TELLING:
            self._told, self._told_at = self._draws, now
            self._report(Shown(self._packet, self._draws))

    def _look_after(self, now: float) -> str:
        """Lets the toolkit work and reads a key; returns why the window is to close, or nothing."""
        idle = _HEARING if self._surface.hears_keys else _IDLE
        self._look_at_keys = now + (_ATTENTIVE if now < self._attentive_until else idle)
        if self._overlay.fading(now):
            self._redraw = True
            self._look_at_keys = min(self._look_at_keys, now + FADE_STEP)
        self._tell(now)
        self._frame.settle(self._surface)
        key = cv2.pollKey()
        if is_gone(NAME):
            return CLOSED_BY_HAND
        if key == -1:
            return ""
        self._attend()
        action = action_of(key)
        if action is Action.CLOSE:
            return CLOSED_BY_HAND
        self._act(action)
        return ""

    def _act(self, action: Action | None) -> None:
        match action:
            case Action.FULLSCREEN:
                self._frame.set_fullscreen(self._size(), on=not self._frame.fullscreen)
            case Action.FIT:
                self._zoom.choose(None)
            case Action.AS_IT_IS:
                self._zoom.choose(AS_IT_IS)
            case Action.DOUBLE:
                self._zoom.choose(DOUBLE)
            case Action.HELP:
                self._overlay.toggle_help()
            case Action.ESCAPE if self._overlay.helping:
                self._overlay.helping = False
            case Action.ESCAPE if self._frame.fullscreen:
                self._frame.set_fullscreen(self._size(), on=False)
            case _:
                return
        self._redraw = True

    def _mouse(self, event: int, x: int, y: int, _flags: int, _data: object) -> None:
        """Drags a picture that is larger than the window."""
        larger = self._canvas is not None and any(
            size > room for size, room in zip(self._canvas.size, self._frame.viewport, strict=True)
        )
        if self._zoom.mouse(event, x, y, larger=larger):
            self._redraw = True
            self._attend()

    def _attend(self) -> None:
        now = time.monotonic()
        self._attentive_until = now + _ATTENTION
        self._look_at_keys = min(self._look_at_keys, now)


def _x_surface(mouse: Mouse) -> XSurface | None:
    """A surface to lay over a window, where the system has such a thing."""
    if not sys.platform.startswith("linux"):
        return None
    from .surfaces.x_surface import XSurface

    try:
        return XSurface(mouse)
    except OSError as fault:
        print(f"drawn by highgui: {fault}", file=sys.stderr)  # noqa: T201  # into the process's log
        return None
