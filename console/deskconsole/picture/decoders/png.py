"""A slice as a whole PNG file: grey, colour or colour with alpha, eight bits each, and nothing unusual.

The file is inflated here, a strip of rows at a time and never further than the picture goes. OpenCV then gets
each strip as a small PNG of our own, for the filters of its rows: libpng would inflate what follows the
picture for as long as the host likes, and it writes its complaints straight to the terminal.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

from deskwire.errors import RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .part import BGR

_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_CHUNK: Final = struct.Struct(">I4s")
_CHECKSUM: Final = struct.Struct(">I")
_HEADER: Final = struct.Struct(">IIBBBBB")

_COLOURS: Final = {0: 1, 2: 3, 6: 4}
"""Channels by colour type. Palettes and grey with alpha are nothing a grabbed screen is sent as."""

_HARMLESS: Final = frozenset((b"sRGB", b"gAMA", b"cHRM", b"pHYs", b"tIME", b"tEXt", b"sBIT", b"bKGD"))
"""Chunks that change no pixel and unpack nothing; they are passed over. Others do: acTL animates, tRNS adds a
channel, iCCP and zTXt are compressed."""

_CHUNKS: Final = 64
_BYTES_PER_CHUNK: Final = 1024
"""A file may have so many chunks, and one more for each 1024 bytes. Writers use 8192 bytes or more for each;
millions of empty ones would take seconds."""

_FILTERS: Final = 5
"""Kinds of filters of a row, from 0."""

_STRIP: Final = 1024 * 1024
"""Unpacked bytes that are decoded at once, or one row where that is more."""

_PIECE: Final = 64 * 1024
"""Packed bytes given to zlib at once: it copies what it could not use yet."""


class PngDecoder:
    """A file whose first byte is 0x89."""

    def restart(self, width: int, height: int, picture: BGR | None) -> None:
        """Nothing is remembered between slices."""

    def decode(self, body: bytes, target: BGR) -> None:
        """Writes the picture; alpha is dropped, grey becomes three equal channels."""
        height, width = target.shape[:2]
        colour, packed = _check(body, width, height)
        inflated = _Inflated(packed)
        stride = width * _COLOURS[colour] + 1
        most = max(1, _STRIP // stride)
        above = b""
        for top in range(0, height, most):
            count = min(most, height - top)
            rows = inflated.read(stride * count)
            if max(rows[::stride]) >= _FILTERS:
                raise RemoteProtocolError("a PNG slice that cannot be decoded")
            # The row above comes first, unfiltered: the filters of the next one build on it.
            lines = count + bool(above)
            strip = _decode_rows(above + rows, width, lines, colour)[lines - count :]
            target[top : top + count] = strip[..., :3]
            above = b"\0" + _as_in_file(strip[-1]).tobytes()
        inflated.end()


class _Inflated:
    """The unpacked bytes of a picture; never more of them at once than were asked for."""

    def __init__(self, packed: list[memoryview]) -> None:
        self._pieces = (
            data[start : start + _PIECE] for data in packed for start in range(0, len(data), _PIECE)
        )
        self._inflater = zlib.decompressobj()
        self._rest: bytes | memoryview = b""

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises RemoteProtocolError where there are fewer."""
        parts: list[bytes] = []
        while size:
            part = self._more(size)
            if not part and not self._advance():
                raise RemoteProtocolError("a PNG slice with too little in it")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def end(self) -> None:
        """Raises RemoteProtocolError where anything follows the picture."""
        while not self._inflater.eof:
            if self._more(1):
                raise RemoteProtocolError("a PNG slice with more in it than its picture")
            if not self._inflater.eof and not self._advance():
                raise RemoteProtocolError("a PNG slice that ends too early")
        if self._inflater.unused_data or self._advance():
            raise RemoteProtocolError("a PNG slice with more in it than its picture")

    def _more(self, size: int) -> bytes:
        if self._inflater.eof:
            return b""
        try:
            part = self._inflater.decompress(self._rest, size)
        except zlib.error as error:
            raise RemoteProtocolError("a PNG slice that cannot be unpacked") from error
        self._rest = self._inflater.unconsumed_tail
        return part

    def _advance(self) -> bool:
        """Goes on to the next packed bytes; False where there are none."""
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._rest = piece
        return True


def _decode_rows(rows: bytes, width: int, height: int, colour: int) -> BGR:
    """The pixels of filtered rows, (height, width, channels) in OpenCV's order.

    Raises RemoteProtocolError where OpenCV makes something else of them.
    """
    import cv2

    header = _HEADER.pack(width, height, 8, colour, 0, 0, 0)
    # Packed without compression: unpacking it again costs nothing.
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    file = _MAGIC + b"".join(
        _CHUNK.pack(len(data), kind) + data + _CHECKSUM.pack(zlib.crc32(data, zlib.crc32(kind)))
        for kind, data in chunks
    )
    try:
        picture = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise RemoteProtocolError("a PNG slice that cannot be decoded") from error
    channels = _COLOURS[colour]
    expected = (height, width) if channels == 1 else (height, width, channels)
    if picture is None or picture.shape != expected or picture.dtype != np.uint8:
        raise RemoteProtocolError("a PNG slice that cannot be decoded")
    return np.asarray(picture, np.uint8).reshape(height, width, channels)


def _as_in_file(row: BGR) -> BGR:
    """A row of pixels with its channels as a PNG has them: red first, alpha last."""
    return row if row.shape[1] == 1 else row[:, [2, 1, 0, 3][: row.shape[1]]]


def _chunks(body: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and data of every chunk, its checksum verified; the last ends where the body does."""
    if not body.startswith(_MAGIC):
        raise RemoteProtocolError("a PNG slice without a PNG's signature")
    view = memoryview(body)
    position = len(_MAGIC)
    kind = b""
    while kind != b"IEND":
        if position + _CHUNK.size > len(body):
            raise RemoteProtocolError("a PNG slice that ends too early")
        length, kind = _CHUNK.unpack_from(body, position)
        end = position + _CHUNK.size + length
        if end + _CHECKSUM.size > len(body):
            raise RemoteProtocolError("a PNG slice that ends too early")
        if zlib.crc32(view[position + 4 : end]) != _CHECKSUM.unpack_from(body, end)[0]:
            raise RemoteProtocolError("a PNG slice with a wrong checksum")
        yield kind, view[position + _CHUNK.size : end]
        position = end + _CHECKSUM.size
    if position != len(body):
        raise RemoteProtocolError("a PNG slice with bytes after its end")


def _check(body: bytes, width: int, height: int) -> tuple[int, list[memoryview]]:
    """Walks the whole file without unpacking anything; returns its colour type and its packed bytes."""
    colour = 0
    packed: list[memoryview] = []
    last = b""
    for number, (kind, data) in enumerate(_chunks(body)):
        if number == 0:
            if kind != b"IHDR" or len(data) != _HEADER.size:
                raise RemoteProtocolError("a PNG slice that does not begin with its header")
            colour = _check_header(data, width, height)
        elif number > _CHUNKS + len(body) // _BYTES_PER_CHUNK:
            raise RemoteProtocolError("a PNG slice of too many parts")
        elif kind == b"IDAT":
            if packed and last != b"IDAT":
                raise RemoteProtocolError("a PNG slice whose picture is in two places")
            packed.append(data)
        elif kind not in _HARMLESS and (kind != b"IEND" or data):
            raise RemoteProtocolError("a PNG slice with a part that has no place in it")
        last = kind
    if not packed:
        raise RemoteProtocolError("a PNG slice without a picture")
    return colour, packed


def _check_header(header: memoryview, width: int, height: int) -> int:
    its_width, its_height, depth, colour, compression, filters, interlace = _HEADER.unpack(header)
    if (its_width, its_height) != (width, height):
        raise RemoteProtocolError(f"a PNG of {its_width} x {its_height} in a slice of {width} x {height}")
    if depth != 8 or colour not in _COLOURS or compression or filters or interlace:
        raise RemoteProtocolError("a PNG slice of an unusual kind")
    return int(colour)
