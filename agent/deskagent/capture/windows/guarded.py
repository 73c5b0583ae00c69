"""A grabber that asks its system before it believes a picture. Nothing of a locked screen goes out as one.

While a desktop is locked, disconnected or somebody else's, a grab may give an error, the picture of before,
or black.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from deskagent.capture.source import Grab, Grabber, GrabError
from deskagent.pixels import is_flat
from deskwire.geometry import Display, Rectangle
from deskwire.messages import ScreenState

from .session_state import ScreenVerdict, SystemAnswers, judge, judge_blank

LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the system's answers while nothing is suspicious."""


class Desktop(Protocol):
    """Who answers for the system."""

    def answers(self) -> SystemAnswers:
        """Returns what it says now. Raises OSError where it says nothing."""


class GuardedGrabber:
    """Passes on the pictures of `source` while `desktop` is live, and raises its state while it is not."""

    def __init__(
        self, source: Grabber, desktop: Desktop, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._desktop = desktop
        self._clock = clock
        self._looked = float("-inf")

    def displays(self) -> list[Display]:
        """Returns the displays of the source, locked or not."""
        return self._source.displays()

    def check(self) -> None:
        """Raises GrabError with the state of a desktop that is not live."""
        self._look(judge)
        self._source.check()

    def next(self, timeout: float) -> Sequence[Rectangle] | None:
        """Waits as the source does; None also where it is time to ask the system again: a desktop that
        is locked need not change."""
        changed = self._source.next(timeout)
        nothing = changed is not None and not changed
        return None if nothing and self._clock() - self._looked >= LOOK_EVERY else changed

    def grab(self, region: Rectangle | None = None) -> Grab:
        """Passes on what the source has of a live desktop. Raises GrabError."""
        if self._clock() - self._looked >= LOOK_EVERY:
            self._look(judge)
        try:
            grab = self._source.grab(region)
        except GrabError:
            # The desktop's own reason, where there is one, tells more than the failed call's.
            self._look(judge_blank)
            raise
        # A part of one colour is nothing unusual.
        if grab.area.size == grab.size and is_flat(grab.pixels):
            self._look(judge_blank)
        return grab

    def close(self) -> None:
        """Closes the source."""
        self._source.close()

    def _look(self, judged: Callable[[SystemAnswers], ScreenVerdict]) -> None:
        self._looked = self._clock()
        try:
            verdict = judged(self._desktop.answers())
        except OSError as error:
            raise GrabError(f"the system does not say what its desktop does: {error}") from error
        if verdict.state is not ScreenState.LIVE:
            # The next grab looks again, however soon it comes.
            self._looked = float("-inf")
            raise GrabError(verdict.reason, state=verdict.state)
