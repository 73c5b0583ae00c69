"""Shows a recording again on a framebuffer, from any moment on."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Final

import msgspec

from deskconsole.common.errors import RecordingError
from deskconsole.picture.decoders import Decoder
from deskconsole.picture.framebuffer import Framebuffer
from deskwire.errors import RemoteProtocolError
from deskwire.geometry import Rectangle
from deskwire.packet import Packet
from deskwire.reader import PacketReader

from .chunk import Chunk, ChunkKind, PictureState
from .reader import RecordingReader

_LIVE: Final = PictureState(live=True)

_MOST_CHANGED: Final = 1000
"""Rectangles of one step, above which the whole picture is drawn: a jump may pass millions of packets."""


class RecordingPlayer:
    """Draws what a reader gives. Times are microseconds since the recording began. One thread only."""

    def __init__(self, reader: RecordingReader, framebuffer: Framebuffer) -> None:
        self._reader = reader
        self._framebuffer = framebuffer
        self._decoder = Decoder()
        self._packets = PacketReader(identity=False, messages=False)
        self._next: Chunk | None = None
        self._chunks: Iterator[Chunk] = iter(())
        self.at = 0
        """The time up to which everything is drawn."""
        self.changed_at = 0
        """The time of the last change that is drawn."""
        self.state = _LIVE
        """Tells whether the picture was of now then, and why not."""
        self.seek(0)
        while framebuffer.size is None:
            # The times of a damaged file do not fit together.
            if self._next is None:
                raise RecordingError(reader.fault or "the recording has no picture that can be shown")
            self.advance(self._next.at)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self._framebuffer.size or (1, 1)

    @property
    def due(self) -> int | None:
        """The time of the next chunk; None at the end."""
        return None if self._next is None else self._next.at

    def advance(self, at: int, *, within: float = math.inf) -> list[Rectangle] | None:
        """Draws all up to that time; returns what changed, None where the picture may have another size.

        After `within` seconds it stops behind a chunk, where `self.at` is then. Raises RecordingError where a
        packet is not what an agent would have sent.
        """
        changed: list[Rectangle] = []
        sizes = {self._framebuffer.size}
        deadline = time.monotonic() + within
        while (chunk := self._next) is not None and chunk.at <= at:
            if drawn := self._take(chunk):
                changed += drawn
                self.changed_at = chunk.at
            if len(changed) > _MOST_CHANGED:
                changed = [Rectangle(0, 0, *self.size)]
            sizes.add(self._framebuffer.size)
            self._next = next(self._chunks, None)
            if time.monotonic() > deadline:
                at = chunk.at
                break
        self.at = max(self.at, at)
        return changed if len(sizes) == 1 else None

    def seek(self, at: int) -> None:
        """Draws the picture of that time. Raises RecordingError as `advance` does."""
        at = min(max(0, at), self._reader.duration)
        place, begin = self._reader.refresh_before(at)
        if at < self.at or begin > self.at or self._framebuffer.size is None:
            self._packets = PacketReader(identity=False, messages=False)
            self._chunks = self._reader.chunks(place)
            self._next = next(self._chunks, None)
            self.state = _LIVE
            self.at = begin
        self.advance(max(at, begin))

    def step(self) -> list[Rectangle] | None:
        """Draws up to the next change; returns what changed as `advance` does."""
        while (chunk := self._next) is not None:
            changed = self.advance(chunk.at)
            if changed is None or changed:
                return changed
        return []

    def _take(self, chunk: Chunk) -> list[Rectangle]:
        try:
            match chunk.kind:
                case ChunkKind.REFRESH | ChunkKind.UPDATE:
                    (packet,) = self._packets.feed(chunk.body)
                    if not isinstance(packet, Packet) or self._packets.pending:
                        raise RemoteProtocolError("more than one packet")
                    return self._draw(packet)
                case ChunkKind.STATE:
                    self.state = msgspec.json.decode(chunk.body, type=PictureState)
                case ChunkKind.FACTS | ChunkKind.INDEX | ChunkKind.END:
                    pass  # They are the reader's.
        except (RemoteProtocolError, msgspec.DecodeError, ValueError) as error:
            raise RecordingError(f"the recording is damaged at {chunk.at / 1e6:.1f} s: {error}") from None
        return []

    def _draw(self, packet: Packet) -> list[Rectangle]:
        if packet.refresh:
            width, height = packet.slices[0].rectangle.size
            self._framebuffer.reset(width, height)
            self._decoder.restart(width, height, self._framebuffer.pixels)
        for rectangle, body in packet.slices:
            self._decoder.decode(body, self._framebuffer.view(rectangle))
        return [one.rectangle for one in packet.slices]
