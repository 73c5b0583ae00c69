"""Lets an event end what a thread waits on, by closing it.

One thread watches all events. One for each of a hundred hosts that connect, awake ten times a second, took
the time in which keys are answered.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_TICK = 0.1


@dataclass(eq=False, slots=True)
class _Watched:
    cancelled: threading.Event
    close: Callable[[], None]
    grace: float
    cancelled_at: float | None = None
    closer: threading.Thread | None = None

    def is_due(self, now: float) -> bool:
        """True once the event is set and its grace is over."""
        if not self.cancelled.is_set():
            return False
        if self.cancelled_at is None:
            self.cancelled_at = now
        return now - self.cancelled_at >= self.grace


class _Watch:
    """All that is watched; its thread ends when there is nothing more to watch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: set[_Watched] = set()
        self._running = False

    def add(self, one: _Watched) -> None:
        with self._lock:
            self._watched.add(one)
            if not self._running:
                threading.Thread(target=self._run, name="cancel watch", daemon=True).start()
                self._running = True

    def remove(self, one: _Watched) -> None:
        """Returns when its closing is over, if that has begun."""
        with self._lock:
            self._watched.discard(one)
        if one.closer is not None:
            one.closer.join()

    def _run(self) -> None:
        while True:
            time.sleep(_TICK)
            with self._lock:
                if not self._watched:
                    self._running = False
                    return
                now = time.monotonic()
                for one in [one for one in self._watched if one.is_due(now)]:
                    closer = threading.Thread(target=one.close, name="cancelled", daemon=True)
                    with contextlib.suppress(RuntimeError):  # no more threads: again at the next look
                        closer.start()
                        one.closer = closer
                        self._watched.remove(one)


_watch = _Watch()


@contextmanager
def closing_when(cancelled: threading.Event, close: Callable[[], None], grace: float = 0.0) -> Iterator[None]:
    """While inside, `cancelled` calls `close`: a thread that waits on what it closes wakes with an error.

    `grace` is how many seconds one has to leave before that.
    """
    one = _Watched(cancelled, close, grace)
    try:
        _watch.add(one)
        yield
    finally:
        _watch.remove(one)
