"""Bytes in, packets and messages out, in any chunking and in either dialect. It holds no socket.

It decodes neither slices nor messages; it sees to it that what it hands out is well formed, lies inside
the picture and was never larger than the limits while it came in.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from .errors import RemoteProtocolError
from .geometry import Rectangle
from .limits import COVERAGE, MAX_MESSAGE, MAX_SLICES, body_limit, packet_limit, size_fault
from .packet import COUNT, IDENTITY_SIZE, INFO, MESSAGE_BIT, Packet, Slice


class MessageBody(NamedTuple):
    """The still encoded body of one message."""

    body: bytes


class PacketReader:
    """Cuts a stream of bytes into packets and message bodies.

    `identity`: whether every packet begins with 16 bytes of identity; the article's complete program
    leaves them out. `messages`: whether messages are allowed, which they are between our own programs.
    `packets`: whether packets are, which only a console gets; an agent need hold no more than a message.

    After a RemoteProtocolError the reader is of no more use: there is no way to find the next packet.
    """

    def __init__(self, *, identity: bool = True, messages: bool = True, packets: bool = True) -> None:
        self.size: tuple[int, int] | None = None
        """Width and height of the picture, as of the last refresh that is complete."""
        self._identity = identity
        self._messages = messages
        self._packets = packets
        self._buffer = bytearray()
        self._held = 0
        self._broken = False
        self._ready: Packet | MessageBody | None = None
        self._parser = self._parse()
        self._needed = next(self._parser)

    @property
    def pending(self) -> int:
        """Bytes held of what is not complete yet, the bodies of an unfinished packet among them."""
        return len(self._buffer) + self._held

    def feed(self, data: bytes | bytearray | memoryview) -> list[Packet | MessageBody]:
        """Takes the next bytes and returns what they completed, in order.

        Raises RemoteProtocolError at the first byte that cannot be right. What was complete before it is
        lost with it, on purpose: a peer that breaks the protocol is not shown.
        """
        return list(self.parts(data))

    def parts(self, data: bytes | bytearray | memoryview) -> Iterator[Packet | MessageBody]:
        """Takes the next bytes and hands out what they completed, one at a time.

        Nothing behind a part is looked at before the next one is asked for: a caller that finds that a part
        is the last one stops there, whatever follows it. Raises RemoteProtocolError like `feed`.
        """
        if self._broken:
            raise RemoteProtocolError("data after a protocol error")
        self._buffer += data
        while len(self._buffer) >= self._needed:
            with memoryview(self._buffer) as view:
                part = bytes(view[: self._needed])
            del self._buffer[: self._needed]
            try:
                self._needed = self._parser.send(part)
            except RemoteProtocolError:
                self._broken = True
                self._buffer.clear()
                self._held = 0
                raise
            if self._ready is not None:
                ready, self._ready = self._ready, None
                yield ready
                # Not to be kept until the next packet comes: it may be the only one for hours.
                del ready

    def _parse(self) -> Generator[int, bytes]:
        """Yields how many bytes it wants next and gets exactly those."""
        identity_size = IDENTITY_SIZE if self._identity else 0
        while True:
            head = yield identity_size + COUNT.size
            (count,) = COUNT.unpack_from(head, identity_size)
            if count & MESSAGE_BIT:
                self._ready = MessageBody((yield self._message_size(count & ~MESSAGE_BIT)))
                continue
            if not self._packets:
                raise RemoteProtocolError("a packet of pictures from a console")
            if count > MAX_SLICES:
                raise RemoteProtocolError(f"a packet of {count} slices, over the limit of {MAX_SLICES}")
            infos = self._checked_infos(count, (yield INFO.size * max(count, 1)))
            slices = []
            for size, rectangle in infos:
                slices.append(Slice(rectangle, (yield size)))
                self._held += size
            self._held = 0
            if count == 0:
                self.size = (infos[0][1].width, infos[0][1].height)
            identity = head[:identity_size] if self._identity else None
            self._ready = Packet(count == 0, tuple(slices), identity)
            # As in `parts`: not to be kept.
            del slices, infos

    def _message_size(self, size: int) -> int:
        if not self._messages:
            raise RemoteProtocolError("a message where only packets are spoken")
        if not 1 <= size <= MAX_MESSAGE:
            raise RemoteProtocolError(f"a message of {size} bytes, over the limit of {MAX_MESSAGE}")
        return size

    def _checked_infos(self, count: int, raw: bytes) -> list[tuple[int, Rectangle]]:
        """Sizes and rectangles of a packet, each checked before its body is waited for."""
        infos = []
        area = total = 0
        picture = self.size
        for size, height, width, x, y in INFO.iter_unpack(raw):
            if (fault := size_fault(width, height)) is not None:
                raise RemoteProtocolError(fault)
            if not 1 <= size <= body_limit(width, height):
                raise RemoteProtocolError(f"a body of {size} bytes for {width} x {height} pixels")
            if count == 0:
                if x or y:
                    raise RemoteProtocolError(f"a refresh at ({x}, {y}) instead of (0, 0)")
                picture = (width, height)
            elif picture is None:
                raise RemoteProtocolError("an update before the first refresh")
            elif x + width > picture[0] or y + height > picture[1]:
                raise RemoteProtocolError(
                    f"a slice of {width} x {height} at ({x}, {y}) outside a picture of"
                    f" {picture[0]} x {picture[1]}"
                )
            area += width * height
            total += size
            infos.append((size, Rectangle(x, y, width, height)))
        if picture is not None and area > COVERAGE * picture[0] * picture[1]:
            raise RemoteProtocolError(f"slices that cover the picture more than {COVERAGE} times")
        if picture is not None and total > packet_limit(*picture, len(infos)):
            raise RemoteProtocolError(f"a packet of {total} bytes for {picture[0]} x {picture[1]} pixels")
        return infos
