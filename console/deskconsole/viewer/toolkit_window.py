"""Highgui's window and the surface over its inside: what a window of any kind opens, draws on, asks for keys.

Main thread only.
"""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .attention import Attention
from .frame import Frame
from .surfaces.choice import highgui, surface_over, x_surface
from .surfaces.surface import HighguiSurface, Mouse, Surface, is_gone, set_title

NAME = "deskconsole"
"""Highgui's own name of the window; users see the title."""

_FRAME = 1 / 60
"""Seconds between two drawings at most: what comes meanwhile is shown together."""

_EASE = 2
"""Pause after a drawing, as a multiple of its CPU time, a frame at most: small changes are shown at once, and
large ones take no more than a third of a core."""

_LOSSES = 5
"""Surfaces that may be lost, one after the other, before highgui has to do."""


class ToolkitWindow:
    """One window, open from `open` to `close`.

    `frame` knows size and place. `mouse` gets what happens to the mouse, `covered` each surface that lies
    over the window from now on: the first one, and each that takes the place of a lost one. `depth`: bits of
    a pixel of the X screen, 24 where there is none.
    """

    def __init__(
        self, frame: Frame, mouse: Mouse, covered: Callable[[Surface], None], *, depth: int = 24
    ) -> None:
        self.frame = frame
        self._mouse = mouse
        self._covered = covered
        self._depth = depth
        self.surface: Surface = HighguiSurface(NAME)
        self.is_open = False
        self._title = NAME
        self._losses = 0
        self._rested_at = 0.0
        self._followed: tuple[int, int] | None = None
        """The size of which the last `follow` told."""
        self._attention = Attention()

    def open(self, size: tuple[int, int], *, fullscreen: bool) -> None:
        """Shows the window with an inside of this size (width, height), or as it was the last time."""
        # Neither Qt's toolbar nor its own idea of proportions: the canvas has the size of the window.
        cv2.namedWindow(NAME, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
        set_title(NAME, self._title)
        cv2.setMouseCallback(NAME, self._mouse)
        self.is_open = True
        self.frame.open(size)
        if fullscreen:
            self.frame.set_fullscreen(size, on=True)
        surface = x_surface(self._mouse)
        # Highgui makes the window visible with its first image.
        cv2.imshow(NAME, np.zeros((1, 1, 3), np.uint8))
        self._cover(surface_over(surface, NAME, self._title, self._depth))

    def close(self) -> None:
        """Takes the window away; its place and size are kept for the next time."""
        self.frame.remember()
        self.surface.close()
        if self.is_open:
            with contextlib.suppress(cv2.error):
                cv2.destroyAllWindows()

    def _cover(self, surface: Surface) -> None:
        self.surface = surface
        self._covered(surface)

    def entitle(self, title: str) -> None:
        """Gives the window this title, now or when it opens."""
        if title != self._title:
            self._title = title
            if self.is_open:
                set_title(NAME, title)

    def rouse(self) -> None:
        """Notes that somebody uses the window: keys are asked for often."""
        self._attention.rouse(time.monotonic())

    def look_by(self, moment: float) -> None:
        """Looks after the toolkit at this time at the latest, by the monotonic clock."""
        self._attention.due = min(self._attention.due, moment)

    def pause(self, due: float | None = None) -> float | None:
        """Seconds to wait for a message; None before it is open. `due`: something else is to be done then."""
        if not self.is_open:
            return None
        if self.surface.waiting:
            return 0.0
        wake = self._attention.due if due is None else min(due, self._attention.due)
        return max(0.0, wake - time.monotonic())

    def rest(self, listen: Callable[[], None]) -> None:
        """Lets a while pass after a drawing: changes that come meanwhile are drawn together.

        `listen` is called when the display has something to say meanwhile.
        """
        while (rest := self._rested_at - time.monotonic()) > 0:
            heard = self.surface.fileno()
            if heard is None:
                time.sleep(rest)
            elif select.select([heard], [], [], rest)[0]:
                listen()

    def follow(self) -> bool:
        """Replaces a lost surface and takes over a new size of the window; True where all is to be drawn."""
        lost = self.surface.lost
        if lost:
            self.surface.close()
            self._losses += 1
            again = x_surface(self._mouse) if self._losses < _LOSSES else None
            self._cover(surface_over(again, NAME, self._title, self._depth))
        self.frame.follow(self.surface)
        # The frame sets its size itself too, as when full screen ends: what is drawn has to follow that.
        resized = self.frame.viewport != self._followed
        self._followed = self.frame.viewport
        if resized:
            self.rouse()
        return lost or resized

    def image(self) -> NDArray[np.uint8]:
        """The image to draw all of the inside on, (height, width, 4) uint8 BGRX."""
        try:
            return self.surface.image(*self.frame.viewport)
        except OSError as fault:
            self.surface.close()
            self._cover(highgui(NAME, self._depth, str(fault)))
            return self.surface.image(*self.frame.viewport)

    def drew(self, began: float) -> None:
        """Notes the end of a drawing that began at this CPU time of the thread (seconds)."""
        self._rested_at = time.monotonic() + min(_FRAME, _EASE * (time.thread_time() - began))

    @property
    def is_due(self) -> bool:
        """True if the toolkit has to be looked after now."""
        return time.monotonic() >= self._attention.due

    def poll(self, now: float) -> Sequence[int]:
        """Lets the toolkit work; the codes of the keys that were pressed, in their order."""
        self._attention.look(now, hears_keys=self.surface.hears_keys)
        self.frame.settle(self.surface)
        key = cv2.pollKey()
        if self.surface.hears_keys:
            return self.surface.keys()
        return () if key == -1 else (key,)

    @property
    def is_gone(self) -> bool:
        """True if the user closed the window."""
        return is_gone(NAME)

    def take_place(self, place: tuple[int, int, int, int], size: tuple[int, int]) -> None:
        """Fills this place of the screen (x, y, width, height); `size` as for `set_fullscreen`."""
        if self.frame.fullscreen:
            self.set_fullscreen(size, on=False)
        self.frame.take_place(place, self.surface.borders())

    def set_fullscreen(self, size: tuple[int, int], *, on: bool) -> None:
        """Makes the window as large as the screen, or its own size again: `size` if its user chose none."""
        # The size and place to come back to are those of now, not those of the last drawing.
        self.frame.follow(self.surface)
        self.frame.set_fullscreen(size, on=on)
