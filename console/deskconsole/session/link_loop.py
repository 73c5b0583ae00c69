"""One link to an agent, from the greeting to its end: bytes from the transport onto the framebuffer.

It does not know how the transport came about and does not try again; the session does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from deskconsole.common.errors import (
    Cancelled,
    ConnectionLost,
    DeskconsoleError,
    ProtocolViolation,
    Refused,
    Stale,
    VersionMismatch,
)
from deskconsole.picture.decoders import Decoder
from deskconsole.picture.framebuffer import Framebuffer
from deskwire.connection import ConsoleConnection, Phase
from deskwire.control import Consent
from deskwire.encodings import Encoding
from deskwire.errors import LocalProtocolError, RemoteProtocolError
from deskwire.message import Message
from deskwire.messages import (
    WIRE_VERSION,
    AgentMessage,
    Close,
    ControlRequest,
    Digest,
    Feature,
    Hello,
    Ping,
    Pong,
    WantDigest,
    WantRefresh,
    WatchMode,
)
from deskwire.packet import Packet

from .console_identity import CONSOLE_ID, console_name
from .link_observer import LinkObserver, notify
from .link_sender import LinkSender, Transport
from .state import STALE_AFTER
from .watch_policy import WatchPolicy

_SEND_AGAIN = (
    "Check that an agent of this version answers there; after `deskconsole undeploy` it is sent again."
)

WINDOW_PACKETS = 16
WINDOW_BYTES = 1024 * 1024
"""The most that may be out without having been shown: enough to keep a fast link busy, little enough that a
slow one shows something fresh. One refresh may be larger. The agent bounds both further by what the link
carries."""

HEARTBEAT = 1.0
"""Seconds between two Pings."""

HEARTBEAT_HOLDING = 0.4
"""Seconds between pings while a key or button is held: the agent lets go after 1.2 s of silence."""

LOST_AFTER = 4.5
"""Seconds of silence after which the link is given up."""

_STOPPED = 1.5
"""Seconds that no wait for bytes takes, in a process that runs."""

COMPARE_FIRST = 2.0
COMPARE_EVERY = 15.0
"""Seconds after the full stream began, and then between two comparisons by digest; each costs both sides
about 10 ms at 1920 x 1080."""

GREETING_DEADLINE = 15.0
"""Seconds for the Welcome; opening a display on a busy host has taken several."""

_PINGS_KEPT = 30
_DIGESTS_DUE = 8
"""Comparisons that may be due: on a link that is too slow for a whole picture none is answered at once."""

_TICK: Mapping[WatchMode, float] = MappingProxyType({WatchMode.FULL: 0.1, WatchMode.PREVIEW: 0.5})
"""Seconds of waiting for bytes, after which to look whether something else is due: with the shorter one a
hundred previewed hosts would wake the console a thousand times a second."""

_READ_SIZE = 256 * 1024
_FAREWELL = 0.5
"""Seconds for what waits to be sent when the console closes the link."""


class LinkLoop:
    """Runs one link. `run` belongs to one thread; the wants may come from any."""

    def __init__(
        self,
        transport: Transport,
        token: bytes,
        display: int,
        framebuffer: Framebuffer,
        observers: Iterable[LinkObserver],
        watch_policy: WatchPolicy | None = None,
        *,
        consent: Consent = Consent.OTHERS,
        holding: Callable[[], bool] = lambda: False,
    ) -> None:
        """`holding` tells whether a key or a button is held at the host."""
        self._holding = holding
        self._watch_policy = watch_policy or WatchPolicy(lambda: True)
        self._watch = self._watch_policy.wanted()
        """The watch that the agent was told last; changed under `_sending`."""
        # Packets are passed over, not drawn, until a refresh when there is a full stream again.
        self._skipping = False
        self._compare_at = time.monotonic() + COMPARE_FIRST
        hello = Hello(
            version=WIRE_VERSION,
            encodings=tuple(int(encoding) for encoding in Encoding),
            packets=WINDOW_PACKETS,
            bytes=WINDOW_BYTES,
            display=display,
            watch=self._watch,
            speaks=tuple(Feature),
            name=console_name(),
            console=CONSOLE_ID,
            consent=consent,
        )
        self._transport = transport
        self._connection = ConsoleConnection(token, hello)
        self._framebuffer = framebuffer
        self._decoder = Decoder()
        self._observers = observers
        self._sender = LinkSender(transport)
        self._stopped = threading.Event()
        self._sending = threading.Lock()
        """Messages are put into the sender as they are made, one after the other; nothing blocks under it."""
        self._drawn = 0
        """Number of the last packet that was drawn or passed over: the connection has counted all of a chunk
        before the first packet of it is drawn."""
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
                remedy=_SEND_AGAIN,
            ) from None
        except TimeoutError:
            raise Stale("the agent stopped reading", remedy="Reconnecting automatically.") from None
        except OSError as error:
            raise ConnectionLost(f"the link broke: {error.strerror or error}") from None
        finally:
            # The sender may wait for the transport: who waits for an answer is told first.
            try:
                for observer in self._observers:
                    observer.ended()
            finally:
                self._sender.end()

    def stop(self) -> None:
        """Ends the link as if it was cancelled; returns at once."""
        self._stopped.set()

    def send(self, message: ControlRequest) -> None:
        """Sends what an agent understands that named the feature; returns at once."""
        self._send(message)

    def update_watch(self) -> None:
        """Tells the agent what is watched now, where it was told something else last."""
        with self._sending:
            wanted = self._watch_policy.wanted()
            if wanted == self._watch:
                return
            self._sender.put(self._connection.send(wanted))
            if wanted.mode is not self._watch.mode:
                self._compare_at = time.monotonic() + COMPARE_FIRST
                self._transport.settimeout(_TICK[wanted.mode])
            self._watch = wanted

    def want_refresh(self) -> None:
        """Asks for a refresh; one that previews is first asked for the full stream, where that is wanted."""
        self.update_watch()
        self._send(WantRefresh())

    def want_digest(self, *, at_once: bool = False) -> None:
        """Asks for a comparison; `LinkObserver.compared` gets it.

        `at_once`: not only when what moves comes to rest. That may cost the host a whole picture.
        """
        self.update_watch()
        with self._sending:
            # While a film plays no answer comes; an hour's questions would be answered one after the other.
            # Some that are to be answered at once may follow: the answer is one to all, and may fail.
            if self._digests_due >= (_DIGESTS_DUE if at_once else 1):
                return
            data = self._connection.send(WantDigest(at_once))
            self._digests_due += 1  # Before the answer can come; others ask too, hence under the lock.
            self._sender.put(data)

    def _run(self, cancelled: threading.Event) -> None:
        self._transport.settimeout(_TICK[self._watch.mode])
        self._sender.start()
        with self._sending:
            self._sender.put(self._connection.open())
        began = heard = beat = time.monotonic()
        stale = False
        while not (cancelled.is_set() or self._stopped.is_set()):
            asked = time.monotonic()
            try:
                data = self._transport.recv(_READ_SIZE)
            except TimeoutError:
                data = None
            now = time.monotonic()
            if now - asked > _STOPPED:  # ctrl+z and fg: no silence of the agent's, and no long round trip
                heard += now - asked
                self._pings.clear()
            if data == b"":
                raise self._ended()
            if data is not None:
                self._receive(data)
                # Time spent on decoding is no silence of the agent's.
                heard = time.monotonic()
            # Last: what the agent said before the link broke tells more.
            self._sender.check()
            if self._connection.phase is not Phase.OPEN:
                if now - began > GREETING_DEADLINE:
                    raise Stale(
                        "the agent did not answer the greeting",
                        remedy=_SEND_AGAIN,
                    )
                continue
            if (now - heard > STALE_AFTER) != stale:
                stale = not stale
                for observer in self._observers:
                    observer.silent(stale)
            if now - heard > LOST_AFTER:
                raise Stale(f"the agent has been silent for {LOST_AFTER:.1f} s")
            if now - beat >= (HEARTBEAT_HOLDING if self._holding() else HEARTBEAT):
                beat = now
                self._ping(now)
            self._follow_watch(now)
        self._send_close()
        raise Cancelled("closed")

    def _receive(self, data: bytes) -> None:
        for observer in self._observers:
            observer.received(len(data))
        for event in self._connection.receive(data):
            self._handle_event(event)

    def _follow_watch(self, now: float) -> None:
        """Compares the framebuffer where the full stream is watched, or gives it up."""
        self.update_watch()
        if self._watch.mode is WatchMode.PREVIEW:
            self._release()
        elif now >= self._compare_at:
            self._compare_at = now + COMPARE_EVERY
            self.want_digest()

    def _ended(self) -> ConnectionLost:
        """The error that means that nothing more comes."""
        if self._connection.phase is Phase.OPEN:
            return ConnectionLost("the agent ended or the link was cut")
        # An agent says nothing to a console with another token.
        return ConnectionLost(
            "the agent closed the link without a greeting: it has ended, or its token is another one",
            remedy="Connect again; with a token file, give that of the agent that runs there now.",
        )

    def _handle_event(self, event: Packet | AgentMessage) -> None:
        match event:
            case Packet():
                self._handle_packet(event)
            case Ping(number=number):
                self._send(Pong(number))
            case Pong(number=number):
                if (sent := self._pings.pop(number, None)) is not None:
                    round_trip = time.monotonic() - sent
                    for observer in self._observers:
                        observer.answered(round_trip)
            case Digest():
                self._compare(event)
            case Close():
                raise self._closed(event)
            case _:
                for observer in self._observers:
                    notify(observer, event)

    def _compare(self, theirs: Digest) -> None:
        # Each costs 10 ms here: a host that sends them unasked would keep the console busy.
        with self._sending:
            asked, self._digests_due = self._digests_due > 0, self._digests_due - 1
        if not asked:
            raise RemoteProtocolError("a digest that was not asked for")
        if theirs.packet != self._drawn:
            raise RemoteProtocolError(f"a digest of packet {theirs.packet} after {self._drawn}")
        if self._skipping:
            return
        ours = self._framebuffer.digest()
        for observer in self._observers:
            observer.compared(theirs.packet, ours, theirs.digest)

    def _release(self) -> None:
        """Gives up the framebuffer, and with the decoder its window of up to 16 MB."""
        if not self._skipping:
            self._skipping = True
            for observer in self._observers:
                observer.releasing()
            self._decoder = Decoder()
            self._framebuffer.close()

    def _should_skip(self, packet: Packet) -> bool:
        """A packet that was on its way when the full stream ended has nothing to be drawn on."""
        if self._skipping and packet.refresh and self._watch.mode is WatchMode.FULL:
            self._skipping = False
        return self._skipping

    @staticmethod
    def _closed(close: Close) -> DeskconsoleError:
        """The error that the agent's goodbye means."""
        if close.version != WIRE_VERSION:
            return VersionMismatch(
                f"the agent speaks version {close.version} of the wire, this console version {WIRE_VERSION}",
                remedy=_SEND_AGAIN,
            )
        if close.again:
            return ConnectionLost(f"the agent closed the link: {close.reason}")
        return Refused(f"the agent closed the link: {close.reason}", remedy="Connect again to take it back.")

    def _handle_packet(self, packet: Packet) -> None:
        """Draws a packet where it is wanted, and acknowledges it."""
        for observer in self._observers:
            observer.arrived(packet)
        self._drawn += 1
        if not self._should_skip(packet):
            self._draw(packet)
        with self._sending:
            self._sender.put(self._connection.credit(WINDOW_PACKETS, WINDOW_BYTES, self._drawn))

    def _draw(self, packet: Packet) -> None:
        """Decodes every slice into the framebuffer and tells that.

        It is acknowledged afterwards: the window is what somebody waits for.
        """
        with self._framebuffer.drawing:
            if packet.refresh:
                (_, _, width, height), _ = packet.slices[0]
                if self._framebuffer.size != (width, height):
                    self._framebuffer.reset(width, height)
                    for observer in self._observers:
                        observer.resized()
                self._decoder.restart(width, height, self._framebuffer.pixels)
            for rectangle, body in packet.slices:
                self._decoder.decode(body, self._framebuffer.view(rectangle))
        for observer in self._observers:
            observer.drawn(self._drawn, packet)

    def _ping(self, now: float) -> None:
        self._beats += 1
        self._pings[self._beats] = now
        self._pings.pop(self._beats - _PINGS_KEPT, None)
        self._send(Ping(self._beats))

    def _send(self, message: Message) -> None:
        with self._sending:
            self._sender.put(self._connection.send(message))

    def _send_close(self) -> None:
        """Says goodbye; a link that is gone already does not need it."""
        try:
            self._send(Close("the console closed the link"))
        except LocalProtocolError:
            return
        self._sender.end(_FAREWELL)
