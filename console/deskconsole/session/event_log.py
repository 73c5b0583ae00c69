"""The event log: what happened to the hosts, kept beyond the program's end as one JSON object a line."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import msgspec

from deskconsole.audit import AuditLog
from deskconsole.common.line_log import LineLog, read_lines

from .audit_entries import entry_of
from .events import Event, decode, encode

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of the newer file of two, about 20,000 events."""


class EventLog:
    """Keeps events, and an audit log of those that a host's owner would ask about; `audit` is its file."""

    def __init__(self, path: Path, *, audit: Path | None = None, largest: int = LARGEST) -> None:
        self._lines = LineLog(path, largest=largest)
        self._audit = None if audit is None else AuditLog(audit)

    def record(self, event: Event) -> None:
        """Has it written; from any thread, at once."""
        self._lines.append(encode(event))
        if self._audit is not None and (entry := entry_of(event)) is not None:
            self._audit.record(entry)

    def close(self, timeout: float = 2.0) -> None:
        """Waits up to so many seconds until everything is written."""
        self._lines.close(timeout)
        if self._audit is not None:
            self._audit.close(timeout)


def read_events(path: Path, *, hosts: Collection[str] = (), since: float = 0.0) -> Iterator[Event]:
    """The events of a log, the oldest first: those of `hosts` (none: all) from `since` (Unix time) on.

    What cannot be read, a cut line or a kind of a newer version, is left out. Raises OSError, but not for
    a file that does not exist: nothing has happened yet.
    """
    for line in read_lines(path):
        try:
            event = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if event.at >= since and (not hosts or event.host in hosts):
            yield event


def last_events(path: Path, number: int) -> list[Event]:
    """The newest events of a log, the oldest of them first. Raises OSError as `read_events` does."""
    return list(deque(read_events(path), maxlen=number))
