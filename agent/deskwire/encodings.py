"""The registry of encodings: how the body of a slice says what it is by its first byte.

PNG and JPEG bodies are whole files, as the article's programs exchange them. Ours begin with a byte
of 0x00 to 0x1F that is not part of what follows it. What each contains is described in docs/wire.md.
"""

from __future__ import annotations

import struct
from enum import IntEnum


class Encoding(IntEnum):
    """First byte of a slice body."""

    SOLID = 0x00
    """One colour: three more bytes, blue, green, red."""
    ZSTD = 0x01
    """The rows of the rectangle as BGR bytes, the next part of the link's zstd stream, flushed."""
    COPY = 0x02
    """Pixels that the console has already: where they begin, x and y, as `COPY_BODY` packs it."""
    ZSTD_ROWS = 0x03
    """ZSTD of each row less the one above it: photographs take 40 % fewer bytes."""
    PNG = 0x89
    JPEG = 0xFF


ARTICLE_ENCODINGS = frozenset({Encoding.PNG, Encoding.JPEG})
"""The encoding that the article's receiver reads; a peer that has agreed on nothing gets PNG only."""

COPY_BODY = struct.Struct(">BII")
"""The whole body of a copy: 0x02, then x and y of the source's upper left corner."""

ZSTD_WINDOW_LOG_MAX = 24
"""Largest window a decoder must be ready for: 2**24 bytes."""


def zstd_window_log(width: int, height: int) -> int:
    """Window of the zstd stream for a desktop of this size: spans the last whole frame, at most 2**24 bytes.

    Measured: 2**24 against 2**23 saves about 10 % of the bytes at 1080p, 2**21 costs 60 % more.
    """
    return max(18, min(ZSTD_WINDOW_LOG_MAX, (2 * 3 * width * height - 1).bit_length()))
