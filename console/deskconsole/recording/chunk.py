"""The parts of a recording's file: a head, then chunks with time and checksum each (docs/recording.md)."""

from __future__ import annotations

import struct
import zlib
from enum import Enum
from typing import Final, NamedTuple

import msgspec

MAGIC: Final = b"\x89deskrec"
VERSION: Final = 1
HEAD: Final = struct.Struct(">8sI")
"""The magic bytes and the version."""

CHUNK_HEAD: Final = struct.Struct(">4sIQI")
"""Kind, bytes of the body, microseconds since the beginning, and the CRC-32 of these three and the body."""
_BEFORE_SUM: Final = struct.Struct(">4sIQ")

MAX_BODY: Final = 320 * 1024 * 1024
"""Bytes of one chunk: a refresh of the largest desktop that the wire allows has 264 MB."""

SECOND: Final = 1_000_000
"""Microseconds: times in the file are whole numbers of them."""


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


class RecordingFacts(msgspec.Struct, frozen=True):
    """The facts of a recording that are known when it begins. `began`: Unix time."""

    host: str
    display: int
    began: float
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
            return cls(ChunkKind(kind), size, at, checksum) if size <= MAX_BODY else None
        except ValueError:
            return None

    def matches(self, body: bytes) -> bool:
        """The body is as long as it was, and the checksum is right."""
        before = _BEFORE_SUM.pack(self.kind.value, self.size, self.at)
        return len(body) == self.size and _sum(before, body) == self.checksum


def _sum(head: bytes, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(head))
