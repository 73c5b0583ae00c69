"""The messages of the wire: everything that is not a picture. A tagged union, checked against its schema.

Encoded as MessagePack, the type's tag under `t`. Fields that are not known are passed over, so that a
field can be added without a new version; a type that is not known is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, TypeVar, get_args

import msgspec

from .clipboard import Clip, NoClip, PutClip, WantClip
from .control import (
    AllUp,
    Button,
    Chord,
    Consent,
    Control,
    Done,
    Effect,
    EndControl,
    Key,
    Pointer,
    Typing,
    WantControl,
    Wheel,
)
from .digest import DIGEST_SIZE
from .errors import LocalProtocolError, RemoteProtocolError
from .geometry import Display
from .limits import MAX_MESSAGE, MAX_PACKETS_OUT, MAX_PIXELS, MAX_PREVIEW, MAX_PREVIEW_SIDE
from .message import Count, Message, Text
from .packet import COUNT, IDENTITY_SIZE, MESSAGE_BIT
from .triggers import Trigger

WIRE_VERSION = 1
"""Goes up with every change that an older peer could not live with."""

PacketWindow = Annotated[int, msgspec.Meta(ge=1, le=MAX_PACKETS_OUT)]
Window = Annotated[int, msgspec.Meta(ge=1, le=2**40)]
Features = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=32)], ...], msgspec.Meta(max_length=32)]
ConsoleId = Annotated[bytes, msgspec.Meta(max_length=16)]
Side = Annotated[int, msgspec.Meta(ge=16, le=MAX_PREVIEW_SIDE)]


class ScreenState(StrEnum):
    """The states of a host's screen, as far as its system tells."""

    LIVE = "live"
    LOCKED = "locked"
    NO_USER = "no user"
    DISCONNECTED = "disconnected"
    DISPLAY_OFF = "display off"
    GRAB_FAILED = "grab failed"
    ASKING = "asking"
    """The person at the host is asked whether the console may see it."""
    REFUSED = "refused"
    """The person at the host, or the host's policy, said no."""


class Feature(StrEnum):
    """The groups of messages that an older peer does not know; sent only to a peer that speaks them."""

    CONTROL = "control"
    CLIP = "clip"
    CONSENT = "consent"
    """The states ASKING and REFUSED of the screen."""
    PERSON = "person"


class WatchMode(StrEnum):
    """The two ways in which a console looks at a host."""

    FULL = "full"
    """Packets: every change, exactly."""
    PREVIEW = "preview"
    """Now and then a small picture, and nothing else."""


# Both ways


class Ping(Message, frozen=True):
    """A heartbeat. The peer answers with a Pong of the same number, at once."""

    number: Count


class Pong(Message, frozen=True):
    """The answer to a Ping."""

    number: Count


class Close(Message, frozen=True):
    """The last message of a link: why it ends. What follows it is not read. Its form never changes, so that
    a peer of another version can read it."""

    reason: Text
    version: int = WIRE_VERSION
    again: bool = True
    """True where it makes sense to reconnect."""


# From the console


class Watch(Message, frozen=True):
    """Says how the console looks from now on. What follows a change to FULL begins with a refresh."""

    mode: WatchMode
    width: Side = 320
    height: Side = 180
    """The largest size of a preview, in pixels."""
    interval: Annotated[float, msgspec.Meta(ge=0.1, le=3600)] = 1.0
    """Seconds between two previews at least."""
    rate: Annotated[int, msgspec.Meta(ge=0, le=2**40)] = 0
    """Bytes of packets a second at most, as a mean over some seconds; 0: no bound but the credit."""


class Hello(Message, frozen=True):
    """Says what the console speaks and wants; its first message."""

    version: int
    encodings: Annotated[tuple[int, ...], msgspec.Meta(max_length=256)]
    """First bytes of the bodies it decodes."""
    packets: PacketWindow
    """Packets that may be out without having been acknowledged."""
    bytes: Window
    """Bytes that may be out before another packet may be begun."""
    display: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0
    """0: the whole desktop; n: display n."""
    watch: Watch = Watch(WatchMode.FULL)
    speaks: Features = ()
    """The features whose messages it understands, see `Feature`; names that are not known are passed over."""
    name: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """Whom the host's user is shown: `anna@desk`."""
    console: ConsoleId = b""
    """16 random bytes of this console's process, so that a reconnect is the same console."""
    consent: Consent = Consent.OTHERS


class Credit(Message, frozen=True):
    """Packets up to number `packet` are on the framebuffer; from now on this much may be out."""

    packet: Count
    packets: PacketWindow
    bytes: Window


class WantRefresh(Message, frozen=True):
    """Send a refresh next."""


class WantDigest(Message, frozen=True):
    """Tell the digest of the framebuffer that the console has after the last packet sent."""

    at_once: bool = False
    """Send the whole picture without loss for it, where a film keeps the answer away."""


# From the agent


class Welcome(Message, frozen=True):
    """Says what the agent is and has; its first message."""

    version: int
    platform: Text
    """Such as `linux x86_64` or `windows amd64`."""
    displays: Annotated[tuple[Display, ...], msgspec.Meta(max_length=65)]
    """Number 0 first; empty where no display could be opened yet."""
    identity: Annotated[bytes, msgspec.Meta(min_length=IDENTITY_SIZE, max_length=IDENTITY_SIZE)]
    """The stream that was asked for; every packet bears it."""
    screen: ScreenState = ScreenState.LIVE
    screen_reason: Text = ""
    speaks: Features = ()
    """The features whose messages it understands, see `Feature`."""
    may: Features = ()
    """This agent can do these here, see `Ability`; empty where it only shows."""
    hostname: Text = ""
    """The computer's own name; empty, as the next two, where the agent does not know."""
    os_name: Text = ""
    """Its system: `Debian GNU/Linux 12 (bookworm)`, `Windows 11 Pro 23H2`."""
    user: Text = ""
    """The person at the desktop, as the system calls that user."""


class Person(Message, frozen=True):
    """Another person is at the desktop now, or none (empty)."""

    user: Text


class Displays(Message, frozen=True):
    """The displays changed."""

    displays: Annotated[tuple[Display, ...], msgspec.Meta(max_length=65)]


class Screen(Message, frozen=True):
    """The state of the screen changed; `reason` has the system's words."""

    state: ScreenState
    reason: Text = ""


class Refresh(Message, frozen=True):
    """The next packet is a refresh, and this is why."""

    trigger: Trigger


class Digest(Message, frozen=True):
    """The digest of the framebuffer after packet number `packet`, the last one sent."""

    packet: Count
    digest: Annotated[bytes, msgspec.Meta(min_length=DIGEST_SIZE, max_length=DIGEST_SIZE)]


class Lossy(Message, frozen=True):
    """So many pixels of the console's picture are, after the last packet, only nearly those of the host."""

    pixels: Annotated[int, msgspec.Meta(ge=0, le=MAX_PIXELS)]


class Preview(Message, frozen=True):
    """The whole picture, small: a JPEG file of exactly this size."""

    width: Annotated[int, msgspec.Meta(ge=1, le=MAX_PREVIEW_SIDE)]
    height: Annotated[int, msgspec.Meta(ge=1, le=MAX_PREVIEW_SIDE)]
    picture: Annotated[bytes, msgspec.Meta(min_length=1, max_length=MAX_PREVIEW)]


Input = Key | Pointer | Button | Wheel | Typing | Chord | AllUp
NumberedRequest = Input | WantClip | PutClip
ControlRequest = WantControl | EndControl | NumberedRequest
ConsoleMessage = Hello | Watch | Credit | WantRefresh | WantDigest | Ping | Pong | Close | ControlRequest
ControlAnswer = Control | Done | Effect | Clip | NoClip
AgentMessage = (
    Welcome
    | Displays
    | Screen
    | Person
    | Refresh
    | Lossy
    | Preview
    | Digest
    | Ping
    | Pong
    | Close
    | ControlAnswer
)

FEATURES: Mapping[type[Message], Feature] = MappingProxyType(
    dict.fromkeys((WantControl, EndControl, *get_args(Input), Control, Done, Effect), Feature.CONTROL)
    | dict.fromkeys((WantClip, PutClip, Clip, NoClip), Feature.CLIP)
    | {Person: Feature.PERSON}
)
"""The messages that belong to a feature whatever they say."""

_ENCODER = msgspec.msgpack.Encoder()
_FROM_CONSOLE: msgspec.msgpack.Decoder[ConsoleMessage] = msgspec.msgpack.Decoder(ConsoleMessage)
_FROM_AGENT: msgspec.msgpack.Decoder[AgentMessage] = msgspec.msgpack.Decoder(AgentMessage)
_M = TypeVar("_M")
_NO_IDENTITY = bytes(IDENTITY_SIZE)


def feature_of(message: Message) -> Feature | None:
    """The feature that a peer must speak to be sent this message; None: every peer knows it."""
    if (feature := FEATURES.get(type(message))) is not None:
        return feature
    if isinstance(message, Screen):
        state = message.state
    elif isinstance(message, Welcome):
        state = message.screen
    else:
        return None
    return Feature.CONSENT if state in (ScreenState.ASKING, ScreenState.REFUSED) else None


def encode_message(message: Message) -> bytes:
    """A message, framed: an identity of zeros, the count with its top bit set, the body."""
    try:
        body = _ENCODER.encode(message)
    except UnicodeEncodeError:
        body = _ENCODER.encode(_encodable(msgspec.to_builtins(message, builtin_types=(bytes,))))
    if len(body) > MAX_MESSAGE:
        raise LocalProtocolError(f"a message of {len(body)} bytes, over the limit of {MAX_MESSAGE}")
    return _NO_IDENTITY + COUNT.pack(MESSAGE_BIT | len(body)) + body


def decode_from_console(body: bytes) -> ConsoleMessage:
    """A message body that a console sent; raises RemoteProtocolError where it is none."""
    return _decode(_FROM_CONSOLE, body)


def decode_from_agent(body: bytes) -> AgentMessage:
    """A message body that an agent sent; raises RemoteProtocolError where it is none."""
    return _decode(_FROM_AGENT, body)


def _encodable(value: object) -> object:
    """The same with a question mark for every half of a surrogate pair, which UTF-8 has no bytes for.

    They come from the system: Python keeps the bytes of a variable or a name as such where they are no text.
    """
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {key: _encodable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(each) for each in value]
    return value


def _decode(decoder: msgspec.msgpack.Decoder[_M], body: bytes) -> _M:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        # msgspec quotes what it refuses, 64 kB of escape sequences if the peer sent that.
        raise RemoteProtocolError(f"not a message of this wire: {str(error)[:160]!a}") from None
