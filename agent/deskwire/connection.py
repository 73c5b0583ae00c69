"""A link between console and agent, without its transport: bytes in, events out, bytes to send returned.

    phase     console                            agent
    OPENING   (sends the opening and Hello)      waits for magic, version and token; says nothing
    GREETING  waits for Welcome                  waits for Hello, then sends Welcome
    OPEN      packets and messages               messages
    CLOSED    nothing more                       nothing more

There is no clock in it: deadlines and heartbeats are kept by the owner of the transport.
"""

from __future__ import annotations

from enum import Enum, auto

from .credit import CreditWindow
from .errors import LocalProtocolError, RemoteProtocolError
from .hello import OPENING, decode_opening, encode_opening
from .message import Message
from .messages import (
    WIRE_VERSION,
    AgentMessage,
    Close,
    ConsoleMessage,
    Credit,
    Hello,
    NumberedRequest,
    Welcome,
    decode_from_agent,
    decode_from_console,
    encode_message,
    feature_of,
)
from .packet import Packet, Slice, encode_packet
from .reader import MessageBody, PacketReader


class Phase(Enum):
    """The phases of a link, in their order."""

    OPENING = auto()
    GREETING = auto()
    OPEN = auto()
    CLOSED = auto()


class _Connection:
    """The common part of both ends: the phase and the framing of messages."""

    def __init__(self, phase: Phase, reader: PacketReader) -> None:
        self.phase = phase
        self.closed_by_peer = False
        """The peer said Close: nothing that follows is read, and nothing need be sent."""
        self.peer_speaks: frozenset[str] = frozenset()
        """The features of which the peer said, in its greeting, that it understands them."""
        self._speaks: frozenset[str] = frozenset()
        self._reader = reader

    def send(self, message: Message) -> bytes:
        """A message as bytes to send. Close also ends this side of the link."""
        if self.phase is Phase.CLOSED:
            raise LocalProtocolError(f"{type(message).__name__} on a closed link")
        if self.phase is Phase.OPENING:
            raise LocalProtocolError(f"{type(message).__name__} before the token has matched")
        if self.phase is not Phase.OPEN and not isinstance(message, Close):
            raise LocalProtocolError(f"{type(message).__name__} before the greetings are over")
        self._check_peer_speaks(message)
        if isinstance(message, Close):
            self.phase = Phase.CLOSED
        return encode_message(message)

    def _check_peer_speaks(self, message: Message) -> None:
        if (feature := feature_of(message)) is not None and feature not in self.peer_speaks:
            raise LocalProtocolError(f"{type(message).__name__} to a peer that does not speak {feature}")

    def _check_spoken(self, message: Message) -> None:
        """Refuses a message of a feature that the peer was not told of."""
        if (feature := feature_of(message)) is not None and feature not in self._speaks:
            raise RemoteProtocolError(f"{type(message).__name__}, which belongs to {feature}, unasked")

    def _fail(self, sentence: str) -> RemoteProtocolError:
        self.phase = Phase.CLOSED
        return RemoteProtocolError(sentence)


class AgentConnection(_Connection):
    """The agent's end of a link.

    >>> agent = AgentConnection(token=bytes(32))
    >>> agent.receive(b"GET / HTTP/1.1" + bytes(40))
    Traceback (most recent call last):
    deskwire.errors.RemoteProtocolError: not a console: the opening has another magic
    """

    def __init__(self, token: bytes) -> None:
        super().__init__(Phase.OPENING, PacketReader(packets=False))
        self.peer_version = 0
        """The console's version, known once the opening is read."""
        self.credit: CreditWindow | None = None
        """The credit that the console gave; there is none before its Hello."""
        self._token = token
        self._opening = b""
        self._last_number = 0

    def receive(self, data: bytes) -> list[ConsoleMessage]:
        """Takes bytes from the console and returns the messages they completed.

        Credits are booked here and returned too. Raises RemoteProtocolError; before the token has matched
        nothing may be answered to that, not even why.
        """
        if self.phase is Phase.CLOSED or self.closed_by_peer:
            return []
        if self.phase is Phase.OPENING:
            self._opening += data
            if len(self._opening) < OPENING.size:
                return []
            data, self._opening = self._opening[OPENING.size :], self._opening[: OPENING.size]
            self._open()
        if self.version_fault is not None:
            return []
        messages: list[ConsoleMessage] = []
        try:
            for part in self._reader.parts(data):
                if isinstance(part, MessageBody):
                    messages.append(self._accept(decode_from_console(part.body)))
                if self.closed_by_peer:
                    break
        except RemoteProtocolError as error:
            raise self._fail(str(error)) from None
        return messages

    @property
    def version_fault(self) -> str | None:
        """Why the console's version does not fit, with both numbers, or None where it does."""
        if self.phase is Phase.OPENING or self.peer_version == WIRE_VERSION:
            return None
        return f"the console speaks version {self.peer_version} of the wire, the agent version {WIRE_VERSION}"

    def welcome(self, welcome: Welcome) -> bytes:
        """The answer to Hello; from here on the link is open."""
        if self.phase is not Phase.GREETING or self.credit is None:
            raise LocalProtocolError("a Welcome without a Hello")
        self._check_peer_speaks(welcome)
        self.phase = Phase.OPEN
        self._speaks = frozenset(welcome.speaks)
        return encode_message(welcome)

    def send_packet(self, identity: bytes, slices: tuple[Slice, ...], *, refresh: bool) -> tuple[bytes, int]:
        """A packet as bytes to send and its number, booked against the credit; raises LocalProtocolError
        without one."""
        if self.phase is not Phase.OPEN or self.credit is None:
            raise LocalProtocolError("a packet on a link that is not open")
        packet = Packet(refresh, slices, identity)
        data = encode_packet(packet)
        return data, self.credit.send(len(data))

    def _open(self) -> None:
        try:
            opening = decode_opening(self._opening, self._token)
        except RemoteProtocolError:
            self.phase = Phase.CLOSED
            raise
        if not opening.token_matches:
            raise self._fail("a wrong token")
        self.peer_version = opening.version
        self.phase = Phase.GREETING

    def _accept(self, message: ConsoleMessage) -> ConsoleMessage:
        if isinstance(message, Close):
            self.closed_by_peer = True
        elif self.phase is Phase.GREETING:
            if not isinstance(message, Hello):
                raise RemoteProtocolError(f"{type(message).__name__} where a Hello belongs")
            if self.credit is not None:
                raise RemoteProtocolError("a second Hello")
            self.credit = CreditWindow(message.packets, message.bytes)
            self.peer_speaks = frozenset(message.speaks)
        elif isinstance(message, Hello):
            raise RemoteProtocolError("a second Hello")
        elif isinstance(message, Credit) and self.credit is not None:
            self.credit.grant(message.packet, message.packets, message.bytes)
        self._check_spoken(message)
        if isinstance(message, NumberedRequest):
            if message.n <= self._last_number:
                raise RemoteProtocolError(f"input number {message.n} after number {self._last_number}")
            self._last_number = message.n
        return message


class ConsoleConnection(_Connection):
    """The console's end of a link."""

    def __init__(self, token: bytes, hello: Hello) -> None:
        super().__init__(Phase.GREETING, PacketReader())
        self.packets = 0
        """Number of the last packet received; the first is 1."""
        self.identity = b""
        """The stream's, from Welcome."""
        self._speaks = frozenset(hello.speaks)
        self._opening = encode_opening(token, hello.version) + encode_message(hello)
        self._granted = hello.packets

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the picture, as of the last refresh received."""
        return self._reader.size

    def open(self) -> bytes:
        """The first bytes to send."""
        return self._opening

    def credit(self, packets: int, bytes_: int, drawn: int | None = None) -> bytes:
        """Acknowledges packets up to number `drawn`, by default all received so far, and says how much may
        be out from now on."""
        drawn = self.packets if drawn is None else drawn
        # A smaller window does not take back what is on its way under the larger one.
        self._granted = max(self._granted, drawn + packets)
        return self.send(Credit(drawn, packets, bytes_))

    def receive(self, data: bytes) -> list[Packet | AgentMessage]:
        """Takes bytes from the agent and returns what they completed, in order.

        Raises RemoteProtocolError; nothing may be shown of a link that broke the protocol.
        """
        if self.phase is Phase.CLOSED or self.closed_by_peer:
            return []
        events: list[Packet | AgentMessage] = []
        try:
            for part in self._reader.parts(data):
                if isinstance(part, MessageBody):
                    events.append(self._accept(decode_from_agent(part.body)))
                else:
                    events.append(self._count(part))
                if self.closed_by_peer:
                    break
        except RemoteProtocolError as error:
            raise self._fail(str(error)) from None
        return events

    def _accept(self, message: AgentMessage) -> AgentMessage:
        if isinstance(message, Close):
            self.closed_by_peer = True
        elif self.phase is Phase.GREETING:
            if isinstance(message, Welcome):
                if message.version != WIRE_VERSION:
                    raise RemoteProtocolError(
                        f"the agent speaks version {message.version} of the wire, the console version"
                        f" {WIRE_VERSION}"
                    )
                self.identity = message.identity
                self.peer_speaks = frozenset(message.speaks)
                self.phase = Phase.OPEN
            else:
                raise RemoteProtocolError(f"{type(message).__name__} where a Welcome belongs")
        elif isinstance(message, Welcome):
            raise RemoteProtocolError("a second Welcome")
        self._check_spoken(message)
        return message

    def _count(self, packet: Packet) -> Packet:
        if self.phase is not Phase.OPEN:
            raise RemoteProtocolError("a packet before the Welcome")
        if packet.identity != self.identity:
            raise RemoteProtocolError("a packet of a stream that was not asked for")
        if self.packets >= self._granted:
            raise RemoteProtocolError("a packet without credit for it")
        self.packets += 1
        return packet
