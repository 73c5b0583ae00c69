"""The window's frame: its size, its place on the screen, and full screen. Main thread only."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2

from .canvas import fitting
from .places import WindowPlace, place_of, remember
from .surfaces.surface import Surface

_BORDERS = (16, 64)
"""Pixels, across and down, that a window manager's frame and panel may take."""

_MANAGER = 0.3
"""Seconds in which a window manager, if there is one, makes a window as large as the screen."""

_REACHABLE = 64
"""Pixels of a window, across and down, that must be on a monitor for it to be opened there again."""

Monitor = tuple[int, int, int, int]
"""x, y, width, height."""


class Frame:
    """The size and place of highgui's window `name`.

    `monitors`: those of the screen, the first is where it opens by itself; empty where nobody can tell.
    `host` and `places`: under what and in which file its place is remembered; None: it is not.
    """

    def __init__(
        self, name: str, monitors: Sequence[Monitor], *, host: str = "", places: Path | None = None
    ) -> None:
        self._name = name
        self._monitors = monitors
        self._host = host
        self._places = places
        self.viewport = (1, 1)
        """Width and height of the window's inside, as far as is known."""
        self.fullscreen = False
        self._given: tuple[int, int] | None = None
        """The size that the window was last given by itself; another one is its user's own choice."""
        self._before: tuple[int, int] | None = None
        """The size that its user had chosen when it became full screen."""
        self._place: tuple[int, int] | None = None
        """Its last place outside of full screen."""
        self._settle_at: float | None = None
        """When a window manager has done its part, and the rest is to be done by hand."""
        self._wanted: tuple[int, int] | None = None
        """The place to open it at, or to give back after full screen, until it is there."""
        self._owed: tuple[int, int] | None = None
        """The size to give back after full screen, until it has that."""
        self._tries = 3
        self._enlarged = False
        """It was made as large as the screen by hand."""

    def open(self, picture: tuple[int, int]) -> None:
        """Gives the new window the size and the place that it had the last time, else the picture's size."""
        place = None if self._places is None else place_of(self._host, self._places)
        if place is not None and self._is_reachable(place):
            self._wanted = place.x, place.y
            self._settle_at = time.monotonic() + _MANAGER
            cv2.moveWindow(self._name, *self._wanted)
            if place.size is not None:
                self._resize(place.size)
                return
        self._given = self._natural(picture)
        self._resize(self._given)

    @property
    def _is_chosen(self) -> bool:
        return self.viewport != self._given

    def adopt(self, picture: tuple[int, int]) -> None:
        """Gives the window the size of another picture, unless its user chose one."""
        if self._before is not None if self.fullscreen else self._is_chosen:
            return
        self._given = self._natural(picture)
        if not self.fullscreen:
            self._owed = None
            self._resize(self._given)

    def follow(self, surface: Surface) -> None:
        """Takes over what became of the window."""
        if not self.fullscreen:
            self._place = surface.place() or self._place
        self.viewport = surface.size() or self.viewport

    def set_fullscreen(self, picture: tuple[int, int], *, on: bool) -> None:
        """Makes the window as large as the screen, or gives it back the size and place that it had."""
        if on:
            self._before = (self._owed or self.viewport) if self._is_chosen else None
            self._place = self._wanted or self._place
        self.fullscreen = on
        cv2.setWindowProperty(
            self._name, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN if on else cv2.WINDOW_NORMAL
        )
        self._settle_at = time.monotonic() + _MANAGER
        self._wanted = self._owed = None
        if on:
            return
        if self._before is None:
            self._given = self._natural(picture)
        # Without a window manager Qt's own return to the old size comes now and then later, and undoes this.
        self._owed, self._wanted, self._tries = self._before or self._given or picture, self._place, 3
        self._resize(self._owed)
        if self._enlarged and self._place is not None:
            cv2.moveWindow(self._name, *self._place)
        self._enlarged = False

    @property
    def monitor(self) -> Monitor | None:
        """The monitor that has the window's middle, else the first one; None where no monitor is known."""
        x, y = self._place or (0, 0)
        x, y = x + self.viewport[0] // 2, y + self.viewport[1] // 2
        there = [m for m in self._monitors if m[0] <= x < m[0] + m[2] and m[1] <= y < m[1] + m[3]]
        return next(iter((*there, *self._monitors)), None)

    def take_place(self, place: Monitor, borders: tuple[int, int, int, int]) -> None:
        """Fills this place on the screen with the window and its frame (left, right, top, bottom)."""
        left, right, top, bottom = borders
        self._wanted = place[0] + left, place[1] + top
        self._owed = max(1, place[2] - left - right), max(1, place[3] - top - bottom)
        # It is where its user wants it: no other picture changes that.
        self._given = None
        self._settle_at, self._tries = time.monotonic() + _MANAGER, 3
        self._resize(self._owed)
        cv2.moveWindow(self._name, *self._wanted)

    def settle(self, surface: Surface) -> None:
        """Does by hand what the window manager did not do, or did otherwise."""
        if self._settle_at is None or time.monotonic() < self._settle_at:
            return
        self._settle_at = None
        if self.fullscreen:
            self._enlarge()
        elif self._wanted is not None and (found := surface.place()) is not None:
            # Qt takes a place for that of the frame once it knows of one: in 5 of 8 starts under openbox.
            off = found[0] - self._wanted[0], found[1] - self._wanted[1]
            resized = self._owed is not None and surface.size() != self._owed
            if (any(off) or resized) and self._tries > 0:
                self._tries -= 1
                self._settle_at = time.monotonic() + _MANAGER
                if resized and self._owed is not None:
                    self._resize(self._owed)
                if any(off):
                    cv2.moveWindow(self._name, self._wanted[0] - off[0], self._wanted[1] - off[1])
                return
        self._wanted = self._owed = None

    def _enlarge(self) -> None:
        """Full screen, where no window manager made it."""
        if self._monitors and self.viewport != self._monitors[0][2:]:
            x, y, width, height = self._monitors[0]
            self._enlarged = True
            cv2.moveWindow(self._name, x, y)
            cv2.resizeWindow(self._name, width, height)

    def remember(self) -> None:
        """Keeps size and place for the next time."""
        if self._places is None or self._place is None:
            return
        size = self._before if self.fullscreen else self.viewport if self._is_chosen else None
        try:
            remember(self._host, WindowPlace(*self._place, size), self._places)
        except OSError as fault:
            print(f"the window's place is not remembered: {fault}", file=sys.stderr)  # noqa: T201  # into the log

    def _natural(self, picture: tuple[int, int]) -> tuple[int, int]:
        """The size at which the picture is not scaled, or as large as the screen allows."""
        if not self._monitors:
            return picture
        _, _, width, height = self._monitors[0]
        room = max(1, width - _BORDERS[0]), max(1, height - _BORDERS[1])
        scale = fitting(picture, room, enlarge=False)
        return scale.of(picture[0]), scale.of(picture[1])

    def _is_reachable(self, place: WindowPlace) -> bool:
        """The window's title would be on a monitor that is there now, or nobody knows the monitors."""
        return not self._monitors or any(
            x <= place.x + _REACHABLE <= x + width and y <= place.y + _REACHABLE // 2 <= y + height
            for x, y, width, height in self._monitors
        )

    def _resize(self, size: tuple[int, int]) -> None:
        self.viewport = size
        cv2.resizeWindow(self._name, *size)
