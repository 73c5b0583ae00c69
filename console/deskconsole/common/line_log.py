"""Files that grow by lines, one JSON object each, up to a bound.

Several consoles may write to one file. A file of `largest` bytes becomes the older of two files.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deskwin32.held_files import BRIEF_TIMEOUT, once_released

from .file_lock import briefly, locked
from .paths import make_private_folder

_LONGEST: Final = 64 * 1024
"""Bytes of a line that is read; one that is written is far shorter."""

_log = logging.getLogger(__name__)


class LineLog:
    """Appends lines on its own thread: a slow disk delays no session. `close` writes the rest."""

    def __init__(self, path: Path, *, largest: int) -> None:
        self._path = path
        self._largest = largest
        self._waiting: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name=f"log {path.name}", daemon=True)
        self._thread.start()

    def append(self, line: bytes) -> None:
        """Takes a line, to be written soon; returns at once, on any thread."""
        self._waiting.put(line)

    def close(self, timeout: float = 2.0) -> None:
        """Waits up to so many seconds until everything is written."""
        self._waiting.put(None)
        self._thread.join(timeout)

    def _write_all(self) -> None:
        while (first := self._waiting.get()) is not None:
            lines = [first]
            ended = False
            while not self._waiting.empty():
                line = self._waiting.get()
                if line is None:
                    ended = True
                    break
                lines.append(line)
            try:
                self._write(b"".join(line + b"\n" for line in lines))
            except OSError as error:  # a full disk is no reason to stop a console
                _log.warning("%s could not be written: %s", self._path, error)
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
                once_released(lambda: self._path.replace(_older(self._path)), BRIEF_TIMEOUT)


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of both files, the oldest first. Raises OSError, but not for a file that does not exist."""
    for file in (_older(path), path):
        with contextlib.suppress(FileNotFoundError), file.open("rb") as stream:
            while line := stream.readline(_LONGEST):
                yield line


def _older(path: Path) -> Path:
    return path.with_suffix(".1" + path.suffix)
