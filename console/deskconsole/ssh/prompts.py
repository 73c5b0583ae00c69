"""Questions that a login may ask a person. The TUI answers with modals, the command line with prompts.

Every method is called on the connecting thread and may block for as long as the person thinks;
None or False means "no", and connecting ends with a `HostKeyError`, `AuthenticationFailed` or `Cancelled`.
`tell` does not wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol


@dataclass(frozen=True, slots=True)
class UnknownHostKey:
    """A host showed a key that no known_hosts file has."""

    host: str
    """The user's name for the host, or a jump host as written."""
    address: str
    """`name:port` as connected to."""
    algorithm: str
    """Such as `ssh-ed25519`."""
    fingerprint: str
    """`SHA256:...`, as ssh-keygen prints it."""
    connecting: str = ""
    """The host that is being connected; not `host` where that is a jump host. Empty: `host`."""


@dataclass(frozen=True, slots=True)
class ChangedHostKey:
    """A host showed another key than the one that the console's own known_hosts file has."""

    host: str
    """The same as in `UnknownHostKey`."""
    address: str
    algorithm: str
    """That of the key that is shown now."""
    fingerprint: str
    """That of the key that is shown now."""
    known: tuple[tuple[str, str], ...]
    """Algorithm and fingerprint of each key that was trusted before."""
    connecting: str = ""


@dataclass(frozen=True, slots=True)
class SecretRequest:
    """A secret is wanted; it is never stored on disk."""

    host: str
    """The same as in `UnknownHostKey`."""
    kind: str
    """`password`, `passphrase`, or `code` (another question of keyboard-interactive)."""
    prompt: str
    """The question; may have several lines and hold the server's words."""
    attempt: int = 1
    account: str = ""
    """`user@address:port` that is logged in to."""
    key_file: str = ""
    """The key file that a passphrase opens; the same passphrase serves every host that uses the file."""
    echo: bool = False
    """The answer may be seen while it is typed."""
    connecting: str = ""


@dataclass(frozen=True, slots=True)
class ServerMessage:
    """A server's message during a login that asks nothing: a banner, "approve it on your phone"."""

    host: str
    """The same as in `UnknownHostKey`."""
    text: str
    """The server's words, in one line or more."""
    waiting: bool = False
    """The login stands still: the server may wait until the person has done what it says."""
    connecting: str = ""
    by_console: bool = False
    """Not the server's words: the console warns of what it does not do for this host."""


Question = UnknownHostKey | ChangedHostKey | SecretRequest


class Questions(Protocol):
    """Asks a person, and tells the person what a server says."""

    def trust_host_key(self, question: UnknownHostKey) -> bool:
        """Is this the right key? True stores it in our known_hosts."""
        ...

    def forget_host_key(self, question: ChangedHostKey) -> bool:
        """May the keys that were trusted before be forgotten? True removes them from our known_hosts.

        The new key is not trusted by that: `trust_host_key` is asked next.
        """
        ...

    def secret(self, request: SecretRequest) -> str | None:
        """The secret, or None where the person cancelled."""
        ...

    def tell(self, message: ServerMessage) -> None:
        """Shows what a server says; returns at once."""
        ...


class NoQuestions:
    """There is no person to ask: every question is answered with no."""

    def trust_host_key(self, question: UnknownHostKey) -> bool:  # noqa: ARG002 - the protocol's name
        return False

    def forget_host_key(self, question: ChangedHostKey) -> bool:  # noqa: ARG002 - the protocol's name
        return False

    def secret(self, request: SecretRequest) -> str | None:  # noqa: ARG002 - the protocol's name
        return None

    def tell(self, message: ServerMessage) -> None:
        """Does nothing: the sentence of a login that fails has the server's words."""


class HostQuestions:
    """Passes questions on with the name of the host that is being connected.

    `before` is called before a person is asked, or told what a login waits for; `after` with each answer.
    """

    def __init__(
        self,
        questions: Questions,
        connecting: str,
        before: Callable[[], None] = lambda: None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._questions = questions
        self._connecting = connecting
        self._before = before
        self._after = after

    def trust_host_key(self, question: UnknownHostKey) -> bool:
        self._before()
        trusted = self._questions.trust_host_key(replace(question, connecting=self._connecting))
        self._after()
        return trusted

    def forget_host_key(self, question: ChangedHostKey) -> bool:
        self._before()
        forgotten = self._questions.forget_host_key(replace(question, connecting=self._connecting))
        self._after()
        return forgotten

    def secret(self, request: SecretRequest) -> str | None:
        self._before()
        answer = self._questions.secret(replace(request, connecting=self._connecting))
        self._after()
        return answer

    def tell(self, message: ServerMessage) -> None:
        if message.waiting:
            self._before()
        self._questions.tell(replace(message, connecting=self._connecting))


class NonInteractiveQuestions(NoQuestions):
    """Asks nothing, as BatchMode wants it; the person is still told what is said."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions

    def tell(self, message: ServerMessage) -> None:
        self._questions.tell(message)
