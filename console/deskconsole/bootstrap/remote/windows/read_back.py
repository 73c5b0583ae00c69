"""Reads back what is unpacked, in a thread of its own: the next files are decompressed and written meanwhile.

Decompressing takes one core; opening a file that was just written waits for a virus scanner.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Self

from deskagent.host.parts import hashed

LOOK_AGAIN = 0.05


class ReadBack:
    """The files of a folder that were found to have the content that they should have."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: deque[tuple[str, str]] = deque()
        self._added = threading.Condition()
        self._over = False
        self._right: set[str] = set()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def add(self, name: str, digest: str) -> None:
        """A file that is written, and the SHA-256 that it should have."""
        with self._added:
            self._waiting.append((name, digest))
            self._added.notify()

    def finish(self, wait: Callable[[], None]) -> set[str]:
        """Names of the files that are right, once all were read; `wait` is called meanwhile, again and again.

        One that is not among them may only be held by another program.
        """
        with self._added:
            self._over = True
            self._added.notify()
        while self._thread.is_alive():
            wait()
            self._thread.join(LOOK_AGAIN)
        return self._right

    def _read(self) -> None:
        while True:
            with self._added:
                self._added.wait_for(lambda: self._waiting or self._over)
                if not self._waiting:
                    return
                name, digest = self._waiting.popleft()
            with contextlib.suppress(OSError):  # the caller waits for it when all others are done
                if hashed(self._folder / name, timeout=0) == digest:
                    self._right.add(name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        with self._added:
            self._waiting.clear()
            self._over = True
            self._added.notify()
        self._thread.join()  # else it would hold a file that is to be deleted
