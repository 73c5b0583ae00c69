"""From the screen to the link: grab, compare, encode, send. It knows neither sockets nor tokens.

One frame waits at most. Without credit nothing waits: the next packet is made from the newest frame,
compared with what was last sent, so a slow link sees fewer and fresher updates and memory stays flat.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

import cv2

from .capture.grabber import Grab, Grabber, GrabError, Pixels
from .damage import find_damage
from .grabs import GrabThread
from .pace import Pace
from .parts import cut
from .policy import SliceEncoder
from .wire.digest import framebuffer_digest
from .wire.encodings import Encoding
from .wire.errors import LocalProtocolError
from .wire.geometry import Display
from .wire.messages import Digest, Displays, Message, Refresh, Screen, ScreenState
from .wire.packet import Slice
from .wire.triggers import Trigger

_log = logging.getLogger(__name__)


_MOST_WORDS = 1000
"""Characters of a reason; a text on the wire has at most 1,024."""


class Opening(NamedTuple):
    """What there is to say of the screen before the first frame."""

    displays: tuple[Display, ...]
    """Number 0 first; empty where none could be opened yet."""
    screen: ScreenState
    """LIVE, as far as is known."""
    reason: str
    """Why it is not live."""


class Sink(Protocol):
    """Where packets go. Its methods raise OSError when the link is gone, LocalProtocolError when it was
    closed from our own side."""

    def has_credit(self) -> bool:
        """May another packet be begun?"""
        ...

    def send_packet(self, slices: tuple[Slice, ...], *, refresh: bool) -> int:
        """Sends a packet and returns its number."""
        ...

    def send(self, message: Message) -> None:
        """Sends a message."""
        ...


class Pipeline:
    """Feeds one link with one display.

    `ended` is called, on the pipeline's thread, when the sink failed; `close` ends it from outside.
    """

    def __init__(
        self,
        open_grabber: Callable[[], Grabber],
        sink: Sink,
        encodings: Iterable[int],
        first: Trigger,
        ended: Callable[[], None],
    ) -> None:
        known = {int(encoding) for encoding in Encoding}
        self._encoder = SliceEncoder(frozenset(Encoding(number) for number in encodings if number in known))
        self._sink = sink
        self._ended = ended
        self._pace = Pace()
        self._grabs = GrabThread(open_grabber, self._deliver, self._pace)
        self._wake = threading.Condition()
        self._slot: Pixels | GrabError | None = None
        self._first = first
        self._wanted: Trigger | None = None
        self._digests = 0
        self._closed = False
        self._sent = 0
        self._reference: Pixels | None = None
        self._displays: tuple[Display, ...] = ()
        self._screen = Screen(ScreenState.LIVE)
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)

    def open(self) -> Opening:
        """Opens the screen. What this returns is for the console to know before `start`: from there on only
        what differs from it is told."""
        self._grabs.start()
        error = self._grabs.wait_open()
        if error is not None:
            self._fault(error)
        self._displays = self._grabs.displays
        return Opening(self._displays, self._screen.state, self._screen.reason)

    def start(self) -> None:
        """Begins to send; `open` comes first."""
        self._thread.start()

    def want_refresh(self) -> None:
        """The next packet shall be a refresh."""
        with self._wake:
            self._wanted = Trigger.REQUEST
            self._wake.notify()

    def want_digest(self) -> None:
        """Send the digest of what the console has after the last packet sent."""
        with self._wake:
            self._digests += 1
            self._wake.notify()

    def credited(self) -> None:
        """There may be credit now."""
        with self._wake:
            self._wake.notify()

    def close(self) -> None:
        """Ends both threads; called from neither of them."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._grabs.close()
        if self._thread.ident is not None:
            self._thread.join(timeout=5.0)

    def _deliver(self, grab: Grab | GrabError) -> None:
        with self._wake:
            self._slot = grab if isinstance(grab, GrabError) else grab.pixels
            self._wake.notify()

    def _run(self) -> None:
        try:
            while not self._closed:
                frame = self._next_frame()
                if isinstance(frame, GrabError):
                    self._report(frame)
                elif frame is not None:
                    self._send_changes(frame)
        except (OSError, LocalProtocolError) as error:
            _log.info("the link is gone: %s", error)
        finally:
            self._ended()

    def _next_frame(self) -> Pixels | GrabError | None:
        """The next thing to send from, once there is credit for it; None when closed.

        Digests are answered from here, between packets, with or without credit.
        """
        while True:
            with self._wake:
                while not self._closed and not (self._digests and self._reference is not None):
                    if not self._sink.has_credit():
                        self._slot = None
                    elif self._slot is not None:
                        frame, self._slot = self._slot, None
                        # The next grab runs while this frame is compared and encoded.
                        self._grabs.demand()
                        return frame
                    else:
                        self._grabs.demand()
                    self._wake.wait()
                if self._closed:
                    return None
                self._digests -= 1
            self._send_digest()

    def _report(self, error: GrabError) -> None:
        """Says that there is no picture and why, once for each reason."""
        if self._fault(error):
            self._sink.send(self._screen)

    def _fault(self, error: GrabError) -> bool:
        """Keeps why there is no picture; True where that is new."""
        screen = Screen(error.state, str(error)[:_MOST_WORDS])
        if screen == self._screen:
            return False
        _log.warning("no picture: %s: %s", screen.state, screen.reason)
        self._screen = screen
        return True

    def _send_changes(self, frame: Pixels) -> None:
        if self._screen.state is not ScreenState.LIVE:
            self._screen = Screen(ScreenState.LIVE)
            self._sink.send(self._screen)
        displays = self._grabs.displays
        if displays != self._displays:
            self._displays = displays
            self._sink.send(Displays(displays))
        basis = self._basis(frame)
        if isinstance(basis, Trigger):
            slices = [self._encoder.refresh(frame)]
            self._sink.send(Refresh(basis))
        else:
            slices = self._encoder.update(cut(frame, find_damage(basis, frame)), time.monotonic(), None)
            if not slices:
                return
        self._sent = self._sink.send_packet(tuple(slices), refresh=isinstance(basis, Trigger))
        self._reference = frame
        self._pace.changed(time.perf_counter())

    def _basis(self, frame: Pixels) -> Pixels | Trigger:
        """The frame that this one updates, or why it has to go out whole."""
        with self._wake:
            wanted, self._wanted = self._wanted, None
        if self._reference is None:
            return self._first
        if self._reference.shape != frame.shape:
            return Trigger.GEOMETRY
        return wanted or self._reference

    def _send_digest(self) -> None:
        if self._reference is None:
            raise LocalProtocolError("a digest before the first packet")
        height, width = self._reference.shape[:2]
        picture = cv2.cvtColor(self._reference, cv2.COLOR_BGRA2BGR)
        self._sink.send(Digest(self._sent, framebuffer_digest(width, height, picture.data)))
