"""The events of one connection to an X server, for a thread that another thread may have to wake."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Callable
from typing import Any

from .connection import FAULTS


class XEvents:
    """Waits for events of `connection` (python-xlib), which belongs to one thread from then on."""

    def __init__(self, connection: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._connection = connection
        self._clock = clock
        self._woken, self._waker = socket.socketpair()
        self._woken.settimeout(0)
        self._waker.settimeout(0)

    def next(self, until: float) -> Any | None:
        """The next event; None at the time `until` of the clock, or when `wake` was called.

        Raises what python-xlib raises where the server goes away.
        """
        while True:
            if self._connection.pending_events():
                return self._connection.next_event()
            # That look has sent requests too, as many as the socket took.
            server = self._connection.fileno()
            unsent = [server] if self._connection.display.data_send else []
            left = max(0.0, until - self._clock())
            ready, writable, _ = select.select([server, self._woken], unsent, [], left)
            if self._woken in ready:
                with contextlib.suppress(BlockingIOError):
                    while self._woken.recv(64):
                        pass
                return None
            if not ready and not writable:
                return None

    def wake(self) -> None:
        """Ends a wait of `next`, now or the next one. Any thread may call it."""
        # A full buffer has woken the thread already; with a closed one no thread waits.
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")

    def close(self) -> None:
        """Closes the wake-up and the connection."""
        self._waker.close()
        self._woken.close()
        with contextlib.suppress(*FAULTS):
            self._connection.close()
