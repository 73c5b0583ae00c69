"""The inputs of one desktop that wait to be injected, in the order in which they came."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from deskwire.clipboard import PutClip
from deskwire.control import EndControl, Pointer, Typing
from deskwire.errors import RemoteProtocolError
from deskwire.messages import NumberedRequest

from .client import ControlClient

_MANY: Final = 1024
"""Inputs from which on older moves are left out: every press and every turn of the wheel has its own place,
so nothing is clicked elsewhere."""

_PRUNE_EVERY: Final = 512
"""Inputs after which a long queue is gone through once more."""

_MOST: Final = 4096
"""Inputs that may wait: more come from no keyboard."""

_MOST_CHARACTERS: Final = 1_000_000
"""Characters that may wait, of texts to be typed and texts for the clipboard."""


class QueuedInput(NamedTuple):
    """An input, whose it is, and by which grant."""

    client: ControlClient
    grant: int
    message: NumberedRequest | EndControl


class InputQueue:
    """Keeps the order. Not safe between threads: its owner locks."""

    def __init__(self) -> None:
        self._waiting: deque[QueuedInput] = deque()
        self._grant = 0
        """The grant of the latest input."""
        self._prune_at = _MANY
        self._characters = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(
        self, client: ControlClient, grant: int, message: NumberedRequest | EndControl
    ) -> QueuedInput | None:
        """Puts an input behind the others; a move that another one follows is passed over.

        Returns the text for the clipboard that does not wait any more, because the next input is a newer one:
        each may take seconds. With an input between them both stay, as it may be what pastes the older one.
        Raises RemoteProtocolError where the console sends more than can be injected; nothing changes then.
        """
        if grant != self._grant:
            # What waits by an earlier grant is not injected any more, and takes no room from this console.
            self._waiting.clear()
            self._grant, self._characters = grant, 0
        waiting = self._waiting
        displaced = None
        if isinstance(message, Pointer):
            if waiting and _is_move(waiting[-1], client):
                waiting.pop()
            elif len(waiting) >= self._prune_at:
                self._waiting = waiting = deque(one for one in waiting if not _is_move(one, client))
                self._prune_at = max(_MANY, len(waiting) + _PRUNE_EVERY)
        elif isinstance(message, PutClip) and waiting and _is_clip(waiting[-1], client):
            displaced = waiting[-1]
        characters = self._characters + _characters(message)
        if displaced is not None:
            characters -= _characters(displaced.message)
        if characters > _MOST_CHARACTERS:
            raise RemoteProtocolError(f"more than {_MOST_CHARACTERS} characters that wait to be injected")
        if displaced is not None:
            waiting.pop()
        if len(waiting) >= _MOST:
            raise RemoteProtocolError(f"more than {_MOST} inputs that wait to be injected")
        self._characters = characters
        waiting.append(QueuedInput(client, grant, message))
        return displaced

    def next(self) -> QueuedInput:
        """The oldest, which does not wait any more."""
        if len(self._waiting) < _MANY:
            self._prune_at = _MANY
        oldest = self._waiting.popleft()
        self._characters -= _characters(oldest.message)
        return oldest


def _characters(message: NumberedRequest | EndControl) -> int:
    return len(message.text) if isinstance(message, (Typing, PutClip)) else 0


def _is_clip(queued: QueuedInput, client: ControlClient) -> bool:
    return queued.client is client and isinstance(queued.message, PutClip)


def _is_move(queued: QueuedInput, client: ControlClient) -> bool:
    return queued.client is client and isinstance(queued.message, Pointer)
