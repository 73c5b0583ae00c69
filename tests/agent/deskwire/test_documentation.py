"""docs/wire.md says what the code does: every name in it, every limit, and the worked example to the byte."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from deskwire import limits
from deskwire.connection import AgentConnection, ConsoleConnection
from deskwire.control import ControlState
from deskwire.digest import framebuffer_digest
from deskwire.encodings import Encoding
from deskwire.geometry import Display, Rectangle
from deskwire.message import Message
from deskwire.messages import (
    FEATURES,
    AgentMessage,
    ConsoleMessage,
    Digest,
    Feature,
    Hello,
    Refresh,
    ScreenState,
    WantDigest,
    Welcome,
)
from deskwire.packet import Slice
from deskwire.triggers import Trigger

TEXT = (Path(__file__).parents[3] / "docs" / "wire.md").read_text(encoding="utf-8")
MESSAGES: list[type[Message]] = sorted(
    {*get_args(ConsoleMessage), *get_args(AgentMessage)}, key=lambda message: message.__name__
)


def section(title: str) -> str:
    """The text under a heading, up to the next of the same or a higher level."""
    found = re.search(
        rf"^(#+) {re.escape(title)}$(.*?)(?=^#{{1,2}} |^\1 |\Z)", TEXT, re.MULTILINE | re.DOTALL
    )
    assert found is not None, title
    return found[2]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_every_message_and_field_is_described(message: type[Message]) -> None:
    described = section(f"`{message.__name__.lower()}`")
    for field in msgspec.structs.fields(message):
        assert f"| `{field.name}` |" in described
    rows = re.findall(r"^\| `(\w+)` \|", described, re.MULTILINE)
    assert rows == [field.name for field in msgspec.structs.fields(message)]


def test_every_direction_is_the_right_one() -> None:
    from_console, from_agent = set(get_args(ConsoleMessage)), set(get_args(AgentMessage))
    for message in MESSAGES:
        direction = "Both ways." if message in from_console & from_agent else (
            "From the console." if message in from_console else "From the agent."
        )  # fmt: skip
        assert section(f"`{message.__name__.lower()}`").strip().startswith(direction)


def test_displays_states_triggers_and_encodings_are_described() -> None:
    for field in msgspec.structs.fields(Display):
        assert f"| `{field.name}` |" in section("A display")
    assert re.findall(r"^\| `([\w ]+)` \|", section("Screen states"), re.MULTILINE) == list(ScreenState)
    assert re.findall(r"^\| `([\w ]+)` \|", section("Triggers"), re.MULTILINE) == list(Trigger)
    for encoding in Encoding:
        assert f"| `0x{encoding:02X}` | {encoding.name} |" in section("Bodies")


def test_features_and_states_of_control_are_described() -> None:
    spoken: dict[Feature, set[str]] = {feature: set() for feature in Feature}
    for message in MESSAGES:
        if (feature := FEATURES.get(message)) is not None:
            spoken[feature].add(message.__name__.lower())
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section("Features"), re.MULTILINE))
    assert list(rows) == list(Feature)
    for feature in (Feature.CONTROL, Feature.CLIP):
        assert set(re.findall(r"`(\w+)`", rows[feature])) == spoken[feature]
    assert re.findall(r"^\| `(\w+)` \|", section("Control"), re.MULTILINE) == list(ControlState)


def test_every_limit_is_there_with_its_number() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([\d,]+) \|", section("Limits"), re.MULTILINE))
    assert {name: int(number.replace(",", "")) for name, number in rows.items()} == {
        name: value for name, value in vars(limits).items() if name.isupper()
    }


def test_the_example_is_what_both_ends_say() -> None:
    example = section("An example")
    blocks = re.findall(r"^(Console|Agent), (.*?):\n\n```\n(.*?)```", example, re.MULTILINE | re.DOTALL)
    described = [(who, bytes.fromhex(re.sub(r"(?m);.*$", "", data))) for who, _, data in blocks]

    identity = bytes.fromhex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf")
    token = bytes(range(32))
    console = ConsoleConnection(token, Hello(version=1, encodings=(0, 1, 137, 255), packets=2, bytes=65536))
    agent = AgentConnection(token)
    said: list[tuple[str, bytes]] = []

    def console_says(data: bytes) -> None:
        said.append(("Console", data))
        agent.receive(data)

    def agent_says(data: bytes) -> None:
        said.append(("Agent", data))
        console.receive(data)

    console_says(console.open())
    display = Display(number=0, x=0, y=0, width=4, height=2, identity=identity)
    agent_says(agent.welcome(Welcome(1, "linux x86_64", (display,), identity)))
    agent_says(agent.send(Refresh(Trigger.FIRST_FRAME)))
    grey = (Slice(Rectangle(0, 0, 4, 2), b"\x00\x80\x80\x80"),)
    agent_says(agent.send_packet(identity, grey, refresh=True)[0])
    console_says(console.credit(2, 65536))
    red = (
        Slice(Rectangle(2, 1, 1, 1), b"\x00\x00\x00\xff"),
        Slice(Rectangle(3, 0, 1, 2), b"\x00\xff\xff\xff"),
    )
    agent_says(agent.send_packet(identity, red, refresh=False)[0])
    console_says(console.send(WantDigest()))
    grey_row = b"\x80\x80\x80" * 3 + b"\xff\xff\xff"
    red_row = b"\x80\x80\x80" * 2 + b"\x00\x00\xff" + b"\xff\xff\xff"
    agent_says(agent.send(Digest(2, framebuffer_digest(4, 2, grey_row + red_row))))

    assert described == said
