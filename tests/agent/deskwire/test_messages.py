"""Messages: every one of them survives the way, and no bytes of a peer's do worse than be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskwire import messages
from deskwire.clipboard import Clip, NoClip, PutClip, WantClip
from deskwire.control import (
    Ability,
    AllUp,
    Button,
    Chord,
    ChordName,
    Consent,
    Control,
    ControlState,
    Done,
    Effect,
    EndControl,
    InputOutcome,
    Key,
    Pointer,
    Typing,
    WantControl,
    Wheel,
)
from deskwire.errors import LocalProtocolError, RemoteProtocolError
from deskwire.geometry import Display
from deskwire.limits import MAX_MESSAGE
from deskwire.message import Message
from deskwire.messages import (
    AgentMessage,
    Close,
    ConsoleMessage,
    Credit,
    Digest,
    Displays,
    Feature,
    Hello,
    Lossy,
    Person,
    Ping,
    Pong,
    Preview,
    Refresh,
    Screen,
    ScreenState,
    WantDigest,
    WantRefresh,
    Watch,
    WatchMode,
    Welcome,
    decode_from_agent,
    decode_from_console,
    encode_message,
)
from deskwire.reader import MessageBody, PacketReader
from deskwire.triggers import Trigger

DISPLAYS = (
    Display(number=0, x=-1920, y=0, width=3840, height=1080, identity=bytes(16)),
    Display(number=1, x=-1920, y=0, width=1920, height=1080, identity=bytes(range(16)), name="Écran 左"),
)

BOTH: list[Message] = [Ping(0), Pong(2**62), Close("a reason"), Close("", version=7, again=False)]
FROM_CONSOLE: list[Message] = [
    *BOTH,
    Hello(version=1, encodings=(0, 1, 137, 255), packets=2, bytes=2**20),
    Hello(version=1, encodings=(), packets=1024, bytes=1, display=64),
    Credit(packet=9, packets=1, bytes=2**40),
    WantRefresh(),
    WantDigest(),
    Watch(WatchMode.PREVIEW, width=16, height=1024, interval=0.1),
    Watch(WatchMode.FULL, rate=2**40),
    Hello(version=1, encodings=(), packets=1, bytes=1, watch=Watch(WatchMode.PREVIEW)),
    Hello(
        version=1,
        encodings=(),
        packets=1,
        bytes=1,
        speaks=tuple(Feature),
        name="anna@desk",
        console=bytes(16),
        consent=Consent.ALWAYS,
    ),
    WantControl(),
    WantControl(force=True, ask=True),
    EndControl(),
    Key(grant=1, n=1, code=0x1E, down=True),
    Key(grant=2**62, n=2**62, code=0xFFFF, down=False, text="é" * 8, dead=True, locks=7, repeat=True),
    Pointer(grant=1, n=1, x=0, y=16_383),
    Button(grant=1, n=1, x=16_383, y=0, button=5, down=True),
    Wheel(grant=1, n=1, x=0, y=0, right=-7_680, down=7_680),
    Wheel(grant=1, n=1, x=0, y=0),
    Typing(grant=1, n=1, text="😀" * 1_024),
    *[Chord(grant=1, n=1, chord=chord) for chord in ChordName],
    AllUp(grant=1, n=1),
    WantClip(grant=1, n=1),
    PutClip(grant=1, n=1, text="😀" * 64_000),
]
FROM_AGENT: list[Message] = [
    *BOTH,
    Welcome(version=1, platform="linux x86_64", displays=DISPLAYS, identity=bytes(16)),
    Welcome(1, "windows amd64", (), bytes(16), ScreenState.LOCKED, "nobody is there"),
    Welcome(1, "", (), bytes(16), hostname="x" * 1024, os_name="Windows 11 Pro 23H2", user="LAB\\ann"),
    Person("x" * 1024),
    Person(""),
    Displays(DISPLAYS),
    Lossy(0),
    Lossy(64 * 1024 * 1024),
    Preview(320, 180, b"\xff\xd8"),
    *[Screen(state, "x" * 1024) for state in ScreenState],
    *[Refresh(trigger) for trigger in Trigger],
    Digest(packet=5, digest=bytes(16)),
    Welcome(1, "", (), bytes(16), speaks=tuple(Feature), may=tuple(Ability)),
    *[Control(state) for state in ControlState],
    Control(ControlState.YOURS, grant=2**62, holder="x" * 1024, reason="x" * 1024),
    *[Done(1, outcome) for outcome in InputOutcome],
    Done(2**62, reason="x" * 1024),
    Effect(1),
    Clip(1, "😀" * 64_000),
    NoClip(1, "the clipboard holds no text"),
]


def body(message: Message) -> bytes:
    (part,) = PacketReader().feed(encode_message(message))
    assert isinstance(part, MessageBody)
    return part.body


def test_every_message_is_in_the_table() -> None:
    assert {type(m) for m in FROM_CONSOLE} == set(get_args(ConsoleMessage))
    assert {type(m) for m in FROM_AGENT} == set(get_args(AgentMessage))


def _label(message: Message) -> str:
    """A test's name is a variable of the environment, which Windows wants short."""
    return repr(message)[:100]


@pytest.mark.parametrize(
    "size", [10**6, 1, 20, 21], ids=["whole", "byte by byte", "head first", "head and one"]
)
def test_messages_in_any_chunks(size: int) -> None:
    data = b"".join(encode_message(message) for message in FROM_AGENT)
    reader = PacketReader()
    parts = [part for start in range(0, len(data), size) for part in reader.feed(data[start : start + size])]
    assert parts == [MessageBody(body(message)) for message in FROM_AGENT]


@pytest.mark.parametrize("message", FROM_CONSOLE, ids=_label)
def test_from_the_console(message: Message) -> None:
    assert decode_from_console(body(message)) == message


@pytest.mark.parametrize("message", FROM_AGENT, ids=_label)
def test_from_the_agent(message: Message) -> None:
    assert decode_from_agent(body(message)) == message


@pytest.mark.parametrize("message", [m for m in FROM_CONSOLE if m not in BOTH], ids=_label)
def test_what_only_a_console_says_is_refused_from_an_agent(message: Message) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_from_agent(body(message))


@pytest.mark.parametrize("message", [m for m in FROM_AGENT if m not in BOTH], ids=_label)
def test_what_only_an_agent_says_is_refused_from_a_console(message: Message) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_from_console(body(message))


def test_fields_that_are_not_known_are_passed_over() -> None:
    assert decode_from_agent(msgspec.msgpack.encode({"t": "ping", "number": 3, "mood": ["good"]})) == Ping(3)


HELLO = {"t": "hello", "version": 1, "encodings": [0], "packets": 2, "bytes": 100, "display": 0}
SAID_BY_AGENTS = {message.__name__.lower() for message in get_args(AgentMessage)}
SCREEN = {"t": "screen", "state": "live", "reason": ""}
DIGEST = {"t": "digest", "packet": 1, "digest": bytes(16)}
KEY = {"t": "key", "grant": 1, "n": 1, "code": 30, "down": True}
PLACE = {"grant": 1, "n": 1, "x": 0, "y": 0}
BUTTON = {"t": "button", "button": 1, "down": True} | PLACE
WHEEL = {"t": "wheel"} | PLACE
DISPLAY = {"number": 0, "x": 0, "y": 0, "width": 9, "height": 9, "identity": bytes(16), "name": ""}


@pytest.mark.parametrize(
    ("message", "field", "value"),
    [
        (HELLO, "packets", 0),
        (HELLO, "packets", 1025),
        (HELLO, "bytes", 0),
        (HELLO, "bytes", 2**40 + 1),
        (HELLO, "encodings", [0] * 257),
        (HELLO, "encodings", ["png"]),
        (HELLO, "watch", {"mode": "full", "rate": -1}),
        (HELLO, "display", -1),
        (HELLO, "display", 65),
        (HELLO, "version", "1"),
        (HELLO, "version", 1.5),
        (SCREEN, "state", "asleep"),
        (SCREEN, "reason", "x" * 1025),
        (SCREEN, "reason", b"bytes"),
        (SCREEN, "t", "scream"),
        (DIGEST, "digest", bytes(15)),
        (DIGEST, "digest", bytes(17)),
        (DIGEST, "packet", -1),
        (DIGEST, "packet", 2**62 + 1),
        (DIGEST, "packet", 2**64 - 1),
        (DIGEST, "packet", None),
        ({"t": "displays"}, "displays", [DISPLAY] * 66),
        ({"t": "displays"}, "displays", [DISPLAY | {"identity": bytes(17)}]),
        ({"t": "displays"}, "displays", [DISPLAY | {"number": 65}]),
        ({"t": "displays"}, "displays", [DISPLAY | {"width": -1}]),
        ({"t": "displays"}, "displays", [DISPLAY | {"x": 2**31}]),
        ({"t": "displays"}, "displays", [DISPLAY | {"name": "x" * 1025}]),
        ({"t": "refresh"}, "trigger", "boredom"),
        (HELLO, "speaks", ["x"] * 33),
        (HELLO, "speaks", ["x" * 33]),
        (HELLO, "name", "x" * 65),
        (HELLO, "console", bytes(17)),
        (HELLO, "consent", "sometimes"),
        (KEY, "grant", 0),
        (KEY, "n", 0),
        (KEY, "n", 2**62 + 1),
        (KEY, "code", -1),
        (KEY, "code", 0x10000),
        (KEY, "text", "x" * 9),
        (KEY, "locks", 8),
        (KEY, "down", 1),
        ({"t": "pointer"} | PLACE, "x", -1),
        ({"t": "pointer"} | PLACE, "y", 16_384),
        (BUTTON, "button", 0),
        (BUTTON, "button", 6),
        (BUTTON, "x", 16_384),
        (WHEEL, "right", -7_681),
        (WHEEL, "down", 7_681),
        ({"t": "typing", "grant": 1, "n": 1}, "text", "x" * 1_025),
        ({"t": "chord", "grant": 1, "n": 1}, "chord", "ctrl alt delete"),
        ({"t": "putclip", "grant": 1, "n": 1}, "text", "x" * 64_001),
        ({"t": "control"}, "state", "mine"),
        ({"t": "done", "n": 1}, "outcome", "perhaps"),
        ({"t": "clip", "n": 1}, "text", "x" * 64_001),
    ],
)
def test_fields_outside_their_limits(message: dict[str, object], field: str, value: object) -> None:
    decode = decode_from_agent if message["t"] in SAID_BY_AGENTS else decode_from_console
    with pytest.raises(RemoteProtocolError):
        decode(msgspec.msgpack.encode(message | {field: value}))


DEEP = b"\x91" * (MAX_MESSAGE - 100)
ANNOUNCED = [
    b"\xdd\xff\xff\xff\xff",
    b"\xdf\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\xdb\xff\xff\xff\xff",
]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc0",
        b"\x80",
        DEEP,
        b"\x82\xa1t\xa4ping\xa1z" + DEEP,
        b"\x82\xa1t\xa8displays\xa8displays" + DEEP,
        *ANNOUNCED,
        *[b"\x82\xa1t\xa8displays\xa8displays" + part for part in ANNOUNCED],
        *[b"\x82\xa1t\xa5close\xa6reason" + part for part in ANNOUNCED],
        *[b"\x82\xa1t\xa4ping\xa1z" + part for part in ANNOUNCED],
        b"\x82\xa1t\xa5close\xa6reason\xa2\xff\xfe",
        b"\x82\xa1t\xa4ping\xa6number\x01\x00",
        b"\x81\xa1t\xa4ping",
        b"\x82\xa1t\xa4ping\xa6number\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
        b"\x82\xa1t\xa4ping\xa6number\xd6\xff\xff\xff\xff\xff",
    ],
)  # fmt: skip
def test_hostile_bodies_are_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_from_agent(data)


def test_what_is_quoted_of_a_peer_is_short_and_printable() -> None:
    tag = "\x1b]0;title\x07" * 6000
    with pytest.raises(RemoteProtocolError) as caught:
        decode_from_agent(msgspec.msgpack.encode({"t": tag}))
    assert len(str(caught.value)) < 1000
    assert str(caught.value).isprintable()


@given(st.binary(max_size=200))
def test_garbage_raises_nothing_but_protocol_errors(data: bytes) -> None:
    for decode in (decode_from_agent, decode_from_console):
        try:
            decode(data)
        except RemoteProtocolError:
            continue


@pytest.mark.parametrize(
    ("messages", "decode"),
    [(FROM_AGENT, decode_from_agent), (FROM_CONSOLE, decode_from_console)],
    ids=["agent", "console"],
)
@given(data=st.data())
def test_a_damaged_message_raises_nothing_but_protocol_errors(
    messages: list[Message], decode: Callable[[bytes], object], data: st.DataObject
) -> None:
    broken = bytearray(body(data.draw(st.sampled_from(messages))))
    broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(broken))
    except RemoteProtocolError:
        return


NUMBERS = st.integers(1, 2**62)
PLACES = st.integers(0, 16_383)
INPUTS = st.one_of(
    st.builds(
        Key,
        grant=NUMBERS,
        n=NUMBERS,
        code=st.integers(0, 0xFFFF),
        down=st.booleans(),
        text=st.text(max_size=8),
        dead=st.booleans(),
        locks=st.integers(0, 7),
        repeat=st.booleans(),
    ),
    st.builds(
        Button,
        grant=NUMBERS,
        n=NUMBERS,
        x=PLACES,
        y=PLACES,
        button=st.integers(1, 5),
        down=st.booleans(),
    ),
    st.builds(
        Wheel,
        grant=NUMBERS,
        n=NUMBERS,
        x=PLACES,
        y=PLACES,
        right=st.integers(-7_680, 7_680),
        down=st.integers(-7_680, 7_680),
    ),
    st.builds(Typing, grant=NUMBERS, n=NUMBERS, text=st.text(max_size=60)),
    st.builds(PutClip, grant=NUMBERS, n=NUMBERS, text=st.text(max_size=200)),
)


@settings(max_examples=60)
@given(INPUTS)
def test_every_input_within_the_limits_arrives_as_it_was(message: Message) -> None:
    assert decode_from_console(body(message)) == message


def test_a_message_over_the_limit_is_not_sent() -> None:
    with pytest.raises(LocalProtocolError, match="over the limit"):
        encode_message(Displays(DISPLAYS * 4000))


def test_text_that_is_none_goes_with_question_marks() -> None:
    display = msgspec.structs.replace(DISPLAYS[0], name="a\udcff b")
    sent = Welcome(1, "linux", (display,), bytes(range(16)), ScreenState.GRAB_FAILED, ":\ud800 Écran")
    assert decode_from_agent(body(sent)) == Welcome(
        1,
        "linux",
        (msgspec.structs.replace(display, name="a? b"),),
        bytes(range(16)),
        ScreenState.GRAB_FAILED,
        ":? Écran",
    )
    assert decode_from_agent(body(Close("no \udc80"))) == Close("no ?")


def test_a_megabyte_of_small_messages_in_one_piece() -> None:
    ping = encode_message(Ping(1))
    count = (1 << 20) // len(ping)
    assert PacketReader().feed(ping * count) == [MessageBody(body(Ping(1)))] * count


def test_names_on_the_wire_are_the_names_in_the_module() -> None:
    for message in (*FROM_CONSOLE, *FROM_AGENT):
        name = type(message).__name__
        assert msgspec.msgpack.decode(body(message))["t"] == name.lower()
        assert getattr(messages, name) is type(message)
