"""Features: an older peer works as it did, and no side sends what the other does not understand."""

from __future__ import annotations

import msgspec
import pytest

from deskwire.clipboard import Clip, NoClip, WantClip
from deskwire.connection import AgentConnection, ConsoleConnection
from deskwire.control import AllUp, Control, ControlState, Done, Effect, Pointer, WantControl
from deskwire.errors import LocalProtocolError, RemoteProtocolError
from deskwire.hello import encode_opening
from deskwire.message import Message
from deskwire.messages import (
    WIRE_VERSION,
    Feature,
    Hello,
    Ping,
    Screen,
    ScreenState,
    Welcome,
    encode_message,
)
from deskwire.packet import COUNT, MESSAGE_BIT

TOKEN = bytes(32)
IDENTITY = b"the stream there"
EVERYTHING = tuple(Feature)
FROM_AGENT: list[Message] = [
    Control(ControlState.FREE),
    Done(1),
    Effect(1),
    Clip(1, "text"),
    NoClip(1, "none"),
    Screen(ScreenState.ASKING),
    Screen(ScreenState.REFUSED),
]
FROM_CONSOLE: list[Message] = [WantControl(), AllUp(grant=1, n=1), WantClip(grant=1, n=1)]


def framed(fields: dict[str, object]) -> bytes:
    """A message as an older program would send it."""
    body = msgspec.msgpack.encode(fields)
    return bytes(16) + COUNT.pack(MESSAGE_BIT | len(body)) + body


OLD_HELLO = framed({"t": "hello", "version": 1, "encodings": [0], "packets": 2, "bytes": 1000})
OLD_WELCOME = framed(
    {"t": "welcome", "version": 1, "platform": "linux", "displays": [], "identity": IDENTITY, "unknown": 1}
)


def open_link(
    console_speaks: tuple[str, ...], agent_speaks: tuple[str, ...]
) -> tuple[ConsoleConnection, AgentConnection]:
    hello = Hello(WIRE_VERSION, (0,), packets=2, bytes=1000, speaks=console_speaks)
    console, agent = ConsoleConnection(TOKEN, hello), AgentConnection(TOKEN)
    agent.receive(console.open())
    console.receive(agent.welcome(Welcome(WIRE_VERSION, "", (), IDENTITY, speaks=agent_speaks)))
    return console, agent


def test_a_console_of_before_is_served_and_told_nothing_new() -> None:
    agent = AgentConnection(TOKEN)
    (hello,) = agent.receive(encode_opening(TOKEN) + OLD_HELLO)
    assert isinstance(hello, Hello)
    assert (hello.speaks, hello.name, hello.console) == ((), "", b"")
    agent.welcome(Welcome(WIRE_VERSION, "", (), IDENTITY, speaks=EVERYTHING))
    for message in FROM_AGENT:
        with pytest.raises(LocalProtocolError, match="does not speak"):
            agent.send(message)
    assert agent.send(Ping(1))


def test_an_agent_of_before_is_understood_and_asked_nothing_new() -> None:
    console = ConsoleConnection(TOKEN, Hello(WIRE_VERSION, (0,), packets=2, bytes=1000, speaks=EVERYTHING))
    (welcome,) = console.receive(OLD_WELCOME)
    assert isinstance(welcome, Welcome)
    assert (welcome.speaks, welcome.may) == ((), ())
    for message in FROM_CONSOLE:
        with pytest.raises(LocalProtocolError, match="does not speak"):
            console.send(message)
    assert console.send(Ping(1))


@pytest.mark.parametrize("message", FROM_AGENT, ids=repr)
def test_an_agent_that_says_what_it_was_not_told_of_is_at_fault(message: Message) -> None:
    console, _ = open_link((), EVERYTHING)
    with pytest.raises(RemoteProtocolError, match="unasked"):
        console.receive(encode_message(message))


@pytest.mark.parametrize("message", FROM_CONSOLE, ids=repr)
def test_a_console_that_says_what_it_was_not_told_of_is_at_fault(message: Message) -> None:
    _, agent = open_link(EVERYTHING, ())
    with pytest.raises(RemoteProtocolError, match="unasked"):
        agent.receive(encode_message(message))


def test_a_welcome_may_not_ask_for_patience_that_a_console_does_not_know() -> None:
    agent = AgentConnection(TOKEN)
    agent.receive(encode_opening(TOKEN) + OLD_HELLO)
    with pytest.raises(LocalProtocolError):
        agent.welcome(Welcome(WIRE_VERSION, "", (), IDENTITY, screen=ScreenState.ASKING))


@pytest.mark.parametrize("message", [*FROM_AGENT, *FROM_CONSOLE], ids=repr)
def test_both_say_what_both_speak(message: Message) -> None:
    console, agent = open_link((*EVERYTHING, "what nobody knows"), EVERYTHING)
    if message in FROM_AGENT:
        assert console.receive(agent.send(message)) == [message]
    else:
        assert agent.receive(console.send(message)) == [message]


@pytest.mark.parametrize("number", [1, 4, 5])
def test_the_numbers_of_inputs_only_go_up(number: int) -> None:
    console, agent = open_link(EVERYTHING, EVERYTHING)
    agent.receive(console.send(Pointer(grant=1, n=5, x=0, y=0)))
    with pytest.raises(RemoteProtocolError, match=f"number {number} after number 5"):
        agent.receive(console.send(AllUp(grant=1, n=number)))
