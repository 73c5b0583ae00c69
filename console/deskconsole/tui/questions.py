"""Carries questions from session threads to the person and the answers back; draws nothing itself."""

from __future__ import annotations

import threading
from collections.abc import Callable

from deskconsole.ssh.prompts import ChangedHostKey, Question, SecretRequest, ServerMessage, UnknownHostKey

Answer = bool | str | None
"""True or False for a key, a text for a secret, None for no."""


class PendingQuestion:
    """One question and its answer-to-be."""

    def __init__(self, asked: Question, owner: object = None) -> None:
        self.asked = asked
        self.owner = owner
        """The asker; None is the session of the host."""
        self._answered = threading.Event()
        self._answer: Answer = None

    @property
    def host(self) -> str:
        """The host that is being connected."""
        return self.asked.connecting or self.asked.host

    @property
    def answered(self) -> bool:
        return self._answered.is_set()

    def answer(self, answer: Answer) -> None:
        """Sets the asking thread free; only the first answer counts."""
        if not self._answered.is_set():
            self._answer = answer
            self._answered.set()

    def wait(self) -> Answer:
        """Blocks the asking thread until there is an answer."""
        self._answered.wait()
        return self._answer


class QueuedQuestions:
    """`Questions` for many session threads at once: each waits for its turn.

    `changed` is called, on any thread, after a question came or was withdrawn; `heard` with what a server
    says.
    """

    def __init__(self, changed: Callable[[], None], heard: Callable[[ServerMessage], None]) -> None:
        self._changed = changed
        self._heard = heard
        self._lock = threading.Lock()
        self._pending: list[PendingQuestion] = []
        self._closed = False

    def trust_host_key(self, question: UnknownHostKey) -> bool:
        return self.ask(question) is True

    def forget_host_key(self, question: ChangedHostKey) -> bool:
        return self.ask(question) is True

    def secret(self, request: SecretRequest) -> str | None:
        answer = self.ask(request)
        return answer if isinstance(answer, str) else None

    def tell(self, message: ServerMessage) -> None:
        self._heard(message)

    def waiting(self) -> list[PendingQuestion]:
        """The questions that are not answered yet, the oldest first."""
        with self._lock:
            self._pending = [pending for pending in self._pending if not pending.answered]
            return list(self._pending)

    def hosts(self) -> set[str]:
        """Hosts whose connection waits for an answer."""
        with self._lock:
            return {pending.host for pending in self._pending if not pending.answered}

    def withdraw(self, host: str, owner: object = None) -> None:
        """Answers every question that connecting to `host` asks with no: it was cancelled."""
        with self._lock:
            mine = [one for one in self._pending if one.host == host and one.owner is owner]
        for pending in mine:
            pending.answer(None)
        if mine:
            self._changed()

    def close(self) -> None:
        """Answers every question with no, also those that are yet to come."""
        with self._lock:
            self._closed = True
            waiting, self._pending = self._pending, []
        for pending in waiting:
            pending.answer(None)

    def ask(self, asked: Question, owner: object = None) -> Answer:
        """Blocks the asking thread until there is an answer."""
        pending = PendingQuestion(asked, owner)
        with self._lock:
            if self._closed:
                return None
            self._pending.append(pending)
        self._changed()
        return pending.wait()


class OwnQuestions:
    """`Questions` in the same queue for who is no session: they end with `withdraw`, not with the session."""

    def __init__(self, queue: QueuedQuestions, host: str) -> None:
        self._queue = queue
        self._host = host
        self._withdrawn = False

    def trust_host_key(self, question: UnknownHostKey) -> bool:
        return self._ask(question) is True

    def forget_host_key(self, question: ChangedHostKey) -> bool:
        return self._ask(question) is True

    def secret(self, request: SecretRequest) -> str | None:
        answer = self._ask(request)
        return answer if isinstance(answer, str) else None

    def tell(self, message: ServerMessage) -> None:
        self._queue.tell(message)

    def withdraw(self) -> None:
        """Answers them with no, also those that are yet to come."""
        self._withdrawn = True
        self._queue.withdraw(self._host, self)

    def _ask(self, asked: Question) -> Answer:
        return None if self._withdrawn else self._queue.ask(asked, self)
