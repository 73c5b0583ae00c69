"""Messages between a command and a running console, and how they are framed.

A connection begins with a Greeting of the console. Then the command sends one request and reads the replies
to it: one, or any number of events. Each message is MessagePack behind four bytes of its length.
"""

from __future__ import annotations

import socket
import struct
from enum import StrEnum
from typing import Final, Self

import msgspec

from deskconsole.app.mouse_button import MouseButton
from deskconsole.common.errors import ConfigurationError, DeskconsoleError
from deskconsole.common.utf8_text import utf8_text

PROTOCOL: Final = 4
"""The version of these messages: a command asks no console that speaks another one."""

LONGEST_REQUEST: Final = 8 * 1024 * 1024
"""Bytes: a text for a clipboard has a million characters at most."""

LONGEST_REPLY: Final = 512 * 1024 * 1024
"""Bytes: a picture of 16384 x 16384 pixels without structure, as PNG, is not quite as long."""

_LENGTH: Final = struct.Struct(">I")


class ConsoleKind(StrEnum):
    """Kinds of consoles that listen, in the order in which commands ask them."""

    CONSOLE = "console"
    WALL = "wall"
    """The wall's window alone."""
    DEMO = "demo"
    """Its hosts are the demo's and not those of hosts.toml."""


class Greeting(msgspec.Struct, frozen=True, tag=True):
    """The first message: who answers."""

    protocol: int
    version: str
    pid: int
    kind: ConsoleKind
    home: str = ""
    """The folder with all files of the demo, its logs for one; empty where they are the user's own."""
    display: str = ""
    """The display that its windows come on, as `windows_display` names it; empty where it has none."""


class HostAction(StrEnum):
    """Actions on one host that a console can be asked for."""

    STATUS = "status"
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    REFRESH = "refresh"
    COMPARE = "compare"


class ListHosts(msgspec.Struct, frozen=True, tag=True):
    """Asks for the hosts of the console's list."""


class ActOnHost(msgspec.Struct, frozen=True, tag=True):
    """Asks for one action; the answer is the host's figures after it."""

    host: str
    action: HostAction


class TakePicture(msgspec.Struct, frozen=True, tag=True):
    """Asks for the exact picture of a host that is connected; `kind` is an ImageFormat.

    `file`: the file or folder that it is for, as the audit log is to have it.
    """

    host: str
    kind: str
    file: str


class TypeText(msgspec.Struct, frozen=True, tag=True):
    """Asks for a text to be typed.

    Here and below `force` takes control from another console, and with `watch` the first picture after it is
    waited for.
    """

    host: str
    text: str
    force: bool
    watch: bool


class PressKeys(msgspec.Struct, frozen=True, tag=True):
    """Asks for chords to be pressed, each as `key` takes it."""

    host: str
    chords: tuple[str, ...]
    force: bool
    watch: bool


class ClickPlace(msgspec.Struct, frozen=True, tag=True):
    """Asks for a click, in pixels of the picture."""

    host: str
    x: int
    y: int
    button: MouseButton
    double: bool
    force: bool
    watch: bool


class PutClip(msgspec.Struct, frozen=True, tag=True):
    """Asks for a text to go into the host's clipboard."""

    host: str
    text: str
    force: bool


class GetClip(msgspec.Struct, frozen=True, tag=True):
    """Asks for the text of the host's clipboard."""

    host: str
    force: bool


class RecordHost(msgspec.Struct, frozen=True, tag=True):
    """Asks for a recording into a file, an absolute path, for so long. The answer comes at its end.

    `seconds` None: until the command ends its side of the connection.
    """

    host: str
    file: str
    seconds: float | None


class EndRecording(msgspec.Struct, frozen=True, tag=True):
    """Asks for the end of the recording that runs. The answer comes when its file is whole."""

    host: str


class ViewHost(msgspec.Struct, frozen=True, tag=True):
    """Asks for the host's window, for so long (None: no bound). The answer comes when it is closed.

    A window that is open comes to the front. One that was not open before is closed when the command leaves.
    """

    host: str
    fullscreen: bool
    control: bool
    seconds: float | None


class WatchEvents(msgspec.Struct, frozen=True, tag=True):
    """Asks for the events of some hosts from now on; none named: those of all."""

    hosts: tuple[str, ...] = ()


HostInput = TypeText | PressKeys | ClickPlace | PutClip | GetClip
"""A request that acts on a host."""

LastingRequest = RecordHost | ViewHost
"""A request that lasts until a person ends it."""

HostRequest = ActOnHost | TakePicture | HostInput | LastingRequest | EndRecording
"""A request for one host, which has one HostAnswer."""

Request = ListHosts | HostRequest | WatchEvents


class HostAnswer(msgspec.Struct, frozen=True, tag=True):
    """The action is done; `value` is JSON, as the command prints it, `picture` the one that was asked for."""

    value: bytes
    picture: bytes = b""


class WatchedEvent(msgspec.Struct, frozen=True, tag=True):
    """One event, as JSON; more may follow."""

    event: bytes


class FailureReply(msgspec.Struct, frozen=True, tag=True):
    """The request could not be done: the error's code, sentence and remedy."""

    code: str
    reason: str
    remedy: str

    @classmethod
    def of(cls, error: DeskconsoleError) -> Self:
        """Makes the reply that tells an error."""
        return cls(error.code, utf8_text(str(error)), utf8_text(error.remedy))


class ListedHost(msgspec.Struct, frozen=True):
    """A host of the console's list. `why_not_live`: the reason why it has no stream now; None: it has one."""

    name: str
    group: str
    why_not_live: FailureReply | None = None
    recorded: bool = False

    @property
    def live(self) -> bool:
        """It has a stream now."""
        return self.why_not_live is None


class HostList(msgspec.Struct, frozen=True, tag=True):
    """The hosts, in the order of the list."""

    hosts: tuple[ListedHost, ...]


Reply = Greeting | HostList | HostAnswer | WatchedEvent | FailureReply

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def send(connection: socket.socket, message: Request | Reply) -> None:
    """Sends one message. Raises OSError, TimeoutError where the other end does not read.

    Raises ConfigurationError for words of a command line that are not UTF-8.
    """
    try:
        body = _encoder.encode(message)
    except UnicodeEncodeError as error:
        raise ConfigurationError(
            f"{error.object!a} is not UTF-8, and a running console takes nothing else",
            remedy="Give it in UTF-8.",
        ) from None
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive_request(connection: socket.socket) -> Request | None:
    """The next request; None at the end. Raises OSError, and msgspec.DecodeError for what is none."""
    body = _receive(connection, LONGEST_REQUEST)
    return None if body is None else _requests.decode(body)


def receive_reply(connection: socket.socket) -> Reply | None:
    """The next reply; None at the end. Raises OSError, and msgspec.DecodeError for what is none."""
    body = _receive(connection, LONGEST_REPLY)
    return None if body is None else _replies.decode(body)


def _receive(connection: socket.socket, longest: int) -> bytes | None:
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > longest:
        raise msgspec.DecodeError(f"a message of {length} bytes")
    return _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytes | None:
    data = bytearray()
    while len(data) < length:
        part = connection.recv(min(length - len(data), 1024 * 1024))
        if not part:
            return None
        data += part
    return bytes(data)
