"""One console's link to the agent: its socket, its deadlines, and the feed that fills it."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
import time
from collections.abc import Callable

from deskwire.connection import AgentConnection, Phase
from deskwire.errors import LocalProtocolError, RemoteProtocolError, WireError
from deskwire.hello import TOKEN_DEADLINE
from deskwire.message import Message
from deskwire.messages import (
    WIRE_VERSION,
    Close,
    ConsoleMessage,
    Credit,
    Hello,
    Ping,
    Pong,
    WantDigest,
    WantRefresh,
    Watch,
    Welcome,
)
from deskwire.packet import IDENTITY_SIZE, Slice
from deskwire.triggers import Trigger

from .console_feed import ConsoleFeed
from .display_feed import DisplayFeeds

HEARTBEAT = 1.0
"""Seconds between two Pings of ours."""

SILENCE = 10.0
"""Seconds without a byte from the console after which it is given up. More than the console's own 4.5 s for
us: it is the console that reconnects, and a new link is served at once."""

_READ_SIZE = 64 * 1024

_MOST_OWED = 4096
"""Answers that may wait for the console to read: an hour's heartbeats behind one packet on a slow way, and
more than one read of Pings can ask for."""

_PAID_AT_ONCE = 64
"""Answers sent in one piece, 3 kB: less than the room in any socket that is writable."""

_log = logging.getLogger(__name__)


class ConsoleLink:
    """Serves one connection until it ends. `run` reads on the caller's thread and returns at the end.

    `admitted` is called when the token matched, and answers why this link's first packet is a refresh;
    from then on the link counts as a console.
    """

    def __init__(
        self,
        sock: socket.socket,
        token: bytes,
        feeds: DisplayFeeds,
        platform: str,
        admitted: Callable[[ConsoleLink], Trigger],
    ) -> None:
        self._socket = sock
        self._connection = AgentConnection(token)
        self._feeds = feeds
        self._display: int | None = None
        self._platform = platform
        self._admitted = admitted
        self._feed: ConsoleFeed | None = None
        self._identity = bytes(IDENTITY_SIZE)
        # The feed sends packets, the reading thread pongs: one at a time, and in the order of booking.
        # Where both locks are taken, `_sending` comes first.
        self._sending = threading.Lock()
        self._booking = threading.Lock()
        self._owed: list[Message] = []

    def run(self) -> None:
        """Serves the console; never raises for anything that the console or the network did."""
        try:
            self._read_all()
        except (OSError, WireError) as error:
            # A LocalProtocolError too: `dismiss` may close the link from another thread at any time.
            # Other users of the host can connect as often as they like; without the token they write no log.
            if self._display is not None:
                _log.info("link ended: %s", error)
        finally:
            self.end()
            if self._feed is not None:
                self._feed.close()
                # It knows us too: its stream's window of up to 16 MB would wait for the collector.
                self._feed = None
            if self._display is not None:
                self._feeds.release(self._display)
            self._socket.close()

    def end(self) -> None:
        """Hangs up, from any thread; `run` then returns."""
        with contextlib.suppress(OSError):  # It may be gone already.
            self._socket.shutdown(socket.SHUT_RDWR)

    def dismiss(self, reason: str, *, again: bool) -> None:
        """Tells the console why, and whether to come back by itself, and hangs up; from any thread."""
        # Who has shown no token is told nothing; a console that does not read must not hold us up.
        if self._connection.phase is not Phase.OPENING and self._sending.acquire(timeout=0.5):
            try:
                self._socket.settimeout(0.5)
                self._socket.sendall(self._connection.send(Close(reason, again=again)))
            except (OSError, LocalProtocolError) as error:
                _log.info("could not say goodbye: %s", error)
            finally:
                self._sending.release()
        self.end()

    # The sink of the feed

    def has_credit(self) -> bool:
        credit = self._connection.credit
        return credit is not None and credit.open

    def send_packet(self, slices: tuple[Slice, ...], *, refresh: bool) -> int:
        with self._sending:
            with self._booking:
                data, number = self._connection.send_packet(self._identity, slices, refresh=refresh)
            self._socket.sendall(data)
            return number

    def send(self, message: Message) -> None:
        with self._sending:
            self._socket.sendall(self._connection.send(message))

    # Reading

    def _read_all(self) -> None:
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened = heard = beat = time.monotonic()
        beats = 0
        while True:
            readable, _, _ = select.select([self._socket], [], [], HEARTBEAT / 4)
            now = time.monotonic()
            if readable:
                data = self._socket.recv(_READ_SIZE)
                if not data:
                    return
                heard = now
                with self._booking:
                    messages = self._connection.receive(data)
                for message in messages:
                    if not self._handle(message):
                        return
                if (fault := self._connection.version_fault) is not None:
                    self.dismiss(fault, again=False)
                    return
            if self._feed is None:
                if now - opened > TOKEN_DEADLINE:
                    raise RemoteProtocolError("no token in time")
            elif now - heard > SILENCE:
                raise RemoteProtocolError(f"the console was silent for {SILENCE:.0f} s")
            elif now - beat >= HEARTBEAT:
                beat, beats = now, beats + 1
                self._owed.append(Ping(beats))
            self._pay()

    def _handle(self, message: ConsoleMessage) -> bool:
        """Acts on one message; False ends the link."""
        if isinstance(message, Hello):
            self._greet(message)
        elif isinstance(message, Close):
            _log.info("the console closed the link: %s", message.reason)
            return False
        elif self._feed is None:
            raise RemoteProtocolError(f"{type(message).__name__} before Hello")
        elif isinstance(message, Credit):
            self._feed.credited(message.packet)
        elif isinstance(message, WantRefresh):
            self._feed.want_refresh()
        elif isinstance(message, WantDigest):
            self._feed.want_digest()
        elif isinstance(message, Watch):
            self._feed.watch(message)
        elif isinstance(message, Ping):
            self._owed.append(Pong(message.number))
        return True

    def _pay(self) -> None:
        """Sends what the reading thread has to say, unless a packet is on its way out just now.

        Waiting for that packet would stop the reading, and a console that stopped reading would never be
        found silent. The packet is as good a sign of life as what waits behind it. For the same reason
        nothing is sent into a socket that has no room.
        """
        if self._owed and self._sending.acquire(blocking=False):
            try:
                while self._owed and select.select([], [self._socket], [], 0)[1]:
                    batch = self._owed[:_PAID_AT_ONCE]
                    del self._owed[:_PAID_AT_ONCE]
                    self._socket.sendall(b"".join(self._connection.send(message) for message in batch))
            finally:
                self._sending.release()
        if len(self._owed) > _MOST_OWED:
            raise RemoteProtocolError("a console that asks and does not read the answers")

    def _greet(self, hello: Hello) -> None:
        first = self._admitted(self)
        display_feed = self._feeds.hold(hello.display)
        self._display = hello.display
        feed = ConsoleFeed(display_feed, self, hello, first, ended=self.end)
        self._feed = feed
        displays, screen, reason = feed.open()
        for display in displays:
            if display.number == hello.display:
                self._identity = display.identity
        with self._sending:
            welcome = Welcome(
                version=WIRE_VERSION,
                platform=self._platform,
                displays=displays,
                identity=self._identity,
                screen=screen,
                screen_reason=reason,
            )
            self._socket.sendall(self._connection.welcome(welcome))
        feed.start()
