"""The agent's log file: only its user can read it, and it does not grow without end."""

from __future__ import annotations

import logging
import os
from io import TextIOWrapper
from pathlib import Path

LARGEST = 4 * 1024 * 1024
"""Bytes after which the log is full."""


class LimitedFileHandler(logging.FileHandler):
    """Appends to a file of mode 0600 until it has `largest` bytes, says so, and drops what comes later."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self._largest = largest
        self._full = False
        super().__init__(path, encoding="utf-8", errors="backslashreplace")

    def _open(self) -> TextIOWrapper:
        return open(  # the handler closes it
            self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=_private
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record, or drops it."""
        if self._full:
            return
        if self.stream is not None and self.stream.tell() >= self._largest:
            self._full = True
            record = logging.makeLogRecord(
                {**record.__dict__, "msg": "the log is full: nothing more is written", "args": None}
            )
        super().emit(record)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
