"""A queue before SSH logins: a hundred at once take longer than sixteen at a time, and begin one by one.

500 handshakes begun together took 131 to 198 s here, sixteen at a time 12 to 18 s. A hundred connections that
were begun together kept the whole interpreter busy for 3.5 s, and a key was answered after 2.4 s.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from deskconsole.common.errors import Cancelled

from .cancelling import closing_when

AT_ONCE = 16
AT_FIRST = 4
"""Connections that begin without waiting for each other."""
APART = 0.1
"""Seconds between the beginnings of two connections while no person waits for them."""


class LoginQueue:
    """Lets `at_once` logins run at the same time, on whichever threads.

    Those that a person waits for go first; else the first to come is the first to be let in.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._lock = threading.Lock()
        self._free = at_once
        self._waiting: list[LoginTurn] = []
        self._begin_at = 0.0
        """Monotonic time at which the next connection may begin."""

    def turn(self, waiting: Callable[[], None] = lambda: None) -> LoginTurn:
        """One connection's place in the queue; it is not taken yet."""
        return LoginTurn(self, waiting)

    def delay(self) -> float:
        """Seconds after which the connection that asks now may begin."""
        with self._lock:
            now = time.monotonic()
            begin_at = max(now - (AT_FIRST - 1) * APART, self._begin_at)
            self._begin_at = begin_at + APART
            return max(0.0, begin_at - now)

    def spare(self) -> None:
        """Lets later connections begin earlier: one that was to wait does not."""
        with self._lock:
            self._begin_at -= APART

    def ask(self, turn: LoginTurn) -> bool:
        """True if there is a place now; if not, the turn waits until `let_in` is called on it."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            self._waiting.append(turn)
            return False

    def give_up(self, turn: LoginTurn) -> bool:
        """Stops waiting; False if the turn was let in just now."""
        with self._lock:
            if turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True

    def leave(self) -> None:
        """Gives a place to the next one."""
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            following = next((turn for turn in self._waiting if turn.first), self._waiting[0])
            self._waiting.remove(following)
            following.let_in()


class LoginTurn:
    """A place that is waited for, and left while a person is asked and as soon as the login is done."""

    def __init__(self, queue: LoginQueue | None = None, waiting: Callable[[], None] = lambda: None) -> None:
        """`queue` None: there is always a place."""
        self.first = False
        """A person waits for it."""
        self.waiting = waiting
        """Called if others are before it."""
        self._queue = queue
        self._hurried = threading.Event()
        self._let_in = threading.Event()
        self._taken = False

    def hurry(self) -> None:
        """A person waits for it: it goes before others."""
        self.first = True
        self._hurried.set()

    def begin(self, cancelled: threading.Event) -> None:
        """Blocks until its connection may begin, unless a person waits for it. Raises Cancelled."""
        if self._queue is None or self.first or not (delay := self._queue.delay()):
            return
        self.waiting()
        with closing_when(cancelled, self._hurried.set):
            if self._hurried.wait(delay):
                self._queue.spare()
        if cancelled.is_set():
            raise Cancelled("connecting was cancelled")

    def let_in(self) -> None:
        """Gives this turn its place."""
        self._let_in.set()

    def take(self, cancelled: threading.Event) -> None:
        """Blocks until it is this one's turn. Raises Cancelled."""
        if self._queue is None or self._taken:
            return
        self._let_in.clear()
        if not self._queue.ask(self):
            try:
                self.waiting()
                with closing_when(cancelled, self._let_in.set):
                    self._let_in.wait()
                if cancelled.is_set():
                    raise Cancelled("connecting was cancelled")
            except BaseException:
                if not self._queue.give_up(self):
                    self._queue.leave()
                raise
        self._taken = True

    def leave(self) -> None:
        """Lets the next one in; may be called again."""
        if self._taken and self._queue is not None:
            self._taken = False
            self._queue.leave()
