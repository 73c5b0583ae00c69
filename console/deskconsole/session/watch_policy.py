"""How closely one host is looked at, and what its agent is to be asked for. It asks nobody itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from deskwire.messages import Watch, WatchMode

GRACE = 3.0
"""Seconds for which the full stream goes on after the last close look: a window that is closed and opened
again finds it running, and every change to it costs a refresh."""


class WatchPolicy:
    """FULL while somebody looks closely and for a little while after, PREVIEW otherwise.

    A watcher that stays is asked for: `looking` is called often, from any thread, and returns at once.
    A caller that only wants one thing takes a `glance`. From any thread.
    """

    def __init__(self, looking: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._looking = looking
        self._clock = clock
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._full = Watch(WatchMode.FULL)
        self._preview = Watch(WatchMode.PREVIEW)

    @property
    def close(self) -> bool:
        """Somebody looks closely just now."""
        return self._looking()

    def wanted(self) -> Watch:
        """What the agent should have been told."""
        looking = self._looking()
        with self._lock:
            now = self._clock()
            if looking:
                self._until = max(self._until, now + GRACE)
            return self._full if now < self._until else self._preview

    def glance(self, seconds: float) -> None:
        """Somebody looks closely for so long."""
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)

    def pace(self, *, interval: float, rate: int) -> None:
        """Previews come `interval` seconds apart from now on, the full stream with `rate` bytes a second at
        most (0: no bound)."""
        with self._lock:
            if self._preview.interval != interval:
                self._preview = Watch(WatchMode.PREVIEW, interval=interval)
            if self._full.rate != rate:
                self._full = Watch(WatchMode.FULL, rate=rate)
