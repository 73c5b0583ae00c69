"""The best grabber that works here: frames that the system tells of, else one that has to look for changes.

What makes the frames (on Windows desktop duplication) is not its business; that their picture is right is.
"""

from __future__ import annotations

import gc
import logging
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import numpy as np

from deskagent.capture.source import Grab, Grabber, GrabError, whole
from deskagent.pixels import Pixels
from deskwire.geometry import Display, Rectangle

TRIALS: Final = 3
"""Pictures that are compared before frames are given up."""

FIRST_WITHIN: Final = 0.5
"""Seconds in which frames must have a first picture."""

RETRY_FIRST: Final = 15.0
RETRY_LAST: Final = 300.0
"""Seconds to the next attempt after frames failed, doubled up to the last: an attempt may hold up the stream
for half a second."""

LOOK_EVERY: Final = 0.5
"""Seconds between two looks at where the displays are: frames are those of one place."""

_STOOD_STILL: Final = 0.1
"""Share of the screen that must not change during the comparison for it to mean anything."""

_DIFFERS: Final = 0.01
"""Share of what stood still that may be different: the pointer is in one picture and not in the other."""

_COLOURS: Final = np.uint32(0x00FFFFFF)

_log = logging.getLogger(__name__)


class FramesError(Exception):
    """There are no frames, or none any more; `str` says why."""


class Frames(Protocol):
    """The pictures of one display, as the system shows them; they are opened with a first one. To be used
    from one thread only."""

    def take(self, timeout: float) -> bool:
        """Waits up to so many seconds for a newer picture, and keeps it. Raises FramesError."""

    def read(self) -> Pixels:
        """All of the newest picture taken; good until the next `read`. Raises FramesError."""

    def close(self) -> None:
        """Gives back what is held; may be called again."""


class PreferredGrabber:
    """Grabs by frames while they last, and by `screen` otherwise; reports which it is, and why."""

    def __init__(
        self,
        number: int,
        screen: Grabber,
        find_displays: Callable[[], list[Display]],
        open_frames: Callable[[Display], Frames],
        report: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`screen` grabs that display number too; `find_displays` finds out where the displays are now, and
        raises GrabError; `open_frames` raises FramesError where there are none."""
        self._number = number
        self._screen = screen
        self._find_displays = find_displays
        self._open_frames = open_frames
        self._report = report
        self._clock = clock
        self._frames: Frames | None = None
        self._displays: list[Display] = []
        self._looked = 0.0
        self._pause = RETRY_FIRST
        self._next_attempt = float("-inf")
        self._reported = ""

    def displays(self) -> list[Display]:
        """Returns them as last seen. Raises GrabError."""
        return self._screen.displays() if self._frames is None else list(self._displays)

    def check(self) -> None:
        """Asks `screen`."""
        self._screen.check()

    def next(self, timeout: float) -> Sequence[Rectangle] | None:
        """Waits for a frame, which is of the whole display; that they failed is news too, for `grab` finds
        another way."""
        try:
            if self._frames is not None and not self._frames.take(timeout):
                return ()
        except FramesError as error:
            self._give_up(error)
        return None

    def grab(self, region: Rectangle | None = None) -> Grab:
        """The whole display. Raises GrabError."""
        try:
            if self._frames is None and self._clock() >= self._next_attempt:
                self._attempt()
            if self._frames is not None:
                return self._newest(self._frames)
        except FramesError as error:
            self._give_up(error)
        return self._screen.grab(region)

    def close(self) -> None:
        """Closes both."""
        self._let_go()
        self._screen.close()

    def _newest(self, frames: Frames) -> Grab:
        now = self._clock()
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            if self._find_displays() != self._displays:
                raise FramesError("the displays have changed")
        frames.take(0.0)
        return whole(frames.read())

    def _attempt(self) -> None:
        """Opens frames and holds them against what `screen` grabs. Raises FramesError, GrabError."""
        first = self._screen.grab()
        displays = self._screen.displays()
        frames = self._open_frames(displays[self._number])
        try:
            self._compare(frames, first.pixels)
        except (FramesError, GrabError):
            frames.close()
            raise
        self._screen.close()  # it rests meanwhile
        self._frames, self._displays, self._looked = frames, displays, self._clock()
        self._pause = RETRY_FIRST
        self._tell("desktop duplication")

    def _compare(self, frames: Frames, before: Pixels) -> None:
        for _ in range(TRIALS):
            picture = frames.read()
            after = self._screen.grab().pixels
            if agree(before, picture, after):
                return
            before = after
            frames.take(FIRST_WITHIN)
        raise FramesError("its picture is not that of the screen")

    def _give_up(self, error: FramesError) -> None:
        self._let_go()
        # The system's objects of a failed attempt are freed now: they take 4 MB an attempt on the stand-in
        # for a Windows host. `ctypes.cast`, which dxcam calls with its device, ties that to itself.
        traceback.clear_frames(error.__traceback__)
        gc.collect()
        self._next_attempt = self._clock() + self._pause
        self._pause = min(2 * self._pause, RETRY_LAST)
        self._tell(f"mss (desktop duplication: {error})")

    def _let_go(self) -> None:
        frames, self._frames = self._frames, None
        if frames is not None:
            frames.close()

    def _tell(self, means: str) -> None:
        if means != self._reported:
            self._reported = means
            _log.info("the screen is grabbed by %s", means)
            self._report(means)


def agree(before: Pixels, picture: Pixels, after: Pixels) -> bool:
    """Returns whether `picture` shows the screen that was grabbed the other way before and after it. What
    changed between those two says nothing; where nearly all of it did, the answer is False."""
    if not before.shape == picture.shape == after.shape:
        return False
    first, between, last = (each.view(np.uint32) & _COLOURS for each in (before, picture, after))
    still = first == last
    judged = np.count_nonzero(still)
    wrong = np.count_nonzero(still & (between != first))
    return bool(judged >= _STOOD_STILL * still.size and wrong <= _DIFFERS * judged)
