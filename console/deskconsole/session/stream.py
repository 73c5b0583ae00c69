"""One link to an agent, from the greeting to its end: bytes from the transport onto the framebuffer.

It does not know how the transport came about and does not try again; the session does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Protocol

from deskagent.wire.connection import ConsoleConnection, Phase
from deskagent.wire.encodings import Encoding
from deskagent.wire.errors import LocalProtocolError, RemoteProtocolError
from deskagent.wire.geometry import Rectangle
from deskagent.wire.messages import (
    WIRE_VERSION,
    AgentMessage,
    Close,
    Digest,
    Hello,
    Message,
    Ping,
    Pong,
    Refresh,
    Screen,
    WantDigest,
    WantRefresh,
    Welcome,
)
from deskagent.wire.packet import COUNT, IDENTITY_SIZE, INFO, Packet

from ..decoders import Decoder
from ..errors import (
    Cancelled,
    ConnectionLost,
    DeskconsoleError,
    ProtocolViolation,
    Refused,
    Stale,
    VersionMismatch,
)
from ..framebuffer import Framebuffer
from .meter import Meter

_BRING_ANEW = (
    "Check that an agent of this version answers there; after `deskconsole undeploy` it is brought anew."
)

WINDOW_PACKETS = 4
WINDOW_BYTES = 1024 * 1024
"""What may be out without having been shown: enough to keep a fast link busy, little enough that a slow one
shows something fresh. One refresh may be larger."""

HEARTBEAT = 1.0
"""Seconds between two Pings."""

STALE_AFTER = 2.5
"""Seconds of silence after which the agent counts as stale; with a Ping a second and the tick of reading,
that is known within three."""

LOST_AFTER = 4.5
"""Seconds of silence after which the link is given up."""

COMPARE_FIRST = 2.0
COMPARE_EVERY = 15.0
"""Seconds after the greeting, and then between two comparisons by digest; each costs both sides about 10 ms
at 1920 x 1080."""

GREETING_DEADLINE = 15.0
"""Seconds for the Welcome; opening a display on a busy host has taken several."""

_PINGS_KEPT = 30
_TICK = 0.1
_READ_SIZE = 256 * 1024


class Transport(Protocol):
    """The part of a socket that a stream needs; a tunnel has it too."""

    def recv(self, size: int, /) -> bytes: ...

    def sendall(self, data: bytes, /) -> None: ...

    def settimeout(self, seconds: float | None, /) -> None: ...

    def close(self) -> None: ...


class Observer(Protocol):
    """Who wants to know what a stream brings. All on the stream's thread; nothing may block."""

    def welcomed(self, welcome: Welcome) -> None:
        """The greetings are over."""
        ...

    def drawn(self, number: int, rectangles: Sequence[Rectangle]) -> None:
        """Packet `number` is on the framebuffer, these areas of it are new."""
        ...

    def resized(self) -> None:
        """The framebuffer has another size; a refresh is about to be drawn."""
        ...

    def screen(self, screen: Screen) -> None:
        """The host's screen changed its state."""
        ...

    def silent(self, stale: bool) -> None:
        """The agent fell silent, or speaks again."""
        ...

    def answered(self) -> None:
        """The agent answered a ping: what it had to say before that is here."""
        ...

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:
        """Both digests of the picture after `packet`."""
        ...


class Stream:
    """Runs one link. `run` belongs to one thread; the wants may come from any."""

    def __init__(
        self,
        transport: Transport,
        token: bytes,
        display: int,
        framebuffer: Framebuffer,
        meter: Meter,
        observer: Observer,
    ) -> None:
        hello = Hello(
            version=WIRE_VERSION,
            encodings=tuple(int(encoding) for encoding in Encoding),
            packets=WINDOW_PACKETS,
            bytes=WINDOW_BYTES,
            display=display,
        )
        self._transport = transport
        self._connection = ConsoleConnection(token, hello)
        self._framebuffer = framebuffer
        self._decoder = Decoder()
        self._meter = meter
        self._observer = observer
        self._sending = threading.Lock()
        # The connection has counted all of a chunk before the first packet of it is drawn.
        self._drawn = 0
        self._digests_due = 0
        self._beats = 0
        self._pings: dict[int, float] = {}

    def run(self, cancelled: threading.Event) -> None:
        """Receives until the link ends, and always ends by raising.

        Raises Cancelled, ConnectionLost, Stale, Refused, VersionMismatch or ProtocolViolation.
        """
        try:
            self._run(cancelled)
        except RemoteProtocolError as error:
            raise ProtocolViolation(
                f"the agent broke the protocol: {error}",
                remedy=_BRING_ANEW,
            ) from None
        except TimeoutError:
            raise Stale("the agent takes nothing any more", remedy="It is tried again by itself.") from None
        except OSError as error:
            raise ConnectionLost(f"the link broke: {error.strerror or error}") from None

    def want_refresh(self) -> None:
        """Asks for a refresh."""
        self._send(WantRefresh())

    def want_digest(self) -> None:
        """Asks for a comparison; `Observer.compared` gets it."""
        with self._sending:
            data = self._connection.send(WantDigest())
            self._digests_due += 1  # Before the answer can come; others ask too, hence under the lock.
            self._transmit(data)

    def _run(self, cancelled: threading.Event) -> None:
        self._transport.settimeout(_TICK)
        with self._sending:
            self._transport.sendall(self._connection.open())
        began = heard = beat = time.monotonic()
        compared = began + COMPARE_FIRST - COMPARE_EVERY
        stale = False
        while not cancelled.is_set():
            try:
                data = self._transport.recv(_READ_SIZE)
            except TimeoutError:
                data = None
            now = time.monotonic()
            if data == b"":
                raise self._ended()
            if data is not None:
                heard = now
                self._meter.received(len(data))
                for event in self._connection.receive(data):
                    self._take(event)
            if self._connection.phase is not Phase.OPEN:
                if now - began > GREETING_DEADLINE:
                    raise Stale(
                        "the agent did not answer the greeting",
                        remedy=_BRING_ANEW,
                    )
                continue
            if (now - heard > STALE_AFTER) != stale:
                stale = not stale
                self._observer.silent(stale)
            if now - heard > LOST_AFTER:
                raise Stale(f"the agent has been silent for {LOST_AFTER:.1f} s")
            if now - beat >= HEARTBEAT:
                beat = now
                self._ping(now)
            if now - compared >= COMPARE_EVERY:
                compared = now
                self.want_digest()
        self._farewell()
        raise Cancelled("closed")

    def _ended(self) -> ConnectionLost:
        """What it means that nothing more comes."""
        if self._connection.phase is Phase.OPEN:
            return ConnectionLost("the agent ended or the link was cut")
        # An agent says nothing to somebody with another token.
        return ConnectionLost(
            "the agent closed the link without a greeting: it has ended, or its token is another one",
            remedy="Connect again; with a token file, give that of the agent that runs there now.",
        )

    def _take(self, event: Packet | AgentMessage) -> None:
        match event:
            case Packet():
                self._draw(event)
            case Ping(number=number):
                self._send(Pong(number))
            case Pong(number=number):
                if (sent := self._pings.pop(number, None)) is not None:
                    self._meter.answered(time.monotonic() - sent)
                    self._observer.answered()
            case Refresh(trigger=trigger):
                self._meter.announced(trigger)
            case Screen():
                self._observer.screen(event)
            case Digest(packet=packet, digest=digest):
                # Each costs 10 ms here: a host that sends them unasked would keep the console busy.
                with self._sending:
                    asked, self._digests_due = self._digests_due > 0, self._digests_due - 1
                if not asked:
                    raise RemoteProtocolError("a digest that nobody asked for")
                if packet != self._drawn:
                    raise RemoteProtocolError(f"a digest of packet {packet} after {self._drawn}")
                self._observer.compared(packet, self._framebuffer.digest(), digest)
            case Welcome():
                self._observer.welcomed(event)
            case Close():
                raise self._closed(event)
            case _:
                pass  # Displays: the refresh that follows has the size; the rest is for whoever lists them.

    @staticmethod
    def _closed(close: Close) -> DeskconsoleError:
        """What the agent's goodbye means."""
        if close.version != WIRE_VERSION:
            return VersionMismatch(
                f"the agent speaks version {close.version} of the wire, this console version {WIRE_VERSION}",
                remedy=_BRING_ANEW,
            )
        if close.again:
            return ConnectionLost(f"the agent closed the link: {close.reason}")
        return Refused(f"the agent closed the link: {close.reason}", remedy="Connect again to take it back.")

    def _draw(self, packet: Packet) -> None:
        """Decodes every slice into the framebuffer, tells, acknowledges, counts."""
        if packet.refresh:
            (_, _, width, height), _ = packet.slices[0]
            if self._framebuffer.size != (width, height):
                self._framebuffer.reset(width, height)
                self._observer.resized()
            self._decoder.restart(width, height, self._framebuffer.pixels)
        for rectangle, body in packet.slices:
            self._decoder.decode(body, self._framebuffer.view(rectangle))
        self._drawn += 1
        # The window first: it is what somebody waits for.
        self._observer.drawn(self._drawn, [part.rectangle for part in packet.slices])
        with self._sending:
            self._transmit(self._connection.credit(WINDOW_PACKETS, WINDOW_BYTES, self._drawn))
        self._count(packet)

    def _count(self, packet: Packet) -> None:
        size = IDENTITY_SIZE + COUNT.size + sum(INFO.size + len(part.body) for part in packet.slices)
        width, height = self._framebuffer.size or (0, 0)
        raw = width * height * 3
        if packet.refresh:
            self._meter.refreshed(size, raw)
        else:
            self._meter.updated(len(packet.slices), size, raw)

    def _ping(self, now: float) -> None:
        self._beats += 1
        self._pings[self._beats] = now
        self._pings.pop(self._beats - _PINGS_KEPT, None)
        self._send(Ping(self._beats))

    def _send(self, message: Message) -> None:
        with self._sending:
            self._transmit(self._connection.send(message))

    def _transmit(self, data: bytes) -> None:
        """Sends all or ends the link: after half a message nothing that follows would be understood."""
        try:
            self._transport.sendall(data)
        except TimeoutError:
            self._transport.close()
            raise

    def _farewell(self) -> None:
        """Says goodbye; a link that is gone already does not need it."""
        try:
            self._send(Close("the console closed the link"))
        except (OSError, ConnectionLost, LocalProtocolError):
            return
