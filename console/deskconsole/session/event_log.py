"""The event log: what happened to the hosts, kept beyond the program's end as one JSON object a line.

Several consoles may write it at the same time. A file with `LARGEST` bytes, about 20,000 events, becomes the
older one of two.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from deskconsole.common.file_lock import briefly, locked
from deskconsole.common.paths import make_private_folder

from .events import Event, decode, encode

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of the newer file."""

_LONGEST: Final = 64 * 1024
"""Bytes of a line that is read; an event is far shorter."""

_log = logging.getLogger(__name__)


class EventLog:
    """Appends events on its own thread: a slow disk delays no session. `close` writes the rest."""

    def __init__(self, path: Path, *, largest: int = LARGEST) -> None:
        self._path = path
        self._largest = largest
        self._waiting: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="event log", daemon=True)
        self._thread.start()

    def record(self, event: Event) -> None:
        """Has it written; from any thread, at once."""
        self._waiting.put(event)

    def close(self, timeout: float = 2.0) -> None:
        """Waits up to so many seconds until everything is written."""
        self._waiting.put(None)
        self._thread.join(timeout)

    def _write_all(self) -> None:
        while (first := self._waiting.get()) is not None:
            lines = [encode(first)]
            ended = False
            while not self._waiting.empty():
                event = self._waiting.get()
                if event is None:
                    ended = True
                    break
                lines.append(encode(event))
            try:
                self._write(b"".join(line + b"\n" for line in lines))
            except OSError as error:  # a full disk is no reason to stop a console
                _log.warning("events could not be written to %s: %s", self._path, error)
            if ended:
                return

    def _write(self, data: bytes) -> None:
        make_private_folder(self._path.parent)
        with locked(self._path.with_name(self._path.name + ".lock"), briefly()):
            # Under the lock no other console renames the file between opening and writing.
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(file, "ab") as stream:
                stream.write(data)
                full = stream.tell() > self._largest
            if full:
                self._path.replace(_older(self._path))


def read_events(path: Path, *, host: str | None = None, since: float = 0.0) -> Iterator[Event]:
    """The events of a log, the oldest first: those of `host` (None: all) from `since` (Unix time) on.

    What cannot be read, a cut line or a kind of a newer version, is left out. Raises OSError, but not for
    a file that does not exist: nothing has happened yet.
    """
    for file in (_older(path), path):
        with contextlib.suppress(FileNotFoundError), file.open("rb") as stream:
            while line := stream.readline(_LONGEST):
                try:
                    event = decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue
                if event.at >= since and host in {None, event.host}:
                    yield event


def last_events(path: Path, number: int) -> list[Event]:
    """The newest events of a log, the oldest of them first. Raises OSError as `read_events` does."""
    return list(deque(read_events(path), maxlen=number))


def _older(path: Path) -> Path:
    return path.with_suffix(".1" + path.suffix)
