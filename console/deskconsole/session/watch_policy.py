"""Decides whether one host's agent sends the full stream or previews. It asks no agent itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from deskconsole.picture.preview import HEIGHT, WIDTH
from deskwire.messages import Watch, WatchMode

GRACE = 3.0
"""Seconds for which the full stream continues when it is no longer watched: a window that is closed and
opened again finds it running, and every change to it costs a refresh."""


class WatchPolicy:
    """FULL while the stream is watched and for a little while after, PREVIEW otherwise.

    `watched` tells whether it is, a window for one: it is called often, from any thread, and returns at once.
    A caller that wants one thing only asks for FULL for a set time. From any thread.
    """

    def __init__(self, watched: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._watched = watched
        self._clock = clock
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._full = Watch(WatchMode.FULL)
        self._preview = Watch(WatchMode.PREVIEW, WIDTH, HEIGHT)
        self._largest = WIDTH, HEIGHT

    @property
    def watched(self) -> bool:
        """True if the full stream is watched just now."""
        return self._watched()

    def wanted(self) -> Watch:
        """The watch that the agent should have been told."""
        watched = self._watched()
        with self._lock:
            now = self._clock()
            if watched:
                self._until = max(self._until, now + GRACE)
            return self._full if now < self._until else self._preview

    @property
    def largest_preview(self) -> tuple[int, int]:
        """Width and height of the largest preview that the agent was ever asked for."""
        with self._lock:
            return self._largest

    def full_for(self, seconds: float) -> None:
        """The full stream is wanted for so long, or longer."""
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)

    def pace(self, *, interval: float, rate: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bool:
        """Previews of at most this size come `interval` seconds apart from now on, the full stream with
        `rate` bytes a second at most (0: no bound). True if the agent should hear of it at once: it is to
        send sooner, or another size. The rest it hears at the link's next look, so that a hundred hosts whose
        shares change together do not hold up the caller."""
        width, height = size
        with self._lock:
            before = self._preview
            self._largest = max(self._largest[0], width), max(self._largest[1], height)
            if self._preview != (wanted := Watch(WatchMode.PREVIEW, width, height, interval)):
                self._preview = wanted
            if self._full.rate != rate:
                self._full = Watch(WatchMode.FULL, rate=rate)
            sooner = wanted.interval < before.interval
            return sooner or (wanted.width, wanted.height) != (before.width, before.height)
