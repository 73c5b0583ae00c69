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

from .canvas import AS_IT_IS, DOUBLE, Canvas, Scale, age, explain, note
from .frame import Frame
from .inbox import Inbox, ThreadedInbox
from .keys import HELP, HINT, Action, action_of
from .messages import CLOSED_BY_HAND, Closed, CloseWindow, Damage, Map, Raise, Shown, Status, ToConsole
from .surfaces.surface import HighguiSurface, Mouse, Surface, is_gone

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

_HINTED, _FADING = 4.0, 1.0
"""Seconds that the line with the keys is seen, and in which it fades at their end."""

_FADE_STEP = 0.05
"""Seconds between two drawings of a line that fades."""


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
        self._scale: Scale | None = None
        """None: the picture fits the window."""
        self._offset = (0, 0)
        self._grip: tuple[int, int, tuple[int, int]] | None = None
        """Where the mouse took hold of a picture larger than the window, and its offset then."""
        self._helping = False
        """The box with the keys is shown."""
        self._hint = hint
        self._depth = depth
        self._hint_until = 0.0
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
                        self._heed(message)
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
        """How long to wait for a message; None before there is a window."""
        return max(0.0, self._look_at_keys - time.monotonic()) if self._open else None

    def _heed(self, message: Map | Damage | Status | Raise) -> None:
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
        self._anew = True

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
            self._hint_until = time.monotonic() + _HINTED
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
        if self._frame.follow(self._surface):
            self._anew = True
            self._attend()
        self._count_age()
        # What lies over the picture would be laid over itself: the whole is drawn.
        self._anew |= bool(self._damage) and (self._helping or self._hint_strength() > 0)
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
            image = self._surface.image(*self._frame.viewport)
        except OSError as fault:
            self._surface.close()
            self._surface = self._highgui(str(fault))
            image = self._surface.image(*self._frame.viewport)
        self._canvas = Canvas(self._size(), image, scale=self._scale, offset=self._offset)
        self._offset = self._canvas.offset
        self._canvas.draw(picture, Rectangle(0, 0, *self._size()))
        if self._stale is not None:
            age(image, self._banner)
        if self._helping:
            explain(image, HELP)
        elif (strength := self._hint_strength()) > 0:
            note(image, HINT, strength)
        return Rectangle(0, 0, *self._frame.viewport)

    def _tell(self, now: float) -> None:
        """Says what is shown, if it is something new and not too soon."""
        if self._draws != self._told and now - self._told_at >= _TELLING:
            self._told, self._told_at = self._draws, now
            self._report(Shown(self._packet, self._draws))

    def _hint_strength(self) -> float:
        """How much of the line with the keys is seen, from 0 to 1."""
        return min(1.0, max(0.0, (self._hint_until - time.monotonic()) / _FADING))

    def _look_after(self, now: float) -> str:
        """Lets the toolkit work and reads a key; returns why the window is to close, or nothing."""
        idle = _HEARING if self._surface.hears_keys else _IDLE
        self._look_at_keys = now + (_ATTENTIVE if now < self._attentive_until else idle)
        if self._hint_until and self._hint_until - now < _FADING:
            self._anew = True
            self._look_at_keys = min(self._look_at_keys, now + _FADE_STEP)
            if now > self._hint_until:
                self._hint_until = 0.0
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
                self._scale = None
            case Action.AS_IT_IS | Action.DOUBLE:
                self._scale = AS_IT_IS if action is Action.AS_IT_IS else DOUBLE
                self._offset = (0, 0)
            case Action.HELP:
                self._helping = not self._helping
                self._hint_until = 0.0
            case Action.ESCAPE if self._helping:
                self._helping = False
            case Action.ESCAPE if self._frame.fullscreen:
                self._frame.set_fullscreen(self._size(), on=False)
            case _:
                return
        self._anew = True

    def _mouse(self, event: int, x: int, y: int, _flags: int, _data: object) -> None:
        """Drags a picture that is larger than the window."""
        larger = self._canvas is not None and any(
            size > room for size, room in zip(self._canvas.size, self._frame.viewport, strict=True)
        )
        if event == cv2.EVENT_LBUTTONDOWN and self._scale is not None and larger:
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
    from .surfaces.x_surface import XSurface

    try:
        return XSurface(mouse)
    except OSError as fault:
        print(f"drawn by highgui: {fault}", file=sys.stderr)  # noqa: T201  # into the process's log
        return None
