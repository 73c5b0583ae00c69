"""One console's link to the agent: its socket, its deadlines, and the feed that fills it."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
import time
from collections.abc import Callable

from deskagent.computer import Computer, ComputerWatch
from deskagent.control.client import MOST_WORDS, ControlGate
from deskagent.control.host_consent import HostConsent
from deskwire.connection import AgentConnection, Phase
from deskwire.errors import LocalProtocolError, RemoteProtocolError, WireError
from deskwire.geometry import Rectangle
from deskwire.hello import TOKEN_DEADLINE
from deskwire.message import Message
from deskwire.messages import (
    WIRE_VERSION,
    Close,
    ConsoleMessage,
    ControlRequest,
    Credit,
    Feature,
    Hello,
    Ping,
    Pong,
    Screen,
    ScreenState,
    WantDigest,
    WantRefresh,
    Watch,
    Welcome,
    feature_of,
)
from deskwire.packet import IDENTITY_SIZE, Slice
from deskwire.triggers import Trigger

from .answer_queue import AnswerQueue
from .console_feed import ConsoleFeed
from .display_feed import DisplayFeed, DisplayFeeds

HEARTBEAT = 1.0
"""Seconds between two Pings that the agent sends."""

SILENCE = 10.0
"""Seconds without a byte from the console after which it is given up. More than the console's own 4.5 s for
us: it is the console that reconnects, and a new link is served at once."""

_WRONG_PAUSE = 0.2
"""Seconds until a peer with a wrong token is hung up on, which makes guessing slow."""

_SEND_WITHIN = 20.0
"""Seconds in which the console takes a message that is sent at once: the sender has other consoles, too."""

_READ_SIZE = 64 * 1024

_NO_HELLO = Hello(WIRE_VERSION, encodings=(), packets=1, bytes=1)
"""The greeting of a console that has not said anything yet: it understands nothing."""

_ASKING = "the person at the host is asked"

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
        admitted: Callable[[ConsoleLink], Trigger],
        gate: ControlGate,
        consent: HostConsent,
        computer: ComputerWatch | None = None,
    ) -> None:
        self._socket = sock
        self._connection = AgentConnection(token)
        self._feeds = feeds
        self._gate = gate
        self._consent = consent
        self._computer = computer or ComputerWatch(Computer())
        self.hello = _NO_HELLO
        self.wrong = False
        """The link ended because the console did not show the token."""
        self._display_feed: DisplayFeed | None = None
        self._heard = 0.0
        self._admitted = admitted
        self._feed: ConsoleFeed | None = None
        self._identity = bytes(IDENTITY_SIZE)
        # The feed sends packets, the reading thread pongs: one at a time, and in the order of booking.
        # Where both locks are taken, `_sending` comes first.
        self._sending = threading.Lock()
        self._booking = threading.Lock()
        # What waits for the reading thread to send it, and what wakes that thread.
        self._pending = AnswerQueue()
        # Made for a console with the token only: other users of the host could else use up the descriptors.
        self._wakers: tuple[socket.socket, ...] = ()
        # Seeing begins once, and not after the end. Taken before the consent's lock.
        self._showing = threading.Lock()
        self._shown = False
        self._left = False
        self._crowded = False
        self._closed = False

    def run(self) -> None:
        """Serves the console; never raises for anything that the console or the network did."""
        try:
            self._read_all()
        except (OSError, WireError) as error:
            # A LocalProtocolError too: `dismiss` may close the link from another thread at any time.
            # Other users of the host can connect as often as they like; without the token they write no log.
            if self._display_feed is not None:
                _log.info("link ended: %s", error)
            elif isinstance(error, RemoteProtocolError) and self._connection.peer_version == 0:
                self.wrong = True
                time.sleep(_WRONG_PAUSE)
        finally:
            self.end()
            with self._showing:
                self._left = True
            self._gate.leave(self)
            self._consent.forget(self)
            if self._feed is not None:
                self._feed.close()
                # It knows us too: its stream's window of up to 16 MB would wait for the collector.
                self._feed = None
            if self._display_feed is not None:
                self._feeds.release(self.hello.display)
            self.close()

    def close(self) -> None:
        """Gives the sockets back, of a link that does not run."""
        with self._sending:  # The input thread may be telling the console just now that it injected.
            self._closed = True
            for end in (self._socket, *self._wakers):
                end.close()

    def end(self) -> None:
        """Hangs up, from any thread; `run` then returns."""
        with contextlib.suppress(OSError):  # It may be gone already.
            self._socket.shutdown(socket.SHUT_RDWR)

    def dismiss(self, reason: str, *, again: bool) -> None:
        """Tells the console why, and whether to connect again, and hangs up; from any thread."""
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
        self._send_what_waited()
        return number

    def send(self, message: Message) -> None:
        if not self._sending.acquire(timeout=_SEND_WITHIN):
            self.end()
            raise TimeoutError("a console that does not read")
        try:
            # What is read meanwhile is there already, so this does not change the reading.
            self._socket.settimeout(_SEND_WITHIN)
            try:
                self._socket.sendall(self._connection.send(message))
            finally:
                self._socket.settimeout(None)
        except TimeoutError:
            self.end()  # Half of the message may be out.
            raise
        finally:
            self._sending.release()
        self._send_what_waited()

    # The client of control

    @property
    def heard(self) -> float:
        return self._heard

    @property
    def area(self) -> Rectangle | None:
        if self._display_feed is None:
            return None
        for display in self._display_feed.displays:
            if display.number == self.hello.display:
                return Rectangle(display.x, display.y, display.width, display.height)
        return None

    @property
    def aims(self) -> bool:
        return self._feed is not None and self._feed.aims

    @property
    def obstacle(self) -> str:
        if not self._shown:
            return "this console may not see the screen"
        fault = None if self._display_feed is None else self._display_feed.fault
        return "" if fault is None else str(fault) or fault.state

    def injected(self, number: int, at: float) -> None:
        if (feed := self._feed) is not None:
            feed.injected(number, at)

    def show(self) -> None:
        with self._showing:
            feed = self._feed
            if feed is None or self._shown or self._left:
                return
            self._shown = True
            feed.start()
            self._consent.watched_by(self)

    def tell(self, message: Message) -> None:
        if (feature := feature_of(message)) is not None and feature not in self.hello.speaks:
            return
        self._pending.add(message)
        # The link ends, and its own thread says why; of a socket that is closed select says ValueError.
        with contextlib.suppress(OSError, LocalProtocolError, ValueError):
            self._flush_or_wake()

    def _send_what_waited(self) -> None:
        """Sends the answers that waited for what has just been sent."""
        if self._pending:
            self._flush_or_wake()

    def _flush_or_wake(self) -> None:
        self._flush()
        if self._pending:
            self._wake()

    def _wake(self) -> None:
        """Lets the reading thread look for what there is to send."""
        # A full buffer means that the thread is about to wake, a closed socket that it has ended.
        with contextlib.suppress(OSError):
            if self._wakers:
                self._wakers[1].send(b"\0")

    # Reading

    def _read_all(self) -> None:
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened = heard = beat = time.monotonic()
        beats = 0
        while True:
            # Where there is no room for what waits, the socket tells when there is.
            blocked = [self._socket] if self._crowded else []
            readable, _, _ = select.select([self._socket, *self._wakers[:1]], blocked, [], HEARTBEAT / 4)
            now = time.monotonic()
            if self._wakers and self._wakers[0] in readable:
                self._wakers[0].recv(_READ_SIZE)
            if self._socket in readable:
                data = self._socket.recv(_READ_SIZE)
                if not data:
                    return
                heard = self._heard = now
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
                self._pending.add(Ping(beats))
            self._flush()
            self._pending.check()

    def _handle(self, message: ConsoleMessage) -> bool:
        """Acts on one message; False ends the link."""
        if isinstance(message, Hello):
            self._greet(message)
        elif isinstance(message, Close):
            _log.info("the console closed the link: %s", message.reason)
            return False
        elif self._feed is None:
            raise RemoteProtocolError(f"{type(message).__name__} before Hello")
        elif isinstance(message, ControlRequest):
            self._gate.handle(self, message)
        elif isinstance(message, Credit):
            self._feed.credited(message.packet)
        elif isinstance(message, WantRefresh):
            self._feed.want_refresh()
        elif isinstance(message, WantDigest):
            self._feed.want_digest(at_once=message.at_once)
        elif isinstance(message, Watch):
            self._feed.watch(message)
        elif isinstance(message, Ping):
            self._pending.add(Pong(message.number))
        return True

    def _flush(self) -> None:
        """Sends what waits, unless a packet is on its way out just now.

        Waiting for that packet would stop the reading or the input thread, and a console that stopped
        reading would never be found silent. The packet is as good a sign of life as the messages behind it.
        For the same reason nothing is sent into a socket that has no room.
        """
        self._crowded = False
        if self._pending and self._sending.acquire(blocking=False):
            try:
                while self._pending and not self._closed:
                    if not select.select([], [self._socket], [], 0)[1]:
                        self._crowded = True
                        break
                    self._socket.sendall(b"".join(map(self._connection.send, self._pending.take())))
            finally:
                self._sending.release()

    def _greet(self, hello: Hello) -> None:
        self._wakers = socket.socketpair()
        for end in self._wakers:
            end.settimeout(0)
        first = self._admitted(self)
        display_feed = self._feeds.hold(hello.display)
        self.hello, self._display_feed = hello, display_feed
        feed = ConsoleFeed(display_feed, self, hello, first, ended=self.end)
        self._feed = feed
        must_ask = self._consent.must_ask_to_see(hello)
        hidden = self._hidden(ScreenState.ASKING, _ASKING) if must_ask else None
        if refusal := self._consent.sign_refusal():
            hidden = self._hidden(ScreenState.REFUSED, refusal)
        displays, screen, reason = feed.open(hidden)
        for display in displays:
            if display.number == hello.display:
                self._identity = display.identity
        with self._sending:
            welcome = Welcome(
                version=WIRE_VERSION,
                platform=self._computer.computer.platform,
                displays=displays,
                identity=self._identity,
                screen=screen,
                screen_reason=reason,
                speaks=tuple(Feature),
                may=tuple(sorted(self._gate.abilities | self._consent.abilities)),
                hostname=self._computer.computer.hostname,
                os_name=self._computer.computer.os_name,
                user=self._computer.computer.user,
            )
            self._socket.sendall(self._connection.welcome(welcome))
        self._gate.join(self)
        if refusal:
            return
        if must_ask:
            self._consent.may_see(self, self._decided)
        else:
            self.show()

    def _decided(self, refusal: str) -> None:
        """The person at the host has said whether this console may see."""
        if not refusal:
            self.show()
        else:
            self.tell(self._hidden(ScreenState.REFUSED, refusal))

    def _hidden(self, state: ScreenState, reason: str) -> Screen:
        """Tells of a screen that this console may not see, in a state that it understands."""
        known = Feature.CONSENT in self.hello.speaks
        return Screen(state if known else ScreenState.GRAB_FAILED, reason[:MOST_WORDS])
