"""The wall's window: the tiles of many hosts, for the screen in the corner of a room.

In a process of its own, main thread only. Nothing needs a person: pages turn, and in full screen the screen
stays on.
"""

from __future__ import annotations

import sys
import time

import cv2

from .frame import Frame
from .inbox import Inbox, ThreadedInbox
from .input_outbox import InputOutbox
from .messages import CLOSED_BY_HAND, CloseWindow, Notice, Raise
from .overlay import Overlay
from .surfaces.surface import Surface
from .toolkit_window import ToolkitWindow
from .wall_keys import WALL_HINT, WallAction, wall_action, wall_rows
from .wall_messages import OpenTile, SeenTiles, TilePicture, Tiles, TileStatus, ToWall
from .wall_picture import WallPicture
from .window_loop import WindowLoop

_SIZE = (1280, 720)
"""Width and height of the inside of a wall that had no place before."""

_UNUSED = 30.0
"""Seconds after a key or a click in which pages do not turn."""

_APART = 0.08
"""Seconds between two drawings: tiles that change meanwhile are drawn together. Each drawn as it came, thirty
tiles took 29 % of a core."""

_SAID = 6.0
"""Seconds that a sentence stands above the tiles."""

_AWAKE = 30.0
"""Seconds between two words to the system that the screen is watched."""


class WallWindow(WindowLoop[ToWall]):
    """Shows tiles until it is closed.

    `turn`: seconds until the next page; 0: pages turn by keys only.
    """

    def __init__(
        self,
        inbox: Inbox[ToWall] | ThreadedInbox[ToWall],
        outbox: InputOutbox,
        frame: Frame,
        *,
        fullscreen: bool = False,
        turn: float = 10.0,
        depth: int = 24,
    ) -> None:
        super().__init__(inbox, outbox, ToolkitWindow(frame, self._mouse, self._covered, depth=depth))
        self._fullscreen = fullscreen
        self._turn = turn
        self._toolkit.entitle("wall - deskconsole (F1: keys)")
        self._overlay = Overlay(None, rows=wall_rows)
        self._picture = WallPicture()
        self._seen: SeenTiles | None = None
        self._laid_out = False
        """True if the image has the size of the window."""
        self._said_until = 0.0
        self._turn_at = 0.0
        self._awake_at = 0.0
        self._draws = 0
        self._draw_at = 0.0
        """Monotonic time before which nothing is drawn."""

    @property
    def _due(self) -> float | None:
        due = self._outbox.due
        if self._draw_at <= time.monotonic():
            return due
        return self._draw_at if due is None else min(due, self._draw_at)

    @property
    def _drawn(self) -> int:
        return self._draws

    def _listen(self) -> None:
        if self._toolkit.surface.attend():
            self._toolkit.rouse()
        self._outbox.flush()

    def _handle(self, message: ToWall) -> None:
        match message:
            case Tiles():
                self._picture.set_tiles(message)
                if not self._toolkit.is_open:
                    self._toolkit.open(_SIZE, fullscreen=self._fullscreen)
                    self._say(WALL_HINT)
                    self._postpone(self._turn)
            case TileStatus():
                self._picture.set_status(message)
            case TilePicture():
                self._picture.set_picture(message)
            case Notice():
                self._say(message.text)
            case Raise():
                if self._toolkit.is_open and not self._toolkit.surface.to_front():
                    print("the window cannot be brought to the front", file=sys.stderr)  # noqa: T201
            case CloseWindow():
                pass  # The loop ends with it.

    def _covered(self, _surface: Surface) -> None:
        self._laid_out = False

    def _draw(self) -> None:
        """Brings what has changed on the screen, some times a second; messages are taken meanwhile."""
        began, now = time.thread_time(), time.monotonic()
        if now < self._draw_at:
            return
        if self._toolkit.follow() or not self._laid_out:
            self._image = self._toolkit.image()
            self._picture.fit(self._toolkit.frame.viewport)
            self._laid_out = True
        self._tell_seen()
        parts = self._picture.draw(self._image, time.time())
        if not parts:
            return
        if self._overlay.covers(now):
            self._picture.redraw()
            parts = self._picture.draw(self._image, time.time())
            self._overlay.draw(self._image, now)
        self._toolkit.surface.show(parts)
        self._draws += 1
        self._draw_at = now + _APART
        self._toolkit.drew(began)

    def _tell_seen(self) -> None:
        """Tells the console which tiles are seen: the others need no fresh pictures."""
        seen = SeenTiles(self._picture.seen, *self._picture.grid.picture)
        if seen != self._seen:
            self._seen = seen
            self._outbox.put(seen)

    def _poll(self, now: float) -> str:
        """Lets the toolkit work, reads a key, turns pages; returns why the window is to close, or nothing."""
        keys = self._toolkit.poll(now)
        if self._toolkit.is_gone:
            return CLOSED_BY_HAND
        if self._picture.said:
            self._toolkit.look_by(self._said_until)
            if now >= self._said_until:
                self._picture.said = ""
        if self._turn and now >= self._turn_at and not self._picture.held and self._picture.pages > 1:
            self._picture.turn_to(self._picture.page + 1)
            self._turn_at = now + self._turn
        if self._toolkit.frame.fullscreen and now >= self._awake_at:
            self._awake_at = now + _AWAKE
            self._toolkit.surface.keep_awake()
        for key in keys:
            self._toolkit.rouse()
            if (action := wall_action(key)) is not None:
                self._act(action)
        return ""

    def _act(self, action: WallAction) -> None:  # noqa: C901  # one case an action
        picture = self._picture
        self._postpone(_UNUSED)
        match action:
            case WallAction.CLOSE:
                self._closed_by_key = True
            case WallAction.FULLSCREEN:
                self._set_fullscreen(on=not self._toolkit.frame.fullscreen)
            case WallAction.HELP:
                self._overlay.toggle_help()
            case WallAction.ESCAPE if self._overlay.helping:
                self._overlay.helping = False
            case WallAction.ESCAPE if self._toolkit.frame.fullscreen:
                self._set_fullscreen(on=False)
            case WallAction.ESCAPE:
                picture.selected = None
            case WallAction.LEFT:
                picture.move(-1, 0)
            case WallAction.RIGHT:
                picture.move(1, 0)
            case WallAction.UP:
                picture.move(0, -1)
            case WallAction.DOWN:
                picture.move(0, 1)
            case WallAction.OPEN:
                if picture.selected is not None:
                    self._open(picture.selected)
            case WallAction.NEXT_PAGE:
                picture.turn_to(picture.page + 1)
            case WallAction.LAST_PAGE:
                picture.turn_to(picture.page - 1)
            case WallAction.HOLD:
                picture.held = not picture.held
                self._say(
                    "this page stays    space lets the pages turn" if picture.held else "the pages turn"
                )
            case WallAction.LARGER:
                picture.choose_width(1)
            case WallAction.SMALLER:
                picture.choose_width(-1)
            case WallAction.FIT:
                picture.choose_width(None)
        picture.redraw()

    def _postpone(self, seconds: float) -> None:
        """Lets the page be seen for so long at least."""
        self._turn_at = max(self._turn_at, time.monotonic() + seconds)

    def _open(self, name: str) -> None:
        self._outbox.put(OpenTile(name))
        self._say(f"opening {name}")

    def _say(self, sentence: str) -> None:
        """Shows a sentence above the tiles for a moment."""
        self._picture.said = sentence
        self._said_until = time.monotonic() + _SAID

    def _set_fullscreen(self, *, on: bool) -> None:
        self._toolkit.set_fullscreen(_SIZE, on=on)

    def _mouse(self, event: int, x: int, y: int, flags: int, _data: object) -> None:
        """Opens the host whose tile is clicked; the wheel turns pages."""
        if event == cv2.EVENT_MOUSEWHEEL:
            self._act(WallAction.LAST_PAGE if flags > 0 else WallAction.NEXT_PAGE)
        elif event == cv2.EVENT_LBUTTONUP and (name := self._picture.at(x, y)) is not None:
            self._postpone(_UNUSED)
            self._picture.selected = name
            self._picture.redraw()  # the frame has moved
            self._open(name)
