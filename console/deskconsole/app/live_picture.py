"""Takes the picture of a session that streams on, whole and equal to the host's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from deskconsole.common.errors import StreamError
from deskconsole.picture.decoders.part import BGR
from deskconsole.session.host_screen import NO_PICTURE_AFTER, no_picture
from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot
from deskwire.messages import ScreenState

_ANSWER = 10.0
"""Seconds for a comparison: a screen that is never at rest has its turn within that."""

_TRIES = 2
"""A busy host may need more than one: the second time the full stream is there already."""

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

    Raises StreamError where the host's screen cannot be seen, or no picture that equals it came in time.
    """
    copy = PictureCopy(session)
    session.observers.add(copy)
    try:
        for _ in range(_TRIES):
            session.check_exact()
            if _came(session, copy, waiting):
                break
        else:
            raise _too_late(session)
    finally:
        session.observers.remove(copy)
    if copy.pixels is None:
        raise StreamError(f"{session.name} has no picture")
    return copy.pixels, session.snapshot()


def _came(session: Session, copy: PictureCopy, waiting: Callable[[], None]) -> bool:
    began = time.monotonic()
    while True:
        waited = time.monotonic() - began
        snapshot = session.snapshot()
        # A grab that failed is tried again by the agent; all other screens wait for a person.
        patience = NO_PICTURE_AFTER if snapshot.screen == ScreenState.GRAB_FAILED else 0.0
        if session.linked and snapshot.screen != ScreenState.LIVE and waited >= patience:
            sentence = no_picture(session.name, snapshot.screen, snapshot.screen_reason)
            raise StreamError(sentence, remedy=snapshot.advice)
        if copy.taken.wait(_TICK):
            return True
        waiting()
        if not session.linked:
            raise _too_late(session)
        if waited > _ANSWER:
            return False


def _too_late(session: Session) -> StreamError:
    return StreamError(
        f"no exact picture of {session.name} came within {_TRIES * _ANSWER:.0f} s"
        if session.linked
        else f"the link to {session.name} was lost before an exact picture came",
        remedy="Try again; a film that fills the screen may have to be paused for it.",
    )
