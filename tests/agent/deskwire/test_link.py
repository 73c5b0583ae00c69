"""Both ends of a link run against each other, every byte cut where chance wants it: nothing is lost, nothing
overtakes, the credit is kept."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from deskwire.connection import AgentConnection, ConsoleConnection
from deskwire.geometry import Rectangle
from deskwire.message import Message
from deskwire.messages import (
    WIRE_VERSION,
    Credit,
    Digest,
    Hello,
    Ping,
    Pong,
    Refresh,
    Screen,
    ScreenState,
    WantDigest,
    WantRefresh,
    Welcome,
)
from deskwire.packet import Packet, Slice
from deskwire.triggers import Trigger

TOKEN = bytes(range(32))
IDENTITY = b"the stream there"
FROM_CONSOLE: list[Message] = [Ping(1), Pong(2), WantRefresh(), WantDigest()]
FROM_AGENT: list[Message] = [
    Ping(3),
    Pong(4),
    Refresh(Trigger.REQUEST),
    Screen(ScreenState.LOCKED, "locked"),
    Digest(1, bytes(16)),
]


class Link(RuleBasedStateMachine):
    """What was sent stands in a list until the other end has it; the bytes between go bit by bit."""

    @initialize(packets=st.integers(1, 4), bytes_=st.integers(1, 3000))
    def greet(self, packets: int, bytes_: int) -> None:
        hello = Hello(version=WIRE_VERSION, encodings=(0,), packets=packets, bytes=bytes_)
        self.console, self.agent = ConsoleConnection(TOKEN, hello), AgentConnection(TOKEN)
        assert self.agent.receive(self.console.open()) == [hello]
        welcome = Welcome(WIRE_VERSION, "linux", (), IDENTITY)
        assert self.console.receive(self.agent.welcome(welcome)) == [welcome]
        self.to_console, self.to_agent = bytearray(), bytearray()
        self.expected_by_console: list[Packet | Message] = []
        self.expected_by_agent: list[Message] = []
        self.size: tuple[int, int] | None = None
        self.sent = 0

    def has_credit(self) -> bool:
        return self.agent.credit is not None and self.agent.credit.open

    def send_packet(self, part: Slice, *, refresh: bool) -> None:
        data, number = self.agent.send_packet(IDENTITY, (part,), refresh=refresh)
        self.sent += 1
        assert number == self.sent
        self.to_console += data
        self.expected_by_console.append(Packet(refresh, (part,), IDENTITY))

    @precondition(has_credit)
    @rule(width=st.integers(1, 50), height=st.integers(1, 50), body=st.binary(min_size=1, max_size=900))
    def refresh(self, width: int, height: int, body: bytes) -> None:
        self.size = (width, height)
        self.send_packet(Slice(Rectangle(0, 0, width, height), body), refresh=True)

    @precondition(lambda self: self.size is not None and self.has_credit())
    @rule(body=st.binary(min_size=1, max_size=900), data=st.data())
    def update(self, body: bytes, data: st.DataObject) -> None:
        assert self.size is not None
        width, height = (data.draw(st.integers(1, side)) for side in self.size)
        self.send_packet(Slice(Rectangle(0, 0, width, height), body), refresh=False)

    @rule(message=st.sampled_from(FROM_AGENT))
    def agent_speaks(self, message: Message) -> None:
        self.to_console += self.agent.send(message)
        self.expected_by_console.append(message)

    @rule(message=st.sampled_from(FROM_CONSOLE))
    def console_speaks(self, message: Message) -> None:
        self.to_agent += self.console.send(message)
        self.expected_by_agent.append(message)

    @rule(packets=st.integers(1, 4), bytes_=st.integers(1, 3000))
    def acknowledge(self, packets: int, bytes_: int) -> None:
        self.to_agent += self.console.credit(packets, bytes_)
        self.expected_by_agent.append(Credit(self.console.packets, packets, bytes_))

    @rule(size=st.integers(1, 400))
    def deliver_to_console(self, size: int) -> None:
        for event in self.console.receive(bytes(self.to_console[:size])):
            assert event == self.expected_by_console.pop(0)
        del self.to_console[:size]

    @rule(size=st.integers(1, 60))
    def deliver_to_agent(self, size: int) -> None:
        for message in self.agent.receive(bytes(self.to_agent[:size])):
            assert message == self.expected_by_agent.pop(0)
        del self.to_agent[:size]

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "console"):
            return
        assert self.to_console or not self.expected_by_console
        assert self.to_agent or not self.expected_by_agent
        assert self.console.packets <= self.sent


TestLink = Link.TestCase
TestLink.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
