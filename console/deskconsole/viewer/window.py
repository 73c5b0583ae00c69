"""The window itself: what the console said, what its user does, and when to draw. In a process of its own.

Main thread only. It draws as soon as something has changed and otherwise sleeps until a message comes,
looking after the keyboard between times. How the picture gets on the screen is the surface's business.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from deskconsole.picture.framebuffer import map_shared
from deskwire.control import ControlState
from deskwire.geometry import Rectangle

from .canvas import AS_IT_IS, DOUBLE, FRAME, Canvas, Scaling
from .frame import Frame
from .inbox import Inbox, ThreadedInbox
from .input_outbox import InputOutbox
from .keys import (
    Action,
    HostKeyName,
    action_of,
    control_notice,
    help_rows,
    looking_notice,
    lost_notice,
    play_key,
)
from .keys import (
    hint as key_hint,
)
from .messages import (
    CLOSED_BY_HAND,
    ArrangeWish,
    ClipText,
    CloseWindow,
    Damage,
    DisplayWish,
    DoneTimes,
    FigureLines,
    FiguresWish,
    LapseNotice,
    Map,
    Notice,
    PlaceWindow,
    PlayPlace,
    PlayWish,
    Raise,
    SaveWish,
    Status,
    ToWindow,
    WhoControls,
)
from .overlay import FADE_STEP, Overlay
from .shown_report import ShownReport
from .surfaces.surface import Surface
from .toolkit_window import ToolkitWindow
from .window_control import ViewOnlyControl, WindowControl, control_of
from .window_loop import WindowLoop
from .window_round_trips import WindowRoundTrips
from .zoom import Zoom


class Window(WindowLoop[ToWindow]):
    """Shows one picture until it is closed.

    `frame` knows the size and place; `outbox` takes what the console is to be told; `hint`: a line tells the
    keys when the window opens. `depth`: bits of a pixel of the X screen, 24 where there is none. `host_key`:
    the key that takes and gives control. `playing`: it shows a recording, and tells the keys for that.
    """

    def __init__(
        self,
        inbox: Inbox[ToWindow] | ThreadedInbox[ToWindow],
        outbox: InputOutbox,
        frame: Frame,
        *,
        fullscreen: bool = False,
        hint: bool = False,
        depth: int = 24,
        host_key: HostKeyName = "right ctrl",
        playing: bool = False,
    ) -> None:
        super().__init__(inbox, outbox, ToolkitWindow(frame, self._mouse, self._lie_on, depth=depth))
        self._fullscreen = fullscreen
        """It is to begin in full screen."""
        self._picture: NDArray[np.uint8] | None = None
        self._canvas: Canvas | None = None
        self._zoom = Zoom()
        self._scaling = Scaling.AUTOMATIC
        self._wants_figures = False
        self._host_key: HostKeyName = host_key
        self._playing = playing
        self._overlay = Overlay(
            host_key, rows=partial(help_rows, playing=playing), line=partial(key_hint, playing=playing)
        )
        self._control: WindowControl = ViewOnlyControl(outbox, self._say, "it is not open")
        self._who = WhoControls(ControlState.FREE)
        self._times = WindowRoundTrips()
        self._input_at: float | None = None
        """The time of the input whose effect has to be drawn."""
        self._hint = hint
        self._redraw = False
        """The layout or the look is another one: the whole is to be drawn."""
        self._damage: tuple[Rectangle, ...] = ()
        self._report = ShownReport(outbox)

    @property
    def _due(self) -> float | None:
        return self._control.due

    @property
    def _drawn(self) -> int:
        return self._report.draws

    def _before_messages(self) -> None:
        if self._overlay.stale and self._toolkit.is_open:
            # What was pressed before the picture is of now again was aimed at the old one.
            self._listen()

    def _end(self) -> None:
        self._control.end()

    def _listen(self) -> None:
        """Handles the display's events, and what is due for control."""
        if self._toolkit.surface.attend():
            self._toolkit.rouse()
        self._control.tick(time.monotonic())

    def _handle(self, message: ToWindow) -> None:  # noqa: C901  # one case a kind
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
            case PlayPlace(text):
                self._overlay.tell_place(text)
                self._redraw = True
            case FigureLines(lines):
                self._show_figures(lines)
            case PlaceWindow(x, y, width, height):
                if self._toolkit.is_open:
                    self._toolkit.take_place((x, y, width, height), self._needed())
                    self._control.fullscreen(on=False)
                    self._redraw = True
            case ClipText():
                self._control.fetched(message)
            case Raise():
                if self._toolkit.is_open and not self._toolkit.surface.to_front():
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
        if not self._toolkit.is_open:
            self._toolkit.open(self._size(), fullscreen=self._fullscreen)
        elif known is None or known.shape != mapped.shape:
            self._control.show(None)
            self._toolkit.frame.adopt(self._needed())
        self._redraw = True

    def _hear_who_controls(self, message: WhoControls) -> None:
        before, self._who = self._who, message
        if message.state is ControlState.FREE and before.state is ControlState.OTHER:
            self._who = msgspec.structs.replace(message, holder=before.holder)
        self._be_controlled()

    def _be_controlled(self) -> None:
        """Follows who acts on the host."""
        if not self._toolkit.is_open:
            return
        lost = self._control.control_changed(self._who)
        who = self._who
        notice = control_notice(who.state, who.holder, who.reason, self._overlay.host_key)
        if lost:
            notice = lost_notice(notice)
        if self._who.notify and notice:
            self._say(notice)
        self._toolkit.frame.adopt(self._needed())
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

    def _lie_on(self, surface: Surface) -> None:
        """Moves the window's control to this surface."""
        self._control.end()
        self._control = self._control_on(surface)
        self._control.stale(stale=self._overlay.stale)
        self._control.fullscreen(on=self._toolkit.frame.fullscreen)
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
        self._toolkit.entitle(status.title)
        self._redraw |= self._overlay.status(status)
        self._control.stale(stale=status.stale)

    def _draw(self) -> None:
        """Brings what has changed on the screen."""
        began = time.thread_time()
        self._redraw |= self._toolkit.follow()
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
            self._toolkit.surface.show(parts)
            self._report.draws += 1
        if self._input_at is not None:
            self._times.shown(time.monotonic() - self._input_at)
            self._input_at = None
            self._overlay.times = self._times.text if self._overlay.times else ""
        self._toolkit.drew(began)

    def _lay_out(self, picture: NDArray[np.uint8]) -> Rectangle:
        """Draws the whole for the size, the scale and the offset as they are now."""
        image = self._toolkit.image()
        self._canvas = Canvas(
            self._size(),
            image,
            scale=self._zoom.scale,
            offset=self._zoom.offset,
            framed=self._control.on,
            scaling=self._scaling,
        )
        self._control.show(self._canvas)
        self._zoom.offset = self._canvas.offset
        self._canvas.draw(picture, Rectangle(0, 0, *self._size()))
        self._overlay.draw(image, time.monotonic())
        return Rectangle(0, 0, *self._toolkit.frame.viewport)

    def _poll(self, now: float) -> str:
        """Lets the toolkit work and reads a key; returns why the window is to close, or nothing."""
        keys = self._toolkit.poll(now)
        if self._overlay.fading(now):
            self._redraw = True
            self._toolkit.look_by(now + FADE_STEP)
        self._report.tell(now)
        if self._toolkit.is_gone:
            return CLOSED_BY_HAND
        for key in keys:
            self._press(key)
        return ""

    def _press(self, key: int) -> None:
        """Does what a key with this code of highgui's says."""
        self._toolkit.rouse()
        if self._playing and (pressed := play_key(key)) is not None:
            self._outbox.put(PlayWish(pressed))
            return
        if (action := action_of(key)) is None:
            self._say_how_to_act()
        self._act(action)

    def _act(self, action: Action | None) -> None:  # noqa: C901  # one case an action
        if action is None or self._control.do(action):
            return
        self._toolkit.rouse()
        match action:
            case Action.CLOSE:
                self._closed_by_key = True
            case Action.FULLSCREEN:
                self._set_fullscreen(on=not self._toolkit.frame.fullscreen)
            case Action.FIT:
                self._zoom.choose(None)
            case Action.AS_IT_IS:
                self._zoom.choose(AS_IT_IS)
            case Action.DOUBLE:
                self._zoom.choose(DOUBLE)
            case Action.SCALING:
                self._scaling = list(Scaling)[(list(Scaling).index(self._scaling) + 1) % len(Scaling)]
                self._say(f"{self._scaling} scaling")
            case Action.DISPLAY if not self._playing:
                self._outbox.put(DisplayWish())
            case Action.FIGURES if not self._playing:
                self._wants_figures = not self._wants_figures
                self._overlay.figures = ()
                self._outbox.put(FiguresWish(on=self._wants_figures))
            case Action.ARRANGE if not self._playing and self._toolkit.frame.monitor is not None:
                self._outbox.put(ArrangeWish(*self._toolkit.frame.monitor))
            case Action.SAVE:
                self._outbox.put(SaveWish())
            case Action.HELP:
                self._overlay.toggle_help()
            case Action.ESCAPE if self._overlay.helping:
                self._overlay.helping = False
            case Action.TIMES:
                self._overlay.times = "" if self._overlay.times else self._times.text
            case Action.ESCAPE if self._toolkit.frame.fullscreen:
                self._set_fullscreen(on=False)
            case _:
                return
        self._redraw = True

    def _set_fullscreen(self, *, on: bool) -> None:
        self._toolkit.set_fullscreen(self._needed(), on=on)
        self._control.fullscreen(on=on)

    def _show_figures(self, lines: tuple[str, ...]) -> None:
        if self._wants_figures and self._canvas is not None:
            scale = f"shown at {100 * self._canvas.scale.ratio:.0f} %, {self._scaling} scaling"
            self._overlay.figures = (*lines, scale)
            self._redraw = True

    def _mouse(self, event: int, x: int, y: int, flags: int, _data: object) -> None:
        """Drags a picture that is larger than the window, zooms by the wheel; says how to act where a click
        does nothing."""
        if event == cv2.EVENT_MOUSEWHEEL:
            if self._canvas is not None and self._zoom.wheel(flags, x, y, self._canvas):
                self._redraw = True
                self._toolkit.rouse()
            return
        larger = self._canvas is not None and any(
            size > room for size, room in zip(self._canvas.size, self._toolkit.frame.viewport, strict=True)
        )
        if self._zoom.mouse(event, x, y, larger=larger):
            self._redraw = True
            self._toolkit.rouse()
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
