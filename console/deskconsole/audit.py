"""The audit log: who saw and controlled which host, when and why; one JSON object a line.

It has lengths, never contents: no key, no text, and no digest of a text.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from deskconsole.common.line_log import LineLog, read_lines

LARGEST: Final = 2 * 1024 * 1024
"""Bytes of the newer file of two, about 15,000 entries."""


class AuditAction(StrEnum):
    """Acts and events that the audit log records."""

    CONNECT = "connect"
    """From now on the console gets pictures, unless the person at the host is asked first."""
    SEE = "see"
    """A window was opened, or the screen can be seen after a question or a lock."""
    DISCONNECT = "disconnect"
    FAILED = "failed"
    """The host was not reached, or is given up."""
    QUESTION = "question"
    """The person at the host is asked."""
    REFUSAL = "refusal"
    CONTROL = "control"
    CONTROL_BY_FORCE = "control by force"
    """Control was taken from another console."""
    CONTROL_END = "control end"
    LEFT_OUT = "left out"
    """The host asked and refused too often: so many are not in the log."""
    CLIP_PUT = "clip put"
    CLIP_FETCH = "clip fetch"
    PICTURE = "picture"
    """A picture was saved in a file."""
    RECORDING = "recording"
    RECORDING_END = "recording end"
    DEPLOY = "deploy"
    UNDEPLOY = "undeploy"


class AuditEntry(msgspec.Struct, frozen=True):
    """One line of the audit log. `user` is who used this console, `why` in words, a host's own perhaps."""

    host: str
    action: AuditAction
    why: str = ""
    user: str = ""
    at: float = msgspec.field(default_factory=time.time)
    """Unix time."""


_encode = msgspec.json.Encoder().encode
_DECODER = msgspec.json.Decoder(AuditEntry)


class AuditLog:
    """Appends entries; safe between threads and between consoles."""

    def __init__(self, path: Path, *, largest: int = LARGEST) -> None:
        self._lines = LineLog(path, largest=largest)

    def record(self, entry: AuditEntry) -> None:
        """Takes an entry, to be written soon; returns at once."""
        self._lines.append(_encode(entry))

    def close(self, timeout: float = 2.0) -> None:
        """Waits up to so many seconds until everything is written."""
        self._lines.close(timeout)


def read_entries(path: Path, *, hosts: Collection[str] = (), since: float = 0.0) -> Iterator[AuditEntry]:
    """The entries about `hosts` (none: all) from `since` (Unix time) on, the oldest first.

    What cannot be read is left out. Raises OSError, but not for a file that does not exist.
    """
    for line in read_lines(path):
        try:
            entry = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if entry.at >= since and (not hosts or entry.host in hosts):
            yield entry
