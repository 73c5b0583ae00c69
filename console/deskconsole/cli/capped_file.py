"""A descriptor to write to that fills a file up to a size and then drops what comes."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from deskconsole.common.paths import make_private_folder

LARGEST = 4 * 1024 * 1024
"""Bytes of a log file, with what earlier consoles wrote."""

_FULL = b"\nThe log is full: nothing more is written. Delete the file to begin again.\n"


def capped_file(path: Path, largest: int = LARGEST) -> int:
    """Opens the writing end of a pipe of which a thread appends to `path`, mode 0600. Raises OSError.

    The thread ends when every copy of the descriptor is closed, those of child processes too.
    """
    make_private_folder(path.parent)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    reading, writing = os.pipe()
    threading.Thread(target=_fill, args=(reading, file, largest), name="log", daemon=True).start()
    return writing


def _fill(reading: int, file: int, largest: int) -> None:
    room = largest - os.fstat(file).st_size
    while data := os.read(reading, 64 * 1024):
        if room <= 0:
            continue
        # A full disk is no reason to block who writes.
        with contextlib.suppress(OSError):
            os.write(file, data[:room])
            if len(data) >= room:
                os.write(file, _FULL)
        room -= len(data)
    os.close(file)
    os.close(reading)
