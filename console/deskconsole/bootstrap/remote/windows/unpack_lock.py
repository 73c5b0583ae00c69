"""An unpacking's turn: one at a time in a folder, and only while a console waits for what comes of it.

On Windows a command continues when its connection is cut. So the console shows that it is there by writing a
file again and again, and a later unpacking asks the one before it to end.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from deskagent.host.answer import tell
from deskwin32.held_files import once_released

STOP = "stop"
"""A file of this name asks for the end: the console was cancelled, or another unpacking waits."""
HELD = "unpacking"
"""This one is open for as long as there is an unpacking: Windows does not let it be deleted meanwhile."""
WAITING = "waiting"
"""The file that the console writes to."""
NAMES = {STOP, HELD, WAITING}

STOP_TIMEOUT = 20.0
"""Seconds for an earlier unpacking to end."""
SILENCE = 15.0
"""Seconds without a word after which the console is gone: a scanner or a narrow link may hold one up."""
LOOK_AGAIN = 0.1


class Ended(Exception):
    """An unpacking ends early; `kind` says why to the console: `gone`, `stopped` or `held`."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class UnpackLock:
    """The one that has its turn."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._word = self._read()
        self._heard = time.monotonic()
        self._looked = 0.0

    def go_on(self, done: int, total: int) -> None:
        """Tells how far it has come, now and then; raises Ended where it is to come no further."""
        now = time.monotonic()
        if now - self._looked < LOOK_AGAIN:
            return
        self._looked = now
        try:
            tell(done, total)
        except OSError:
            raise Ended("gone", "no console listens") from None
        if (self._folder / STOP).exists():
            raise Ended("stopped", "somebody asked it to end")
        word = self._read()
        if word != self._word:
            self._word, self._heard = word, now
        elif now - self._heard > SILENCE:
            raise Ended("gone", "the console is gone")

    def be_heard(self, done: int, total: int) -> None:
        """Waits for one more word of the console: who has gone just now gets nothing that is left behind."""
        # From now on: a slow disk may have kept the unpacking itself from listening for long.
        self._word = self._read()
        self._heard = before = time.monotonic()
        self._looked = 0.0  # the console answers at once to what it is told now
        while self._heard == before:
            self.go_on(done, total)
            time.sleep(LOOK_AGAIN)

    def _read(self) -> bytes:
        try:
            return (self._folder / WAITING).read_bytes()
        except OSError:  # it is just being written
            return b"?"


@contextlib.contextmanager
def turn(folder: Path) -> Iterator[UnpackLock]:
    """Waits for its turn, and holds it; raises Ended where that does not come."""
    held = folder / HELD
    file = taken(folder, held)
    try:
        yield UnpackLock(folder)
    finally:
        file.close()
        with contextlib.suppress(OSError):  # the next one may hold it already
            held.unlink()


def taken(folder: Path, held: Path) -> IO[bytes]:
    """The open file, after an earlier unpacking that held it was asked to end and did."""
    stop = folder / STOP
    deadline = time.monotonic() + STOP_TIMEOUT
    asked = False
    while True:
        try:
            held.unlink(missing_ok=True)
            file = held.open("xb")
        except OSError:
            if time.monotonic() > deadline:
                raise Ended("held", "an earlier unpacking there does not end") from None
        else:
            if asked:
                once_released(functools.partial(stop.unlink, missing_ok=True))
            return file
        stop.touch()
        asked = True
        with contextlib.suppress(OSError):
            tell(0, 0)
        time.sleep(LOOK_AGAIN)
