"""Takes the picture of a session that streams on, whole and equal to the host's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from deskconsole.common.errors import StreamError
from deskconsole.picture.decoders.part import BGR
from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot

_ANSWER = 10.0
"""Seconds for a comparison: a screen that is never at rest has its turn within that."""

_TICK = 0.25


class PictureCopy(LinkObserver):
    """Copies the framebuffer on the session's own thread: there no packet is half drawn.

    A comparison that found both pictures equal is of just this picture. A copy takes about 1 ms.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.taken = threading.Event()
        self.pixels: BGR | None = None

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:  # noqa: ARG002
        if ours == theirs and not self.taken.is_set():
            self.pixels = self._session.framebuffer.pixels.copy()
            self.taken.set()


def live_picture(session: Session, waiting: Callable[[], None] = lambda: None) -> tuple[BGR, Snapshot]:
    """The pixels of a host that is connected, with the snapshot of then.

    `waiting` is called while it waits; what it raises ends that.

    Raises StreamError where no picture that equals the host's came in time.
    """
    copy = PictureCopy(session)
    session.observers.add(copy)
    try:
        session.check_exact()
        end = time.monotonic() + _ANSWER
        while not copy.taken.wait(_TICK):
            waiting()
            if time.monotonic() > end or not session.linked:
                raise StreamError(
                    f"no exact picture of {session.name} came within {_ANSWER:.0f} s", remedy="Try again."
                )
    finally:
        session.observers.remove(copy)
    if copy.pixels is None:
        raise StreamError(f"{session.name} has no picture")
    return copy.pixels, session.snapshot()
