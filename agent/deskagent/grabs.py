"""The thread that grabs: one frame for each demand, at a pace, and never dead because a grab failed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from numpy import uint8
from numpy.typing import NDArray

from .capture.grabber import Grabber, GrabError
from .pace import Pace
from .wire.geometry import Display

Frame = NDArray[uint8]
"""(height, width, 4), BGRX."""

_RETRY_INTERVAL = 0.5
"""Seconds between two attempts while grabs fail."""

_log = logging.getLogger(__name__)


class GrabThread:
    """Grabs on a thread of its own and hands each frame, or the GrabError there was instead, to `deliver`.

    The system's capture objects belong to the thread that made them, so the grabber is opened, used and
    closed there. While it cannot be opened, opening it is tried again at every demand.
    """

    def __init__(
        self,
        open_grabber: Callable[[], Grabber],
        deliver: Callable[[Frame | GrabError], None],
        pace: Pace,
    ) -> None:
        self._open_grabber = open_grabber
        self._deliver = deliver
        self._pace = pace
        self._demanded = threading.Event()
        self._closing = threading.Event()
        self._displays: tuple[Display, ...] = ()
        self._displays_known = threading.Event()
        self._thread = threading.Thread(target=self._run, name="grab", daemon=True)

    def start(self) -> None:
        """Opens the grabber; frames come only when demanded."""
        self._thread.start()

    def demand(self) -> None:
        """One more frame, please; demands that nobody has answered yet are one demand."""
        self._demanded.set()

    def displays(self, timeout: float = 5.0) -> tuple[Display, ...]:
        """The displays as last seen; empty where none could be opened, or not within `timeout` seconds."""
        self._displays_known.wait(timeout)
        return self._displays

    def close(self) -> None:
        """Ends the thread, after the grab that it may be in."""
        self._closing.set()
        self._demanded.set()
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        grabber: Grabber | None = None
        try:
            grabber = self._try_open(None)
            started = time.monotonic()
            while self._next_demand(started, failed=grabber is None):
                started = time.monotonic()
                try:
                    if grabber is None:
                        grabber = self._open_grabber()
                    frame = grabber.grab()
                    self._displays = tuple(grabber.displays())
                except GrabError as error:
                    self._deliver(error)
                    grabber = self._try_open(grabber)
                    continue
                self._pace.grabbed(time.monotonic() - started)
                self._deliver(frame)
        finally:
            if grabber is not None:
                grabber.close()

    def _try_open(self, old: Grabber | None) -> Grabber | None:
        """A new grabber for one that failed, or None while there is none to be had."""
        if old is not None:
            old.close()
        try:
            grabber = self._open_grabber()
            self._displays = tuple(grabber.displays())
        except GrabError as error:
            _log.warning("no grab: %s", error)
            return None
        finally:
            self._displays_known.set()
        return grabber

    def _next_demand(self, started: float, *, failed: bool) -> bool:
        """Waits for a demand and for the pace; False when it is time to end."""
        self._demanded.wait()
        self._demanded.clear()
        while not self._closing.is_set():
            now = time.monotonic()
            due = started + (_RETRY_INTERVAL if failed else self._pace.interval(now))
            if due <= now:
                return True
            # In short steps, so that a change of pace counts at once.
            self._closing.wait(min(due - now, 0.02))
        return False
