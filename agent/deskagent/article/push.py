"""Sends a desktop to a receiver of the article's packets: connects out, and speaks nothing but those.

The receiver agreed on nothing, so every slice is a PNG, and nothing comes back: no credit, no request.
What keeps the sender from running ahead is the connection's own buffer.
"""

from __future__ import annotations

import logging
import select
import socket
import time
from collections import Counter
from dataclasses import dataclass, field

from deskagent.capture.source import Grabber, GrabberOpener, GrabError
from deskagent.encoding.crop import crop
from deskagent.encoding.link_encoder import LinkEncoder
from deskagent.picture.damage import find_damage
from deskagent.pixels import Pixels
from deskwire.errors import LocalProtocolError
from deskwire.geometry import Rectangle
from deskwire.packet import Packet, encode_packet
from deskwire.triggers import ARTICLE_MAX_SHARE, ARTICLE_MAX_SLICES, Trigger

SLICES_PER_PACKET = 64
"""The article's receiver asks once for all infos of a packet and takes what it gets for all there is. So many
fit, with the count before them, into one segment of an Ethernet; a larger update becomes several packets."""

STALL_LIMIT = 30.0
"""Seconds that a receiver may take nothing before it counts as lost."""

_CONNECT_TIMEOUT = 10.0
_RETRY_INTERVAL = 0.5

_log = logging.getLogger(__name__)


class PushError(Exception):
    """The receiver could not be reached, or was lost; the text says which in one sentence."""


@dataclass(slots=True)
class Counts:
    """The counts of what was sent."""

    slices: int = 0
    packets: int = 0
    updates: int = 0
    """Packets that were no refresh."""
    refreshes: Counter[Trigger] = field(default_factory=Counter)
    sent: int = 0
    """Bytes."""


def push(
    address: tuple[str, int],
    open_grabber: GrabberOpener,
    display: int = 0,
    *,
    identity: bool = True,
    rate: float = 30.0,
    max_slices: int = ARTICLE_MAX_SLICES,
    max_share: float = ARTICLE_MAX_SHARE,
    seconds: float | None = None,
) -> Counts:
    """Shows `display` to the receiver at `address`, for so many seconds, or until it is gone.

    `identity`: the dialect with 16 bytes of identity before every packet; the article's complete program
    leaves them out. More than `max_slices` changed rectangles, or more than `max_share` (0 to 1) of the
    picture, become a refresh. Grabs at most `rate` times a second; a failed grab is logged and repeated.

    Raises PushError where the receiver cannot be reached or goes away.
    """
    end = None if seconds is None else time.monotonic() + seconds
    name = f"{address[0]}:{address[1]}"
    try:
        connection = socket.create_connection(address, timeout=_CONNECT_TIMEOUT)
    except OSError as error:
        raise PushError(f"no receiver answers at {name}: {error.strerror or error}") from None
    with connection:
        connection.settimeout(STALL_LIMIT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sender = _Sender(connection, max_slices, max_share)
        source = _Source(open_grabber, display)
        try:
            while end is None or time.monotonic() < end:
                started = time.monotonic()
                frame = source.grab()
                if frame is not None:
                    sender.show(frame, source.identity if identity else None)
                pause = 1 / rate if frame is not None else _RETRY_INTERVAL
                _wait(connection, started + pause, end)
        except LocalProtocolError as error:
            raise PushError(f"the picture does not fit the wire: {error}") from None
        except TimeoutError:
            raise PushError(f"the receiver at {name} took nothing for {STALL_LIMIT:.0f} s") from None
        except OSError as error:
            raise PushError(f"the receiver at {name} is gone: {error.strerror or error}") from None
        finally:
            source.close()
    return sender.counts


def _wait(connection: socket.socket, due: float, end: float | None) -> None:
    """Waits for the next frame's time; raises ConnectionError as soon as the receiver hangs up."""
    if end is not None:
        due = min(due, end)
    while True:
        readable, _, _ = select.select([connection], [], [], max(0.0, due - time.monotonic()))
        if not readable:
            return
        # A receiver of the article's has nothing to say; what one says all the same is passed over.
        if not connection.recv(4096):
            raise ConnectionResetError("it closed the connection")


class _Source:
    """The grabber, opened again whenever it failed."""

    def __init__(self, open_grabber: GrabberOpener, display: int) -> None:
        self.identity = bytes(16)
        self._open_grabber = open_grabber
        self._display = display
        self._grabber: Grabber | None = None
        self._fault = ""

    def grab(self) -> Pixels | None:
        """A frame in memory of its own, or None where there was none to be had; the reason is logged once."""
        try:
            if self._grabber is None:
                self._grabber = self._open_grabber(self._display)
                self.identity = next(
                    (d.identity for d in self._grabber.displays() if d.number == self._display), self.identity
                )
            frame = self._grabber.grab().pixels.copy()
        except GrabError as error:
            if str(error) != self._fault:
                self._fault = str(error)
                _log.warning("no picture, trying again: %s", error)
            self.close()
            return None
        self._fault = ""
        return frame

    def close(self) -> None:
        """Gives the grabber back."""
        if self._grabber is not None:
            self._grabber.close()
            self._grabber = None


class _Sender:
    """Turns frames into packets: what changed since the frame before, or all of it, and why."""

    def __init__(self, connection: socket.socket, max_slices: int, max_share: float) -> None:
        self.counts = Counts()
        self._connection = connection
        self._max_slices = max_slices
        self._max_share = max_share
        self._encoder = LinkEncoder()
        self._shown: Pixels | None = None

    def show(self, frame: Pixels, identity: bytes | None) -> None:
        """Sends what makes the receiver's picture equal to `frame`; nothing where it already is."""
        rectangles: list[Rectangle] = []
        trigger = Trigger.FIRST_FRAME if self._shown is None else None
        if self._shown is not None and self._shown.shape != frame.shape:
            trigger = Trigger.GEOMETRY
        elif self._shown is not None:
            rectangles = find_damage(self._shown, frame)
            height, width = frame.shape[:2]
            if len(rectangles) > self._max_slices:
                trigger = Trigger.TOO_MANY_SLICES
            elif sum(rectangle.area for rectangle in rectangles) > self._max_share * width * height:
                trigger = Trigger.TOO_LARGE
        if trigger is not None:
            _log.info("refresh: %s", trigger)
            self.counts.refreshes[trigger] += 1
            self._send(Packet(refresh=True, slices=(self._encoder.refresh(frame),), identity=identity))
        else:
            slices = self._encoder.refine(crop(frame, rectangles))
            for first in range(0, len(slices), SLICES_PER_PACKET):
                self.counts.updates += 1
                part = tuple(slices[first : first + SLICES_PER_PACKET])
                self._send(Packet(refresh=False, slices=part, identity=identity))
        self._shown = frame

    def _send(self, packet: Packet) -> None:
        # In one call: the article's receiver must not find a packet whose infos are still to come.
        data = encode_packet(packet)
        self._connection.sendall(data)
        self.counts.packets += 1
        self.counts.slices += len(packet.slices)
        self.counts.sent += len(data)
