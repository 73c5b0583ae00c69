"""The answers of the person at the host that are remembered, for each console."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final

from deskagent.consent.question import Answer

from .client import ControlClient

NO_LASTS: Final = 60.0
"""Seconds for which a no is remembered: a console cannot ask again and again, and a person who was away can
be asked later. A yes holds until the agent ends."""

_MOST_CONSENTS: Final = 256
"""The most consoles whose answers are remembered; beyond that the oldest answer is forgotten."""


@dataclass
class _GivenConsent:
    """The answers of the person at the host for one console; None: not answered yet."""

    see: bool | None = None
    control: bool | None = None
    at: float = 0.0
    ended: bool = False
    """The person ended this console's control by a click, and has not let it act since."""

    def take(self, answer: Answer, *, control: bool) -> None:
        """The answer to a question, of control or of seeing alone."""
        self.at = time.monotonic()
        if control:
            self.control = answer is Answer.CONTROL
            self.ended = self.ended and not self.control
            self.see = self.see or answer is not Answer.NO or None
        else:
            self.see = answer is not Answer.NO
            self.control = {Answer.NO: False, Answer.CONTROL: True}.get(answer)

    def end_control(self) -> None:
        """The person has ended the console's control."""
        self.at = time.monotonic()
        self.control, self.ended = False, True

    def known(self, *, control: bool) -> bool | None:
        """The answer that still counts; None: the person has to be asked."""
        said = self.control if control else self.see
        return None if said is False and time.monotonic() - self.at > NO_LASTS else said


class GivenConsents:
    """Remembers what each console may. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_console: dict[bytes | ControlClient, _GivenConsent] = {}

    def known(self, client: ControlClient, *, control: bool) -> bool | None:
        """The answer that still counts; None: the person has to be asked."""
        with self._lock:
            given = self._by_console.get(_key(client))
            return None if given is None else given.known(control=control)

    def ended_by_click(self, client: ControlClient) -> bool:
        """True if the person has ended this console's control, and has not let it act since."""
        with self._lock:
            given = self._by_console.get(_key(client))
            return given is not None and given.ended

    def take(self, client: ControlClient, answer: Answer, *, control: bool) -> None:
        """Remembers the answer to a question, of control or of seeing alone."""
        with self._lock:
            self._of(client).take(answer, control=control)

    def end_control(self, client: ControlClient) -> None:
        """The person has ended this console's control."""
        with self._lock:
            self._of(client).end_control()

    def forget(self, client: ControlClient) -> None:
        """The link has ended: the answers for a console without an identity count no more."""
        with self._lock:
            self._by_console.pop(client, None)

    def _of(self, client: ControlClient) -> _GivenConsent:
        """Returns the record of this console, new if there is none; the oldest makes room."""
        given = self._by_console.setdefault(_key(client), _GivenConsent())
        while len(self._by_console) > _MOST_CONSENTS:
            self._by_console.pop(next(iter(self._by_console)))
        return given


def _key(client: ControlClient) -> bytes | ControlClient:
    """Identifies a console across its links; one without an identity is another console on each link."""
    return client.hello.console or client
