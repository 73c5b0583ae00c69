"""A queue before SSH logins: a hundred at once take longer than sixteen at a time.

500 handshakes begun together took 131 to 198 s here, sixteen at a time 12 to 18 s.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from deskconsole.errors import Cancelled

AT_ONCE = 16
_TICK = 0.1


class LoginQueue:
    """Lets `at_once` logins go on at the same time, on whichever threads."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = threading.Semaphore(at_once)

    def turn(self, waiting: Callable[[], None] = lambda: None) -> Turn:
        """One connection's place in the queue; it is not taken yet.

        `waiting` is called if others are before it.
        """
        return Turn(self._free, waiting)


class Turn:
    """A place that is waited for, and left as soon as the login is done or a person is asked."""

    def __init__(
        self, free: threading.Semaphore | None = None, waiting: Callable[[], None] = lambda: None
    ) -> None:
        """`free` None: there is no queue."""
        self._free = free
        self._waiting = waiting
        self._taken = False

    def take(self, cancelled: threading.Event) -> None:
        """Blocks until it is this one's turn. Raises Cancelled."""
        if self._free is None or self._taken:
            return
        if not self._free.acquire(blocking=False):
            self._waiting()
            while not self._free.acquire(timeout=_TICK):
                if cancelled.is_set():
                    raise Cancelled("connecting was cancelled")
        self._taken = True

    def leave(self) -> None:
        """Lets the next one in; may be called again."""
        if self._taken and self._free is not None:
            self._taken = False
            self._free.release()
