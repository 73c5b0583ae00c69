"""The window itself: what the console said, what its user does, and when to draw. In a process of its own.

Main thread only. It draws as soon as something has changed and otherwise sleeps until a message comes,
looking after the keyboard between times. How the picture gets on the screen is the surface's business.
"""

from __future__ import annotations

import contextlib
import select
import sys
import time
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from deskconsole.common.errors import ViewerError
from deskconsole.picture.framebuffer import map_shared
from deskwire.control import ControlState
from deskwire.geometry import Rectangle

from .attention import Attention
from .canvas import AS_IT_IS, DOUBLE, FRAME, Canvas
from .frame import Frame
from .inbox import Inbox, ThreadedInbox
from .input_outbox import InputOutbox
from .keys import Action, HostKeyName, action_of, control_notice, looking_notice, lost_notice, play_key
from .messages import (
    CLOSED_BY_HAND,
    ClipText,
    Closed,
    CloseWindow,
    Damage,
    DoneTimes,
    LapseNotice,
    Map,
    Notice,
    PlayWish,
    Raise,
    SaveWish,
    Status,
    ToWindow,
    WhoControls,
)
from .overlay import FADE_STEP, Overlay
from .shown_report import ShownReport
from .surfaces.choice import highgui, surface_over, x_surface
from .surfaces.surface import HighguiSurface, Surface, is_gone, set_title
from .window_control import ViewOnlyControl, WindowControl, control_of
from .window_round_trips import WindowRoundTrips
from .zoom import Zoom

NAME = "deskconsole"
"""Highgui's own name of the window; users see the title."""

_FRAME = 1 / 60
"""Seconds between two drawings at most: what comes meanwhile is shown together."""

_EASE = 2
"""After a drawing nothing is drawn for so many times the CPU time that it took, if that is less than a frame:
small changes are shown at once, and large ones never take more than a third of a core."""

_LOSSES = 5
"""Surfaces that may be lost, one after the other, before highgui has to do."""


class Window:
    """Shows one picture until it is closed.

    `frame` knows the size and place; `outbox` takes what the console is to be told; `hint`: a line tells the
    keys when the window opens. `depth`: bits of a pixel of the X screen, 24 where there is none. `host_key`:
    the key that takes and gives control. `playing`: it shows a recording, and tells the keys for that.
    """

    def __init__(
        self,
        inbox: Inbox | ThreadedInbox,
        outbox: InputOutbox,
        frame: Frame,
        *,
        fullscreen: bool = False,
        hint: bool = False,
        depth: int = 24,
        host_key: HostKeyName = "right ctrl",
        playing: bool = False,
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
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
        self._host_key: HostKeyName = host_key
        self._playing = playing
        self._overlay = Overlay(host_key, playing=playing)
        self._control: WindowControl = ViewOnlyControl(outbox, self._say, "it is not open")
        self._who = WhoControls(ControlState.FREE)
        self._times = WindowRoundTrips()
        self._input_at: float | None = None
        """The time of the input whose effect has to be drawn."""
        self._closed_by_key = False
        self._hint = hint
        self._depth = depth
        self._redraw = False
        """The layout or the look is another one: the whole is to be drawn."""
        self._damage: tuple[Rectangle, ...] = ()
        self._report = ShownReport(outbox)
        self._rested_at = 0.0
        self._attention = Attention()

    def run(self) -> None:
        """Returns when the window was closed, by its user or by the console; reports `Closed` at the end."""
        # A second thread would save half a millisecond of a whole picture, and spin for longer than that.
        cv2.setNumThreads(1)
        try:
            reason = self._until_closed()
        except ViewerError as error:
            reason = str(error)
        self._frame.remember()
        self._control.end()
        self._surface.close()
        if self._open:
            with contextlib.suppress(cv2.error):
                cv2.destroyAllWindows()
        self._outbox.put(Closed(reason, self._report.draws))

    def _until_closed(self) -> str:
        """Returns why the window is to close; raises ViewerError where it would show something wrong."""
        reason = ""
        while not reason:
            waiting = self._inbox.wait(self._pause(), self._surface.fileno())
            self._rest()
            if waiting:
                if self._overlay.stale and self._open:
                    # What was pressed before the picture is of now again was aimed at the old one.
                    self._listen()
                for message in self._inbox.take():
                    if isinstance(message, CloseWindow):
                        reason = "the console closed it"
                    else:
                        self._handle(message)
            if not self._open or reason:
                continue
            self._listen()
            self._draw()
            now = time.monotonic()
            if now >= self._attention.due:
                reason = self._poll(now)
            if self._closed_by_key:
                reason = CLOSED_BY_HAND
        return reason

    def _pause(self) -> float | None:
        """Seconds to wait for a message; None before there is a window."""
        return max(0.0, self._due() - time.monotonic()) if self._open else None

    def _due(self) -> float:
        if self._surface.waiting:
            return 0.0
        due = self._control.due
        return self._attention.due if due is None else min(due, self._attention.due)

    def _rest(self) -> None:
        """Lets a while pass after a drawing: changes that come meanwhile are drawn together.

        Input of the window's user goes to the host meanwhile.
        """
        while (rest := self._rested_at - time.monotonic()) > 0:
            heard = self._surface.fileno()
            if heard is None:
                time.sleep(rest)
            elif select.select([heard], [], [], rest)[0]:
                self._listen()

    def _listen(self) -> None:
        """Handles the display's events, and what is due for control."""
        if self._surface.attend():
            self._attend()
        self._control.tick(time.monotonic())

    def _handle(self, message: ToWindow) -> None:
        match message:
            case Map():
                self._look_at(message)
            case Damage():
                self._report.packet = message.packet
                self._damage += message.rectangles
                self._redraw |= self._overlay.damaged()
                self._input_at = self._input_at or message.input_at
                self._control.stale(stale=False)
            case Status():
                self._status(message)
            case WhoControls():
                self._hear_who_controls(message)
            case Notice():
                self._say(message.text)
            case LapseNotice():
                self._control.lapsed()
            case DoneTimes():
                self._times.done = message
            case ClipText():
                self._control.fetched(message)
            case Raise():
                if self._open and not self._surface.to_front():
                    print("the window cannot be brought to the front", file=sys.stderr)  # noqa: T201
            case CloseWindow():
                pass  # The loop ends with it.

    def _look_at(self, target: Map) -> None:
        try:
            mapped = map_shared(Path(target.path), target.width, target.height)
        except (FileNotFoundError, ValueError):  # there is a newer one already, and its message is under way
            return
        known = self._picture
        self._picture = mapped
        self._damage = ()
        if not self._open:
            self._show_up()
        elif known is None or known.shape != mapped.shape:
            self._control.show(None)
            self._frame.adopt(self._needed())
        self._redraw = True

    def _hear_who_controls(self, message: WhoControls) -> None:
        before, self._who = self._who, message
        if message.state is ControlState.FREE and before.state is ControlState.OTHER:
            self._who = msgspec.structs.replace(message, holder=before.holder)
        self._be_controlled()

    def _be_controlled(self) -> None:
        """Follows who acts on the host."""
        if not self._open:
            return
        lost = self._control.control_changed(self._who)
        who = self._who
        notice = control_notice(who.state, who.holder, who.reason, self._overlay.host_key)
        if lost:
            notice = lost_notice(notice)
        if self._who.notify and notice:
            self._say(notice)
        self._frame.adopt(self._needed())
        self._redraw = True

    def _say(self, sentence: str) -> None:
        self._overlay.say(sentence, time.monotonic())
        self._redraw = True

    def _needed(self) -> tuple[int, int]:
        """Width and height of the picture with its frame."""
        edges = 2 * FRAME if self._control.on else 0
        width, height = self._size()
        return width + edges, height + edges

    def _size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        if self._picture is None:
            return 1, 1
        return self._picture.shape[1], self._picture.shape[0]

    def _show_up(self) -> None:
        # Neither Qt's toolbar nor its own idea of proportions: the canvas has the size of the window.
        cv2.namedWindow(NAME, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
        set_title(NAME, self._title)
        cv2.setMouseCallback(NAME, self._mouse)
        self._open = True
        self._frame.open(self._size())
        if self._fullscreen:
            self._frame.set_fullscreen(self._size(), on=True)
        surface = x_surface(self._mouse)
        # Highgui makes the window visible with its first image.
        cv2.imshow(NAME, np.zeros((1, 1, 3), np.uint8))
        self._lie_on(surface_over(surface, NAME, self._title, self._depth))

    def _lie_on(self, surface: Surface) -> None:
        """Shows the picture on this surface from now on."""
        self._surface = surface
        self._control.end()
        self._control = self._control_on(surface)
        self._control.stale(stale=self._overlay.stale)
        self._control.fullscreen(on=self._frame.fullscreen)
        self._overlay.host_key = None if self._control.refusal else self._host_key
        if self._hint:
            self._overlay.hint(time.monotonic())
            self._hint = False
        self._be_controlled()

    def _control_on(self, surface: Surface) -> WindowControl:
        if self._playing:
            return ViewOnlyControl(self._outbox, self._say, "a recording takes no input")
        return control_of(surface, self._outbox, self._host_key, self._act, self._say)

    def _status(self, status: Status) -> None:
        if status.title != self._title:
            self._title = status.title
            if self._open:
                set_title(NAME, self._title)
        self._redraw |= self._overlay.status(status)
        self._control.stale(stale=status.stale)

    def _draw(self) -> None:
        """Brings what has changed on the screen."""
        began = time.thread_time()
        if self._surface.lost:
            self._surface.close()
            self._losses += 1
            again = x_surface(self._mouse) if self._losses < _LOSSES else None
            self._lie_on(surface_over(again, NAME, self._title, self._depth))
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
            self._report.draws += 1
        if self._input_at is not None:
            self._times.shown(time.monotonic() - self._input_at)
            self._input_at = None
            self._overlay.times = self._times.text if self._overlay.times else ""
        self._rested_at = time.monotonic() + min(_FRAME, _EASE * (time.thread_time() - began))

    def _lay_out(self, picture: NDArray[np.uint8]) -> Rectangle:
        """Draws the whole for the size, the scale and the offset as they are now."""
        try:
            image = self._surface.image(*self._frame.viewport)
        except OSError as fault:
            self._surface.close()
            self._lie_on(highgui(NAME, self._depth, str(fault)))
            image = self._surface.image(*self._frame.viewport)
        self._canvas = Canvas(
            self._size(), image, scale=self._zoom.scale, offset=self._zoom.offset, framed=self._control.on
        )
        self._control.show(self._canvas)
        self._zoom.offset = self._canvas.offset
        self._canvas.draw(picture, Rectangle(0, 0, *self._size()))
        self._overlay.draw(image, time.monotonic())
        return Rectangle(0, 0, *self._frame.viewport)

    def _poll(self, now: float) -> str:
        """Lets the toolkit work and reads a key; returns why the window is to close, or nothing."""
        self._attention.look(now, hears_keys=self._surface.hears_keys)
        if self._overlay.fading(now):
            self._redraw = True
            self._attention.due = min(self._attention.due, now + FADE_STEP)
        self._report.tell(now)
        self._frame.settle(self._surface)
        key = cv2.pollKey()
        if is_gone(NAME):
            return CLOSED_BY_HAND
        if key == -1:
            return ""
        self._attend()
        if self._playing and (pressed := play_key(key)) is not None:
            self._outbox.put(PlayWish(pressed))
            return ""
        if (action := action_of(key)) is None:
            self._say_how_to_act()
        self._act(action)
        return ""

    def _act(self, action: Action | None) -> None:
        if action is None or self._control.do(action):
            return
        self._attend()
        match action:
            case Action.CLOSE:
                self._closed_by_key = True
            case Action.FULLSCREEN:
                self._set_fullscreen(on=not self._frame.fullscreen)
            case Action.FIT:
                self._zoom.choose(None)
            case Action.AS_IT_IS:
                self._zoom.choose(AS_IT_IS)
            case Action.DOUBLE:
                self._zoom.choose(DOUBLE)
            case Action.SAVE:
                self._outbox.put(SaveWish())
            case Action.HELP:
                self._overlay.toggle_help()
            case Action.ESCAPE if self._overlay.helping:
                self._overlay.helping = False
            case Action.TIMES:
                self._overlay.times = "" if self._overlay.times else self._times.text
            case Action.ESCAPE if self._frame.fullscreen:
                self._set_fullscreen(on=False)
            case _:
                return
        self._redraw = True

    def _set_fullscreen(self, *, on: bool) -> None:
        # The size and place to come back to are those of now, not those of the last drawing.
        self._frame.follow(self._surface)
        self._frame.set_fullscreen(self._needed(), on=on)
        self._control.fullscreen(on=on)

    def _mouse(self, event: int, x: int, y: int, _flags: int, _data: object) -> None:
        """Drags a picture that is larger than the window; says how to act where a click does nothing."""
        larger = self._canvas is not None and any(
            size > room for size, room in zip(self._canvas.size, self._frame.viewport, strict=True)
        )
        if self._zoom.mouse(event, x, y, larger=larger):
            self._redraw = True
            self._attend()
        elif event == cv2.EVENT_LBUTTONDOWN and not larger:
            self._say_how_to_act()

    def _say_how_to_act(self) -> None:
        """Something was clicked or typed that the host does not get."""
        given = self._who
        if not self._control.on:
            self._say(
                self._control.refusal
                or looking_notice(given.state, given.holder, given.reason, self._host_key)
            )

    def _attend(self) -> None:
        self._attention.rouse(time.monotonic())
