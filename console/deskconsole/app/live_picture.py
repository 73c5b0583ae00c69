"""Takes the picture of a session that streams on: equal to the host's, or the newest of a slow link."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from deskconsole.common.errors import StreamError
from deskconsole.picture.decoders.part import BGR
from deskconsole.session.host_screen import NO_PICTURE_AFTER, no_picture
from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Exactness, Snapshot
from deskwire.messages import ScreenState
from deskwire.packet import Packet

_ANSWER = 15.0
"""Seconds for a comparison: for one of a film the agent waits 1, and its picture takes 5 of the link."""

_NEWEST = 5.0
"""Seconds for the next packet, where no comparison came."""

_TICK = 0.25


class PictureCopy(LinkObserver):
    """Copies the framebuffer on the session's own thread: there no packet is half drawn.

    A comparison that found both pictures equal is of just this picture. A copy takes about 1 ms.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.taken = threading.Event()
        self.take_any = False
        """The next packet's picture is taken, exact or not."""
        self.pixels: BGR | None = None
        self.exactness: Exactness | None = None

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:
        if ours == theirs:
            self._take(packet, ours, exact=True)

    def drawn(self, number: int, packet: Packet) -> None:  # noqa: ARG002
        if self.take_any:
            self._take(number, self._session.framebuffer.digest(), exact=False)

    def _take(self, packet: int, digest: bytes, *, exact: bool) -> None:
        if not self.taken.is_set():
            self.pixels = self._session.framebuffer.pixels.copy()
            self.exactness = Exactness(packet, exact, digest.hex(), time.time())
            self.taken.set()


def live_picture(session: Session, waiting: Callable[[], None] = lambda: None) -> tuple[BGR, Snapshot]:
    """The pixels of a host that is connected, with a snapshot whose `exactness` is of just these pixels.

    They equal the host's. Where its link is too slow for the whole picture of a film they are the newest.
    `waiting` is called while it waits; what it raises ends that.

    Raises StreamError where the host's screen cannot be seen, or no picture came in time.
    """
    copy = PictureCopy(session)
    session.observers.add(copy)
    try:
        session.watch_full(_ANSWER + _NEWEST)
        session.check_exact()
        if not _came(session, copy, waiting, _ANSWER):
            copy.take_any = True
            if not _came(session, copy, waiting, _NEWEST):
                raise StreamError(
                    f"no picture of {session.name} came within {_ANSWER + _NEWEST:.0f} s", remedy="Try again."
                )
    finally:
        session.observers.remove(copy)
    if copy.pixels is None:
        raise StreamError(f"{session.name} has no picture")
    return copy.pixels, replace(session.snapshot(), exactness=copy.exactness)


def _came(session: Session, copy: PictureCopy, waiting: Callable[[], None], seconds: float) -> bool:
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
            raise StreamError(
                f"the link to {session.name} was lost before its picture came", remedy="Try again."
            )
        if waited > seconds:
            return False
