"""A stream against an agent's end of the wire whose bytes come as a network may deliver them: all at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

import pytest

from deskconsole.common.errors import ConnectionLost, ProtocolViolation
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.session.link_loop import LinkLoop
from deskconsole.session.link_observer import LinkObserver
from deskwire.clipboard import PutClip
from deskwire.connection import AgentConnection
from deskwire.digest import framebuffer_digest
from deskwire.encodings import Encoding
from deskwire.geometry import Rectangle
from deskwire.limits import MAX_CLIP
from deskwire.messages import (
    WIRE_VERSION,
    Close,
    Credit,
    Digest,
    Hello,
    Ping,
    Refresh,
    WantDigest,
    Welcome,
)
from deskwire.packet import Packet, Slice
from deskwire.triggers import Trigger

TOKEN = bytes(32)
IDENTITY = bytes(range(16))

Told = TypeVar("Told")


class Witness(LinkObserver):
    """Keeps what a stream tells, and asks for a comparison as soon as there may be one."""

    def __init__(self) -> None:
        self.stream: LinkLoop | None = None
        self.numbers: list[int] = []
        self.comparisons: list[tuple[int, bool]] = []

    def welcomed(self, welcome: Welcome) -> None:
        if self.stream is not None:
            self.stream.want_digest()

    def drawn(self, number: int, packet: Packet) -> None:
        self.numbers.append(number)

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:
        self.comparisons.append((packet, ours == theirs))


class Wire:
    """A stream, and the agent's end of its wire, from which a test sends what it likes."""

    def __init__(self, ours: socket.socket, theirs: socket.socket, framebuffer: Framebuffer) -> None:
        self.agent, self.witness, self._theirs = AgentConnection(TOKEN), Witness(), theirs
        self.ours, self.framebuffer = ours, framebuffer
        self.stream = LinkLoop(ours, TOKEN, 0, framebuffer, [self.witness])

    def receive(self, kind: type[Told]) -> list[Told]:
        """Waits for what comes next, and picks out one kind of it."""
        return [one for one in self.agent.receive(self._theirs.recv(65536)) if isinstance(one, kind)]

    def send(self, *chunks: bytes) -> None:
        self._theirs.sendall(b"".join(chunks))

    def welcome(self, *speaks: str) -> bytes:
        """What greets the console, once it said hello."""
        while self.agent.credit is None:
            self.receive(Hello)
        return self.agent.welcome(Welcome(WIRE_VERSION, "test", (), IDENTITY, speaks=speaks))

    def packet(self, rectangle: Rectangle, colour: bytes, *, refresh: bool) -> bytes:
        slices = (Slice(rectangle, bytes((Encoding.SOLID,)) + colour),)
        return self.agent.send_packet(IDENTITY, slices, refresh=refresh)[0]

    @contextmanager
    def served_by(self, serve: Callable[[], None]) -> Iterator[None]:
        """Meanwhile the agent does this, to its end unless the test fails."""
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


@pytest.fixture
def wire() -> Iterator[Wire]:
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # A slow link has little room.
    with closing(Framebuffer()) as framebuffer, ours, theirs:
        yield Wire(ours, theirs, framebuffer)


def test_a_digest_is_compared_at_its_packet_though_the_next_came_with_it(wire: Wire) -> None:
    agent, witness = wire.agent, wire.witness
    witness.stream = wire.stream
    credited: list[int] = []

    def serve() -> None:
        wire.send(
            wire.welcome(),
            agent.send(Refresh(Trigger.FIRST_FRAME)),
            wire.packet(Rectangle(0, 0, 4, 2), b"\0\0\0", refresh=True),
            agent.send(Digest(1, framebuffer_digest(4, 2, bytes(24)))),
            wire.packet(Rectangle(1, 0, 1, 1), b"\1\1\1", refresh=False),
        )
        while credited[-1:] != [2]:
            credited.extend(credit.packet for credit in wire.receive(Credit))
        wire.send(agent.send(Close("the end")))

    with wire.served_by(serve), pytest.raises(ConnectionLost, match="the end"):
        wire.stream.run(threading.Event())
    assert witness.comparisons == [(1, True)]
    assert witness.numbers == [1, 2]
    assert credited == [1, 2]


def test_what_an_agent_has_no_answer_to_yet_is_not_asked_again(wire: Wire) -> None:
    agent, witness = wire.agent, wire.witness
    stream = witness.stream = wire.stream
    asked: list[WantDigest] = []

    def serve() -> None:
        wire.send(wire.welcome())
        picture = wire.packet(Rectangle(0, 0, 4, 2), b"\0\0\0", refresh=True)
        answer = agent.send(Digest(1, framebuffer_digest(4, 2, bytes(24))))
        while not asked:
            asked.extend(wire.receive(WantDigest))
        for _ in range(3):  # As the clock, or somebody's key, asks while a film plays.
            stream.want_digest()
        wire.send(picture, answer)
        while not witness.comparisons:
            asked.extend(wire.receive(WantDigest))
        stream.want_digest()
        while len(asked) < 2:
            asked.extend(wire.receive(WantDigest))
        wire.send(answer, agent.send(Close("the end")))

    with wire.served_by(serve), pytest.raises(ConnectionLost, match="the end"):
        wire.stream.run(threading.Event())
    assert witness.comparisons == [(1, True), (1, True)]
    assert len(asked) == 2


def test_a_digest_that_was_not_asked_for_ends_the_link(wire: Wire) -> None:
    def serve() -> None:
        wire.send(wire.welcome(), wire.agent.send(Digest(0, bytes(16))))

    with wire.served_by(serve), pytest.raises(ProtocolViolation, match="was not asked for"):
        wire.stream.run(threading.Event())


def test_time_spent_on_decoding_is_no_silence_of_the_agents(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that takes ten seconds to decode neither greys the window nor ends the link."""
    agent, witness = wire.agent, wire.witness
    decoding = 0.0
    silences: list[bool] = []
    really = time.monotonic

    def drawn(number: int, _packet: Packet) -> None:
        nonlocal decoding
        decoding += 10.0
        witness.numbers.append(number)

    monkeypatch.setattr(witness, "drawn", drawn)
    monkeypatch.setattr(witness, "silent", silences.append)
    monkeypatch.setattr(time, "monotonic", lambda: really() + decoding)

    def serve() -> None:
        wire.send(wire.welcome(), wire.packet(Rectangle(0, 0, 4, 2), b"\0\0\0", refresh=True))
        beats: list[Ping] = []
        while len(beats) < 2:  # It looks for silence before it beats.
            beats += wire.receive(Ping)
        wire.send(wire.packet(Rectangle(1, 0, 1, 1), b"\1\1\1", refresh=False), agent.send(Close("the end")))

    with wire.served_by(serve), pytest.raises(ConnectionLost, match="the end"):
        wire.stream.run(threading.Event())
    assert witness.numbers == [1, 2]
    assert silences == []


def test_a_console_that_was_stopped_does_not_take_that_for_the_silence_of_its_hosts(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, witness = wire.agent, wire.witness
    silences: list[bool] = []
    monkeypatch.setattr(witness, "silent", silences.append)
    stopped = 0.0
    really = time.monotonic

    class Stopped:
        """The console's socket; the process is stopped for eight seconds in one wait."""

        def __getattr__(self, name: str) -> object:
            return getattr(wire.ours, name)

        def recv(self, size: int) -> bytes:
            nonlocal stopped
            try:
                return wire.ours.recv(size)
            except TimeoutError:
                stopped = 8.0
                raise

    monkeypatch.setattr(time, "monotonic", lambda: really() + stopped)
    stream = LinkLoop(Stopped(), TOKEN, 0, wire.framebuffer, [witness])  # type: ignore[arg-type]

    def serve() -> None:
        wire.send(wire.welcome())
        beats: list[Ping] = []
        while not stopped or len(beats) < 2:
            beats += wire.receive(Ping)
        wire.send(agent.send(Close("the end")))

    with wire.served_by(serve), pytest.raises(ConnectionLost, match="the end"):
        stream.run(threading.Event())
    assert silences == []


def test_a_clipboard_over_a_slow_link_neither_ends_it_nor_keeps_its_sender_waiting(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = threading.Event()
    clips: list[PutClip] = []

    def put(_welcome: Welcome) -> None:
        wire.stream.send(PutClip(1, 1, "x" * MAX_CLIP))
        sent.set()

    monkeypatch.setattr(wire.witness, "welcomed", put)

    def serve() -> None:
        wire.send(wire.welcome("control", "clip"))
        sent.wait(10)
        while not clips:  # Nothing was read before.
            clips.extend(wire.receive(PutClip))
        wire.send(wire.agent.send(Close("the end")))

    with wire.served_by(serve), pytest.raises(ConnectionLost, match="the end"):
        wire.stream.run(threading.Event())
    assert [len(clip.text) for clip in clips] == [MAX_CLIP]
