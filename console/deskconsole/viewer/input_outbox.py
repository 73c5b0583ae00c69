"""The window's writing end of the pipe to the console. A console that does not read stops nothing."""

from __future__ import annotations

import os
import sys
import time
from collections import deque

from .messages import PointerInput, ToConsole, line
from .wall_messages import WallWish

_MANY = 1000
"""Messages that may wait. A console that has stopped for so long is not to type all of it later."""

_LOOK = 0.01
"""Seconds between two looks whether there is room again."""

_FAREWELL = 0.5
"""Seconds that the last messages may wait for room."""


class InputOutbox:
    """Messages to the console in their order; moves that wait are merged. Main thread only."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._waiting: deque[ToConsole | WallWish] = deque()
        self._rest = b""
        """The rest of a line that did not fit."""
        # Windows cannot say whether a pipe has room, and its window sends no input.
        if sys.platform != "win32":
            os.set_blocking(pipe, False)

    @property
    def full(self) -> bool:
        """True if the console has not read for long: later it would type more input than its user expects."""
        return len(self._waiting) >= _MANY

    @property
    def due(self) -> float | None:
        """The time at which `flush` has to be called; None: nothing waits for room."""
        return time.monotonic() + _LOOK if self._waiting or self._rest else None

    def put(self, message: ToConsole | WallWish) -> None:
        """Sends the message now, or at a later `flush`."""
        if (
            isinstance(message, PointerInput)
            and self._waiting
            and isinstance(self._waiting[-1], PointerInput)
        ):
            self._waiting.pop()
        self._waiting.append(message)
        self.flush()

    def flush(self) -> None:
        """Writes as much as there is room for."""
        while self._waiting or self._rest:
            if not self._rest:
                self._rest = line(self._waiting.popleft())
            try:
                self._rest = self._rest[os.write(self._pipe, self._rest) :]
            except BlockingIOError:
                return
            except OSError:  # the console is gone: stdin has ended too, and ends the window
                self._waiting.clear()
                self._rest = b""

    def close(self) -> None:
        """Waits a moment for room for the rest."""
        until = time.monotonic() + _FAREWELL
        while self.due is not None and time.monotonic() < until:
            time.sleep(_LOOK)
            self.flush()
