"""Answers that connections may use again, in memory only; nothing here is ever written."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import paramiko


class WrongBefore(Exception):
    """This passphrase was tried on this key file already and did not open it."""


@dataclass(slots=True)
class _File:
    lock: threading.Lock = field(default_factory=threading.Lock)
    key: paramiko.PKey | None = None
    wrong: set[bytes] = field(default_factory=set)


class OpenedKeys:
    """Private keys that a passphrase opened: one object a run, shared by all hosts.

    A key file is known by its path and its content: a file that was replaced has to be opened again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: defaultdict[tuple[str, bytes], _File] = defaultdict(_File)
        self._salt = secrets.token_bytes(16)

    def __repr__(self) -> str:
        return f"<OpenedKeys: {sum(file.key is not None for file in self._files.values())} opened>"

    def recall(self, path: Path) -> paramiko.PKey | None:
        """The opened key, or None; waits where another host is just opening it. Raises OSError."""
        file = self._file(path)
        with file.lock:
            return file.key

    def open(self, path: Path, passphrase: str, opener: Callable[[str], paramiko.PKey]) -> paramiko.PKey:
        """The key, by `opener(passphrase)` unless it is open already; what that raises is raised.

        Deriving a key from a passphrase takes 0.1 s and more: hosts that got the same wrong answer together
        must not try it one after the other. Raises WrongBefore, OSError.
        """
        file = self._file(path)
        tried = hashlib.blake2b(passphrase.encode("utf-8", "surrogatepass"), key=self._salt).digest()
        with file.lock:
            if file.key is not None:
                return file.key
            if tried in file.wrong:
                raise WrongBefore
            try:
                file.key = opener(passphrase)
            except Exception:
                file.wrong.add(tried)
                raise
            return file.key

    def _file(self, path: Path) -> _File:
        content = hashlib.sha256(path.read_bytes()).digest()
        with self._lock:
            return self._files[str(path), content]


class Secrets:
    """Passwords that were accepted once, so that a reconnect need not ask again, and the keys of the run.

    One object a host; pass it to every `connect` of that host. One-time codes are never kept.
    """

    def __init__(self, keys: OpenedKeys | None = None) -> None:
        """`keys`: those of the run; without them the host's keys are its own."""
        self.keys = keys or OpenedKeys()
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
        """Drop everything but the keys of the run."""
        self._kept.clear()
