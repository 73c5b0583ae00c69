"""The answers that wait until there is room for them on the way to a console."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from deskwire.control import Done, InputOutcome
from deskwire.errors import RemoteProtocolError
from deskwire.message import Message

_MOST: Final = 4096
"""Answers that may wait for the console to read: an hour's heartbeats behind one packet on a slow way, and
more than one read of Pings can ask for."""

_TAKEN_AT_ONCE: Final = 64
"""Answers sent in one piece, 3 kB: less than the room in any socket that is writable."""


class AnswerQueue:
    """Keeps the order. Safe between threads."""

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, message: Message) -> None:
        """Puts a message behind the others; a plain Done replaces the one before, which it implies."""
        with self._lock:
            waiting = self._waiting
            if waiting and _is_plain_done(message) and _is_plain_done(waiting[-1]):
                waiting.pop()
            waiting.append(message)

    def take(self) -> list[Message]:
        """Returns the bytes that are sent next in one piece."""
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), _TAKEN_AT_ONCE))]

    def check(self) -> None:
        """Raises RemoteProtocolError where more waits than a console that reads can have asked for."""
        if len(self._waiting) > _MOST:
            raise RemoteProtocolError("a console that asks and does not read the answers")


def _is_plain_done(message: Message) -> bool:
    return isinstance(message, Done) and message.outcome is InputOutcome.DONE
