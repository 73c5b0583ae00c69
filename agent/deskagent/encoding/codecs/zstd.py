"""The link's zstd stream: every slice is the next part of one stream that begins at a refresh.

Its window spans the last whole picture, so that text which scrolled, a window that was dragged or
uncovered is found in what was sent before. Measured on real programs at 1080p against a stream for each
slice: a sixth of the bytes of a scrolling terminal, at a quarter of the CPU.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import numpy as np

from deskwire.encodings import Encoding, zstd_window_log

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor
else:
    from backports.zstd import CompressionParameter, ZstdCompressor

if TYPE_CHECKING:
    from .encoder import BGR

LEVEL: Final = 5
"""New lines of coloured text in a terminal take 25 % fewer bytes than with level 2, and 1.5 ms instead of 1.0
for 100,000 pixels; level 7 saves a tenth more for another 0.3 ms. What moves is copied and films go as JPEG:
what comes here is new, and little."""

LONG_MATCH: Final = 192
"""Shortest match, in bytes, of the search through the whole window. The ordinary search forgets what was
sent a few megabytes ago; with this one a dragged window costs 35 % of the bytes and scrolling text 65 %,
for a quarter more CPU. With 128 bytes it finds 5 % less in both, since short matches cut long ones; with
256 it finds a little more there and 1 % less in a first picture."""

LONG_MATCH_RATE: Final = 8
"""The search remembers one place in 2**8 bytes, in a table of 512 kB at 1080p. With the default of 2**7 the
table takes twice that of the processor's cache: 3 % fewer bytes of a drag for 8 % more CPU."""

LONG_MATCH_BUCKET: Final = 1
"""Logarithm of the places remembered for one value of the search's hash: the default of 3 finds a tenth
more in a drag and takes 40 % more CPU."""

_FIRST: Final = bytes((Encoding.ZSTD,))
_ROWS: Final = bytes((Encoding.ZSTD_ROWS,))


class ZstdEncoder:
    """Takes everything; `restart` comes before the first `encode`."""

    def __init__(self) -> None:
        self._stream: ZstdCompressor | None = None

    def restart(self, width: int, height: int) -> None:
        """Begins a new stream with the window for this size."""
        # The old one goes first: two windows of 16 MB at once would be seen in the agent's peak.
        self._stream = None
        self._stream = ZstdCompressor(
            options={
                CompressionParameter.compression_level: LEVEL,
                CompressionParameter.window_log: zstd_window_log(width, height),
                CompressionParameter.enable_long_distance_matching: 1,
                CompressionParameter.ldm_min_match: LONG_MATCH,
                CompressionParameter.ldm_hash_rate_log: LONG_MATCH_RATE,
                CompressionParameter.ldm_bucket_size_log: LONG_MATCH_BUCKET,
            }
        )

    def encode_rows(self, pixels: BGR) -> bytes:
        """`0x03`, then the same of each row less the one above it, modulo 256."""
        if self._stream is None:
            raise RuntimeError("the zstd stream begins at a refresh")
        rows = pixels.copy()
        np.subtract(pixels[1:], pixels[:-1], out=rows[1:])
        return _ROWS + self._stream.compress(rows.data, ZstdCompressor.FLUSH_BLOCK)

    def encode(self, pixels: BGR) -> bytes:
        """`0x01`, then the stream's next bytes, flushed, so that these rows can be read at once."""
        if self._stream is None:
            raise RuntimeError("the zstd stream begins at a refresh")
        return _FIRST + self._stream.compress(pixels.data, ZstdCompressor.FLUSH_BLOCK)
