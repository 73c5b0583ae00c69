"""What connecting may have to ask a person. The TUI answers with modals, the command line with prompts.

Every method is called on the connecting thread and may block for as long as the person thinks;
None or False means "no", and connecting ends with a `HostKeyError`, `AuthenticationFailed` or `Cancelled`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class UnknownHostKey:
    """A host showed a key that no known_hosts file has."""

    host: str
    """The user's name for the host."""
    address: str
    """`name:port` as connected to."""
    algorithm: str
    """Such as `ssh-ed25519`."""
    fingerprint: str
    """`SHA256:...`, as ssh-keygen prints it."""


@dataclass(frozen=True, slots=True)
class SecretRequest:
    """A secret is wanted; it is used once and never stored."""

    host: str
    kind: str
    """`password`, `passphrase`, or `code` (keyboard-interactive)."""
    prompt: str
    """What is asked, one line; may hold the server's words."""
    attempt: int = 1


class Questions(Protocol):
    """Whoever can ask a person."""

    def trust_host_key(self, question: UnknownHostKey) -> bool:
        """Is this the right key? True stores it in our known_hosts."""
        ...

    def secret(self, request: SecretRequest) -> str | None:
        """The secret, or None where the person called it off."""
        ...


class NoQuestions:
    """Nobody is there to ask: every question is answered with no."""

    def trust_host_key(self, question: UnknownHostKey) -> bool:  # noqa: ARG002 - the protocol's name
        return False

    def secret(self, request: SecretRequest) -> str | None:  # noqa: ARG002 - the protocol's name
        return None
