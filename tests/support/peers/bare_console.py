"""A console for tests that does only what a test tells it to, over a real socket."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from deskwire.connection import ConsoleConnection
from deskwire.control import Consent
from deskwire.encodings import Encoding
from deskwire.message import Message
from deskwire.messages import (
    WIRE_VERSION,
    AgentMessage,
    Digest,
    Hello,
    Ping,
    Pong,
    WantDigest,
    Watch,
    WatchMode,
)
from deskwire.packet import Packet

FULL = Watch(WatchMode.FULL)


class Reachable(Protocol):
    """An agent, in whatever process."""

    token: bytes

    def connect(self) -> socket.socket:
        """A bare connection to it."""
        ...


class Console:
    """Connects and says hello, and then nothing by itself."""

    def __init__(
        self,
        agent: Reachable,
        *,
        packets: int = 4,
        version: int = WIRE_VERSION,
        watch: Watch = FULL,
        encodings: Iterable[Encoding] = Encoding,
        speaks: Iterable[str] = (),
        name: str = "",
        console: bytes = b"",
        consent: Consent = Consent.OTHERS,
        display: int = 0,
    ) -> None:
        read = tuple(int(e) for e in encodings)
        hello = Hello(
            version,
            read,
            packets=packets,
            bytes=1 << 20,
            display=display,
            watch=watch,
            speaks=tuple(speaks),
            name=name,
            console=console,
            consent=consent,
        )
        self.connection = ConsoleConnection(agent.token, hello)
        self.socket = agent.connect()
        self.socket.sendall(self.connection.open())
        self.events: list[Packet | AgentMessage] = []

    def until(self, wanted: Callable[[list[Packet | AgentMessage]], bool], seconds: float = 60) -> bool:
        """Receives until what came is what is wanted."""
        deadline = time.monotonic() + seconds
        self.socket.settimeout(0.05)
        while not wanted(self.events):
            if time.monotonic() > deadline:
                return False
            try:
                data = self.socket.recv(1 << 16)
            except TimeoutError:
                continue
            if not data:
                return wanted(self.events)
            self.events += self.connection.receive(data)
        return True

    def is_ended(self, seconds: float = 60) -> bool:
        """Receives until the agent has ended the link; False where it does not, though it hears pings."""
        deadline = time.monotonic() + seconds
        self.socket.settimeout(0.05)
        while time.monotonic() < deadline:
            try:
                if not (data := self.socket.recv(1 << 16)):
                    return True
                self.events += self.connection.receive(data)
            except TimeoutError:
                with contextlib.suppress(ConnectionError):  # the next look says so
                    self.send(Ping(1))
            except ConnectionError:
                return True
        return False

    def send(self, *messages: Message) -> None:
        """Says all of these at once."""
        self.socket.sendall(b"".join(map(self.connection.send, messages)))

    def credit(self, packets: int = 4) -> None:
        """Acknowledges all that came, and lets so many more come."""
        self.socket.sendall(self.connection.credit(packets, 1 << 20))

    def want_digest(self) -> Digest:
        """Asks what the agent believes that this console has, and waits for the answer."""
        known = self.kinds().count(Digest)
        self.send(WantDigest())
        assert self.until(has(Digest, known + 1))
        return next(event for event in reversed(self.events) if isinstance(event, Digest))

    def catch_up(self) -> None:
        """Waits until all that the agent had to say before has come."""
        number = 1000 + self.kinds().count(Pong)
        self.send(Ping(number))
        assert self.until(lambda events: Pong(number) in events)

    @property
    def packets(self) -> list[Packet]:
        return [event for event in self.events if isinstance(event, Packet)]

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events]

    def close(self) -> None:
        self.socket.close()


def has(kind: type, count: int = 1) -> Callable[[list[Packet | AgentMessage]], bool]:
    """At least `count` of a kind came."""
    return lambda events: sum(isinstance(event, kind) for event in events) >= count
