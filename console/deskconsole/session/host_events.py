"""The events that a host can cause without anybody here: questions, refusals, changes of its screen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from .events import Event, EventsLeftOut

MOST: Final = 60
"""Events within an hour. A host that changes its mind all the time must neither drown the event log nor push
what matters out of the audit log: with it both grow by 200 kB a day at most."""

_HOUR = 3600.0


class HostEvents:
    """Tells the events of one host, at most `MOST` an hour; the others are counted, and their number is told
    with the next hour or at the end of the link. Safe between threads."""

    def __init__(self, tell: Callable[[Event], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._lock = threading.Lock()
        self._began = float("-inf")
        """When the hour began."""
        self._told = 0
        self._left_out = 0

    def tell(self, event: Event) -> None:
        """Tells or counts it."""
        with self._lock:
            if (now := self._clock()) >= self._began + _HOUR:
                self._began, self._told = now, 0
            told = self._told < MOST
            if told:
                self._told += 1
            else:
                self._left_out += 1
        if told:
            self.tell_count(event.host)
            self._tell(event)

    def tell_count(self, host: str) -> None:
        """Tells how many were left out, if any."""
        with self._lock:
            count, self._left_out = self._left_out, 0
        if count:
            self._tell(EventsLeftOut(host=host, count=count))
