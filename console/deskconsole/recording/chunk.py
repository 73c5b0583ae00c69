"""The parts of a recording's file: a head, then chunks with time and checksum each (docs/recording.md)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Final, NamedTuple

import msgspec

MAGIC: Final = b"\x89deskrec"
VERSION: Final = 1
HEAD: Final = struct.Struct(">8sI")
"""The magic bytes and the version."""

CHUNK_HEAD: Final = struct.Struct(">4sIQI")
"""Kind, bytes of the body, microseconds since the beginning, and the CRC-32 of these three and the body."""
_BEFORE_SUM: Final = struct.Struct(">4sIQ")

SECOND: Final = 1_000_000
"""Microseconds: times in the file are whole numbers of them."""

MAX_AT: Final = 10 * 366 * 24 * 3600 * SECOND
"""The latest time in a file: ten years after its beginning."""

MAX_INDEXED: Final = 100_000
"""Refreshes that an index has at most: of more, every other one is left out."""


class ChunkKind(Enum):
    """The use of a chunk, by the first four bytes of its head."""

    FACTS = b"FACT"
    """The first chunk: `RecordingFacts` as JSON."""
    REFRESH = b"REFR"
    """A packet of the wire that is a refresh: what is to be shown can begin here."""
    UPDATE = b"UPDT"
    """Any other packet of the wire."""
    STATE = b"STAT"
    """The picture is old from here on, or of now again: `PictureState` as JSON."""
    INDEX = b"INDX"
    """Places of the refreshes, see `INDEX_ENTRY`."""
    END = b"ENDR"
    """The last chunk: the place of the index. A recording that was cut has none."""


INDEX_ENTRY: Final = struct.Struct(">QQ")
"""The place of a refresh in the file, and its time."""

INDEX_PLACE: Final = struct.Struct(">Q")

_MAX_PACKET = 320 * 1024 * 1024
"""Bytes of a packet: a refresh of the largest desktop that the wire allows has 264 MB."""
_MAX_JSON = 64 * 1024

MAX_BODY: Final[Mapping[ChunkKind, int]] = MappingProxyType(
    {
        ChunkKind.FACTS: _MAX_JSON,
        ChunkKind.REFRESH: _MAX_PACKET,
        ChunkKind.UPDATE: _MAX_PACKET,
        ChunkKind.STATE: _MAX_JSON,
        ChunkKind.INDEX: MAX_INDEXED * INDEX_ENTRY.size,
        ChunkKind.END: INDEX_PLACE.size,
    }
)
"""Bytes of the body of each kind of chunk."""


def add_refresh(refreshes: list[tuple[int, int]], place: int, at: int) -> None:
    """Takes a refresh into an index, which stays bounded: a seek begins further back then."""
    refreshes.append((place, at))
    if len(refreshes) > MAX_INDEXED:
        del refreshes[1::2]


_YEAR_9999 = 253_402_300_799


class RecordingFacts(msgspec.Struct, frozen=True):
    """The facts of a recording that are known when it begins. `began`: Unix time."""

    host: Annotated[str, msgspec.Meta(max_length=1000)]
    display: int
    began: Annotated[float, msgspec.Meta(ge=0, le=_YEAR_9999)]
    program: str


class PictureState(msgspec.Struct, frozen=True):
    """`live`: the picture is of now. Else `why` says what is wrong, in the console's words."""

    live: bool
    why: str = ""


class Chunk(NamedTuple):
    """One chunk. `at`: microseconds since the beginning."""

    kind: ChunkKind
    at: int
    body: bytes


def encode_chunk(chunk: Chunk) -> bytes:
    """A chunk as bytes."""
    before = _BEFORE_SUM.pack(chunk.kind.value, len(chunk.body), chunk.at)
    return CHUNK_HEAD.pack(chunk.kind.value, len(chunk.body), chunk.at, _sum(before, chunk.body)) + chunk.body


class ChunkHead(NamedTuple):
    """The head of a chunk that is well formed; the body may still be damaged. `at`: microseconds."""

    kind: ChunkKind
    size: int
    at: int
    checksum: int

    @classmethod
    def read(cls, data: bytes) -> ChunkHead | None:
        """Reads a head; None where this is none."""
        if len(data) < CHUNK_HEAD.size:
            return None
        kind, size, at, checksum = CHUNK_HEAD.unpack(data)
        try:
            known = ChunkKind(kind)
        except ValueError:
            return None
        return cls(known, size, at, checksum) if size <= MAX_BODY[known] and at <= MAX_AT else None

    def matches(self, body: bytes) -> bool:
        """True if the body is as long as it was, and the checksum is right."""
        before = _BEFORE_SUM.pack(self.kind.value, self.size, self.at)
        return len(body) == self.size and _sum(before, body) == self.checksum


def _sum(head: bytes, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(head))
