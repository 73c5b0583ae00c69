"""Answers that one host's connections may use again, in memory only; nothing here is ever written."""

from __future__ import annotations


class Secrets:
    """Passwords and passphrases that were accepted once, so that a reconnect need not ask again.

    One object a host; pass it to every `connect` of that host. One-time codes are never kept.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], str] = {}

    def __repr__(self) -> str:
        return f"<Secrets: {len(self._kept)} kept>"

    def recall(self, kind: str, subject: str) -> str | None:
        """The accepted answer, or None."""
        return self._kept.get((kind, subject))

    def keep(self, kind: str, subject: str, answer: str) -> None:
        """Remember an answer that was accepted."""
        self._kept[kind, subject] = answer

    def forget(self, kind: str, subject: str) -> None:
        """Drop an answer that is no longer accepted."""
        self._kept.pop((kind, subject), None)

    def clear(self) -> None:
        """Drop everything."""
        self._kept.clear()
