"""The answers that wait until there is room for them on the way to a console."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from deskwire.control import Control, ControlState, Done, InputOutcome
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
        """Puts a message behind the others, in place of one just before it that says nothing more."""
        with self._lock:
            waiting = self._waiting
            if waiting and _makes_needless(message, waiting[-1]):
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


def _makes_needless(message: Message, before: Message) -> bool:
    """A plain Done implies the one before. Of two words on who acts the newer counts, where the older has no
    reason: other consoles may take control from each other as often as they like."""
    if isinstance(message, Done) and isinstance(before, Done):
        return message.outcome is before.outcome is InputOutcome.DONE
    return (
        isinstance(message, Control)
        and isinstance(before, Control)
        and before.state in (ControlState.FREE, ControlState.OTHER)
        and not before.reason
    )
