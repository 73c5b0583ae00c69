"""The link's zstd stream: each slice is its next part, and the window lasts until the next refresh."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from deskwire.encodings import ZSTD_WINDOW_LOG_MAX, Encoding
from deskwire.errors import RemoteProtocolError

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

if TYPE_CHECKING:
    from .part import BGR


class ZstdDecoder:
    """`0x01`, then bytes that must unpack to exactly the rectangle's BGR rows; or `0x03`, then the same of
    each row less the one above it."""

    def __init__(self) -> None:
        self._stream: ZstdDecompressor | None = None

    def restart(self, width: int, height: int, picture: BGR | None) -> None:  # noqa: ARG002
        """Awaits a new stream; the window it may ask for is bounded: any may use the largest, whatever the
        picture's size."""
        # The old one goes first: two windows of 16 MB a session at once would be seen in the peak.
        self._stream = None
        self._stream = ZstdDecompressor(options={DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG_MAX})

    def decode(self, body: bytes, target: BGR) -> None:
        """Never unpacks more than the target holds and one byte."""
        stream = self._stream
        if stream is None:
            raise RemoteProtocolError("a zstd slice before any refresh")
        try:
            rows = stream.decompress(memoryview(body)[1:], target.size)
            # A full output may leave more behind; asking for it is the only way to know.
            too_long = len(rows) == target.size and not stream.eof and stream.decompress(b"", 1) != b""
        except ZstdError as error:
            raise RemoteProtocolError(f"a zstd slice that cannot be unpacked ({error})") from error
        except EOFError as error:
            raise RemoteProtocolError("a zstd slice after the end of its stream") from error
        if stream.eof:
            # Nothing after it could be read, and what lies behind the end would go unseen.
            raise RemoteProtocolError("a zstd stream that ends before the next refresh")
        if len(rows) != target.size or too_long:
            more = "more than " if too_long else ""
            raise RemoteProtocolError(f"a zstd slice of {more}{len(rows)} bytes instead of {target.size}")
        pixels = np.frombuffer(rows, np.uint8).reshape(target.shape)
        if body[0] != Encoding.ZSTD_ROWS:
            target[:] = pixels
            return
        target[0] = pixels[0]
        # A call a row: 0.4 ms for 720 x 500; numpy's own accumulate, which knows no rows, takes 2.4.
        for above, less, row in zip(target[:-1], pixels[1:], target[1:], strict=True):
            np.add(above, less, out=row)
