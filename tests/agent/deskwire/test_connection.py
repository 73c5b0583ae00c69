"""Both ends of a link, connected in memory: opening, greeting, phases, credit."""

from __future__ import annotations

import pytest

from deskwire import connection
from deskwire.connection import AgentConnection, ConsoleConnection, Phase
from deskwire.credit import CreditWindow
from deskwire.errors import LocalProtocolError, RemoteProtocolError
from deskwire.geometry import Rectangle
from deskwire.hello import OPENING, encode_opening, token_from_file
from deskwire.message import Message
from deskwire.messages import (
    WIRE_VERSION,
    Close,
    Credit,
    Hello,
    Ping,
    Pong,
    Refresh,
    WantRefresh,
    Welcome,
    encode_message,
)
from deskwire.packet import Packet, Slice, encode_packet
from deskwire.triggers import Trigger

TOKEN = bytes(range(32))
IDENTITY = b"the stream there"
HELLO = Hello(version=WIRE_VERSION, encodings=(0, 1), packets=2, bytes=1000)
WELCOME = Welcome(version=WIRE_VERSION, platform="linux x86_64", displays=(), identity=IDENTITY)
REFRESH = (Slice(Rectangle(0, 0, 20, 10), b"\x00bgr"),)
UPDATE = (Slice(Rectangle(1, 2, 3, 4), b"\x00bgr"),)


def open_link(hello: Hello = HELLO) -> tuple[ConsoleConnection, AgentConnection]:
    console, agent = ConsoleConnection(TOKEN, hello), AgentConnection(TOKEN)
    assert agent.receive(console.open()) == [hello]
    assert console.receive(agent.welcome(WELCOME)) == [WELCOME]
    assert (console.phase, agent.phase) == (Phase.OPEN, Phase.OPEN)
    return console, agent


# Opening


@pytest.mark.parametrize("size", [10**6, 1, 41, 43], ids=["whole", "byte by byte", "one short", "one more"])
def test_the_opening_in_any_chunks(size: int) -> None:
    agent, data = AgentConnection(TOKEN), ConsoleConnection(TOKEN, HELLO).open()
    messages = []
    for start in range(0, len(data), size):
        messages += agent.receive(data[start : start + size])
    assert messages == [HELLO]
    assert agent.credit is not None
    assert agent.phase is Phase.GREETING


@pytest.mark.parametrize("place", [0, 1, 15, 31])
def test_wrong_token_is_refused(place: int) -> None:
    wrong = bytearray(TOKEN)
    wrong[place] ^= 1
    agent = AgentConnection(TOKEN)
    with pytest.raises(RemoteProtocolError, match="token"):
        agent.receive(encode_opening(bytes(wrong)) + encode_message(HELLO))
    assert agent.phase is Phase.CLOSED
    assert agent.credit is None
    assert agent.receive(encode_opening(TOKEN)) == []


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n....", b"SSH-2.0-x" * 9, bytes(99)]
)
def test_an_opening_of_a_stranger_closes_the_link(data: bytes) -> None:
    agent = AgentConnection(TOKEN)
    with pytest.raises(RemoteProtocolError, match="not a console"):
        agent.receive(data)
    assert agent.phase is Phase.CLOSED


def test_the_agent_has_nothing_to_say_before_the_token_matched() -> None:
    agent = AgentConnection(TOKEN)
    agent.receive(encode_opening(TOKEN)[:-1])
    for message in (Ping(1), Close("no")):
        with pytest.raises(LocalProtocolError):
            agent.send(message)
    with pytest.raises(LocalProtocolError):
        agent.welcome(WELCOME)
    with pytest.raises(LocalProtocolError):
        agent.send_packet(IDENTITY, REFRESH, refresh=True)


def test_a_token_has_32_bytes() -> None:
    with pytest.raises(LocalProtocolError):
        encode_opening(b"short")


def test_token_files_are_read_with_and_without_a_line_break() -> None:
    assert token_from_file(TOKEN) == TOKEN
    assert token_from_file(b"a secret of the user's\n") == token_from_file(b"  a secret of the user's")
    assert len(token_from_file(b"a secret of the user's")) == 32
    with pytest.raises(ValueError, match="32 bytes"):
        token_from_file(b"too short \n")


# Versions


def test_a_console_of_another_version_is_told_both_numbers() -> None:
    hello = Hello(version=7, encodings=(), packets=1, bytes=1)
    console, agent = ConsoleConnection(TOKEN, hello), AgentConnection(TOKEN)
    assert agent.receive(console.open() + b"whatever version 7 has to say") == []
    fault = agent.version_fault
    assert fault is not None
    assert "version 7" in fault
    assert f"version {WIRE_VERSION}" in fault
    with pytest.raises(LocalProtocolError):
        agent.welcome(WELCOME)
    assert console.receive(agent.send(Close(fault))) == [Close(fault)]
    assert console.closed_by_peer


def test_an_agent_of_another_version_is_refused_with_both_numbers() -> None:
    console = ConsoleConnection(TOKEN, HELLO)
    with pytest.raises(RemoteProtocolError, match=rf"version 9 .* version {WIRE_VERSION}"):
        console.receive(encode_message(Welcome(9, "linux", (), IDENTITY)))


# Phases: what is not allowed when


@pytest.mark.parametrize("message", [Ping(1), Credit(0, 1, 1), WantRefresh()], ids=repr)
def test_before_hello_a_console_says_nothing_else(message: Message) -> None:
    agent = AgentConnection(TOKEN)
    agent.receive(encode_opening(TOKEN))
    with pytest.raises(RemoteProtocolError, match="where a Hello belongs"):
        agent.receive(encode_message(message))


@pytest.mark.parametrize("message", [Ping(1), Refresh(Trigger.FIRST_FRAME)], ids=repr)
def test_before_welcome_an_agent_says_nothing_else(message: Message) -> None:
    with pytest.raises(RemoteProtocolError, match="where a Welcome belongs"):
        ConsoleConnection(TOKEN, HELLO).receive(encode_message(message))


def test_no_packet_before_welcome() -> None:
    packet = encode_packet(Packet(refresh=True, slices=REFRESH, identity=IDENTITY))
    with pytest.raises(RemoteProtocolError, match="before the Welcome"):
        ConsoleConnection(TOKEN, HELLO).receive(packet)


def test_neither_end_greets_twice() -> None:
    console, agent = open_link()
    with pytest.raises(RemoteProtocolError, match="second Hello"):
        agent.receive(encode_message(HELLO))
    with pytest.raises(RemoteProtocolError, match="second Welcome"):
        console.receive(encode_message(WELCOME))
    agent = AgentConnection(TOKEN)
    with pytest.raises(RemoteProtocolError, match="second Hello"):
        agent.receive(encode_opening(TOKEN) + encode_message(HELLO) * 2)


def test_the_console_waits_for_welcome_before_it_speaks() -> None:
    with pytest.raises(LocalProtocolError, match="before the greetings"):
        ConsoleConnection(TOKEN, HELLO).send(Ping(1))


def test_a_console_sends_no_pictures() -> None:
    _, agent = open_link()
    with pytest.raises(RemoteProtocolError, match="pictures from a console"):
        agent.receive(encode_packet(Packet(refresh=True, slices=REFRESH, identity=IDENTITY))[:20])


def test_close_is_the_last_that_is_sent_and_read() -> None:
    console, agent = open_link()
    data = agent.send(Ping(1)) + agent.send(Close("over")) + encode_message(Ping(2))
    assert console.receive(data) == [Ping(1), Close("over")]
    assert console.closed_by_peer
    assert console.receive(b"more") == []
    with pytest.raises(LocalProtocolError, match="closed link"):
        agent.send(Ping(3))
    _, agent = open_link()
    assert agent.receive(encode_message(Close("bye")) + encode_message(Ping(2))) == [Close("bye")]
    assert agent.receive(b"more") == []


@pytest.mark.parametrize("tail", [b"\xff" * 40, bytes(40), bytes(16) + b"\x80\x00\x00\x01\xff"])
def test_what_follows_a_close_may_be_anything(tail: bytes) -> None:
    close = Close("of another version", version=2, again=False)
    assert ConsoleConnection(TOKEN, HELLO).receive(encode_message(close) + tail) == [close]
    for end in open_link():
        assert end.receive(encode_message(Ping(1)) + encode_message(close) + tail) == [Ping(1), close]


def test_a_console_may_change_its_mind_between_hello_and_welcome() -> None:
    agent = AgentConnection(TOKEN)
    data = ConsoleConnection(TOKEN, HELLO).open() + encode_message(Close("called off"))
    assert agent.receive(data) == [HELLO, Close("called off")]


def test_after_a_fault_nothing_more_is_read() -> None:
    console, agent = open_link()
    for end in (console, agent):
        with pytest.raises(RemoteProtocolError):
            end.receive(bytes(16) + b"\xff" * 4)
        assert end.phase is connection.Phase.CLOSED
        assert end.receive(encode_message(Ping(1))) == []
        with pytest.raises(LocalProtocolError):
            end.send(Pong(1))


# Packets and credit


def test_packets_are_numbered_from_one() -> None:
    console, agent = open_link()
    first, number = agent.send_packet(IDENTITY, REFRESH, refresh=True)
    second, following = agent.send_packet(IDENTITY, UPDATE, refresh=False)
    assert (number, following) == (1, 2)
    received = console.receive(first + agent.send(Ping(4)) + second)
    assert received == [Packet(True, REFRESH, IDENTITY), Ping(4), Packet(False, UPDATE, IDENTITY)]
    assert console.packets == 2
    assert console.size == (20, 10)


def test_a_packet_of_another_stream_is_refused() -> None:
    console, _ = open_link()
    with pytest.raises(RemoteProtocolError, match="not asked for"):
        console.receive(encode_packet(Packet(refresh=True, slices=REFRESH, identity=bytes(16))))


def test_the_agent_stops_without_credit_and_goes_on_with_it() -> None:
    console, agent = open_link()
    assert agent.credit is not None
    data = b"".join(agent.send_packet(IDENTITY, REFRESH, refresh=True)[0] for _ in range(2))
    assert not agent.credit.open
    with pytest.raises(LocalProtocolError, match="without credit"):
        agent.send_packet(IDENTITY, REFRESH, refresh=True)
    console.receive(data)
    assert agent.receive(console.credit(2, 1000)) == [Credit(2, 2, 1000)]
    assert agent.credit.open
    data, number = agent.send_packet(IDENTITY, UPDATE, refresh=False)
    assert number == 3
    assert len(console.receive(data)) == 1


def test_a_packet_without_credit_is_refused() -> None:
    console, _ = open_link()
    data = encode_packet(Packet(refresh=True, slices=REFRESH, identity=IDENTITY))
    assert len(console.receive(data * 2)) == 2
    with pytest.raises(RemoteProtocolError, match="without credit"):
        console.receive(data)


def test_a_smaller_window_does_not_condemn_what_is_on_its_way() -> None:
    console, agent = open_link(Hello(version=WIRE_VERSION, encodings=(), packets=3, bytes=10**6))
    one, two, three = (agent.send_packet(IDENTITY, REFRESH, refresh=True)[0] for _ in range(3))
    console.receive(one)
    credit = console.credit(1, 10**6)
    assert len(console.receive(two + three)) == 2
    agent.receive(credit)
    assert agent.credit is not None
    assert not agent.credit.open


def test_what_is_being_encoded_may_go_though_the_window_became_smaller_meanwhile() -> None:
    console, agent = open_link(Hello(version=WIRE_VERSION, encodings=(), packets=3, bytes=10**6))
    console.receive(agent.send_packet(IDENTITY, REFRESH, refresh=True)[0])
    assert agent.credit is not None
    assert agent.credit.open
    agent.receive(console.credit(1, 10**6, 0))
    assert not agent.credit.open
    data, _ = agent.send_packet(IDENTITY, UPDATE, refresh=False)
    assert len(console.receive(data)) == 1


@pytest.mark.parametrize("packet", [3, 2**62])
def test_credit_for_packets_never_sent_is_refused(packet: int) -> None:
    _, agent = open_link()
    for _ in range(2):
        agent.send_packet(IDENTITY, REFRESH, refresh=True)
    with pytest.raises(RemoteProtocolError, match="credit for packet"):
        agent.receive(encode_message(Credit(packet, 1, 1)))


def test_credit_that_goes_back_is_refused() -> None:
    _, agent = open_link()
    agent.send_packet(IDENTITY, REFRESH, refresh=True)
    agent.receive(encode_message(Credit(1, 1, 1)))
    agent.receive(encode_message(Credit(1, 2, 1)))
    with pytest.raises(RemoteProtocolError, match="credit for packet"):
        agent.receive(encode_message(Credit(0, 1, 1)))


def test_one_packet_may_overshoot_the_bytes() -> None:
    window = CreditWindow(packets=3, bytes_=100)
    assert window.send(99) == 1
    assert window.open
    assert window.send(10**9) == 2
    assert not window.open
    window.grant(1, 3, 100)
    assert not window.open
    window.grant(2, 3, 100)
    assert window.open
    assert window.send(100) == 3
    assert not window.open


def test_opening_is_forty_two_bytes() -> None:
    assert OPENING.size == 42
    assert encode_opening(TOKEN, 258) == b"DESKWIRE\x01\x02" + TOKEN
