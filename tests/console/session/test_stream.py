"""A stream against an agent's end of the wire whose bytes come as a network may deliver them: all at once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from deskagent.wire.connection import AgentConnection
from deskagent.wire.digest import framebuffer_digest
from deskagent.wire.encodings import Encoding
from deskagent.wire.geometry import Display, Rectangle
from deskagent.wire.messages import (
    WIRE_VERSION,
    Close,
    Credit,
    Digest,
    Preview,
    Refresh,
    Screen,
    WantDigest,
    Welcome,
)
from deskagent.wire.packet import Slice
from deskagent.wire.triggers import Trigger
from deskconsole.errors import ConnectionLost, ProtocolViolation
from deskconsole.framebuffer import Framebuffer
from deskconsole.session.meter import Meter
from deskconsole.session.stream import Stream

TOKEN = bytes(32)
IDENTITY = bytes(range(16))


class Witness:
    """Keeps what a stream tells, and asks for a comparison as soon as there may be one."""

    def __init__(self) -> None:
        self.stream: Stream | None = None
        self.numbers: list[int] = []
        self.comparisons: list[tuple[int, bool]] = []

    def welcomed(self, welcome: Welcome) -> None:
        if self.stream is not None:
            self.stream.want_digest()

    def drawn(self, number: int, rectangles: Sequence[Rectangle]) -> None:
        self.numbers.append(number)

    def resized(self) -> None: ...

    def screen(self, screen: Screen) -> None: ...

    def silent(self, stale: bool) -> None: ...

    def answered(self) -> None: ...

    def displays(self, displays: Sequence[Display]) -> None: ...

    def lossy(self, pixels: int) -> None: ...

    def previewed(self, preview: Preview) -> None: ...

    def letting_go(self) -> None: ...

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:
        self.comparisons.append((packet, ours == theirs))


@pytest.fixture
def framebuffer() -> Iterator[Framebuffer]:
    with closing(Framebuffer()) as made:
        yield made


def solid(rectangle: Rectangle, colour: bytes) -> tuple[Slice]:
    return (Slice(rectangle, bytes((Encoding.SOLID,)) + colour),)


def test_a_digest_is_compared_at_its_packet_though_the_next_came_with_it(framebuffer: Framebuffer) -> None:
    agent, witness = AgentConnection(TOKEN), Witness()
    ours, theirs = socket.socketpair()
    stream = witness.stream = Stream(ours, TOKEN, 0, framebuffer, Meter(), witness)
    credited: list[int] = []

    def serve() -> None:
        while agent.credit is None:
            agent.receive(theirs.recv(65536))
        welcome = Welcome(version=WIRE_VERSION, platform="test", displays=(), identity=IDENTITY)
        chunk = agent.welcome(welcome) + agent.send(Refresh(Trigger.FIRST_FRAME))
        chunk += agent.send_packet(IDENTITY, solid(Rectangle(0, 0, 4, 2), b"\0\0\0"), refresh=True)[0]
        chunk += agent.send(Digest(1, framebuffer_digest(4, 2, bytes(24))))
        chunk += agent.send_packet(IDENTITY, solid(Rectangle(1, 0, 1, 1), b"\1\1\1"), refresh=False)[0]
        theirs.sendall(chunk)
        while credited[-1:] != [2]:
            credited.extend(m.packet for m in agent.receive(theirs.recv(65536)) if isinstance(m, Credit))
        theirs.sendall(agent.send(Close("the end")))

    with ours, theirs:
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(ConnectionLost, match="the end"):
            stream.run(threading.Event())
        thread.join()
    assert witness.comparisons == [(1, True)]
    assert witness.numbers == [1, 2]
    assert credited == [1, 2]


def test_a_digest_that_nobody_asked_for_ends_the_link(framebuffer: Framebuffer) -> None:
    agent = AgentConnection(TOKEN)
    ours, theirs = socket.socketpair()
    stream = Stream(ours, TOKEN, 0, framebuffer, Meter(), Witness())

    def serve() -> None:
        while agent.credit is None:
            agent.receive(theirs.recv(65536))
        welcome = Welcome(version=WIRE_VERSION, platform="test", displays=(), identity=IDENTITY)
        theirs.sendall(agent.welcome(welcome) + agent.send(Digest(0, bytes(16))))

    with ours, theirs:
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(ProtocolViolation, match="nobody asked"):
            stream.run(threading.Event())
        thread.join()


def test_comparisons_do_not_pile_up_while_an_answer_is_out(
    framebuffer: Framebuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskconsole.session.stream.COMPARE_FIRST", 0.0)
    monkeypatch.setattr("deskconsole.session.stream.COMPARE_EVERY", 0.0)
    agent, witness = AgentConnection(TOKEN), Witness()
    ours, theirs = socket.socketpair()
    stream = Stream(ours, TOKEN, 0, framebuffer, Meter(), witness)
    heard: list[object] = []
    asked: list[int] = []

    def wait_for(kind: type, count: int) -> None:
        while sum(isinstance(one, kind) for one in heard) < count:
            heard.extend(agent.receive(theirs.recv(65536)))

    def serve() -> None:
        while agent.credit is None:
            agent.receive(theirs.recv(65536))
        welcome = Welcome(version=WIRE_VERSION, platform="test", displays=(), identity=IDENTITY)
        theirs.sendall(agent.welcome(welcome) + agent.send(Refresh(Trigger.FIRST_FRAME)))
        for number in range(1, 9):
            packet = solid(Rectangle(0, 0, 4, 2), b"\0\0\0")
            theirs.sendall(agent.send_packet(IDENTITY, packet, refresh=number == 1)[0])
            wait_for(Credit, number)
        wait_for(WantDigest, 1)
        asked.append(sum(isinstance(one, WantDigest) for one in heard))
        theirs.sendall(agent.send(Digest(8, framebuffer_digest(4, 2, bytes(24)))))
        wait_for(WantDigest, 2)
        theirs.sendall(agent.send(Close("the end")))

    with ours, theirs:
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(ConnectionLost, match="the end"):
            stream.run(threading.Event())
        thread.join()
    assert asked == [1]
    assert witness.comparisons == [(8, True)]
