"""A slice as a whole PNG file: grey, colour or colour with alpha, eight bits each, and nothing unusual.

OpenCV decodes it, but only after its structure, its checksums and its size were checked here: cv2 would
rather guess than refuse, and libpng writes its complaints straight to the terminal.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

from deskagent.wire.errors import RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .part import BGR

_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_CHUNK: Final = struct.Struct(">I4s")
_CHECKSUM: Final = struct.Struct(">I")
_HEADER: Final = struct.Struct(">IIBBBBB")

_CHANNELS: Final = {0: 1, 2: 3, 6: 4}
"""Channels by colour type. Palettes and grey with alpha are nothing a grabbed screen is sent as."""

_PICTURE: Final = frozenset((b"IDAT", b"IEND"))

_HARMLESS: Final = frozenset((b"sRGB", b"gAMA", b"cHRM", b"pHYs", b"tIME", b"tEXt", b"sBIT", b"bKGD"))
"""Chunks that change no pixel and unpack nothing. Others do: acTL animates, tRNS adds a channel, iCCP and
zTXt are compressed."""


class PngDecoder:
    """A file whose first byte is 0x89."""

    def restart(self, width: int, height: int, picture: BGR | None) -> None:
        """Nothing is remembered between slices."""

    def decode(self, body: bytes, target: BGR) -> None:
        """Writes the picture; alpha is dropped, grey becomes three equal channels."""
        import cv2

        height, width = target.shape[:2]
        channels = _check(body, width, height)
        try:
            picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_UNCHANGED)
        except cv2.error as error:
            raise RemoteProtocolError("a PNG slice that cannot be decoded") from error
        expected = (height, width) if channels == 1 else (height, width, channels)
        if picture is None or picture.shape != expected or picture.dtype != np.uint8:
            raise RemoteProtocolError("a PNG slice that cannot be decoded")
        target[:] = picture[..., np.newaxis] if channels == 1 else picture[..., :3]


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


def _check(body: bytes, width: int, height: int) -> int:
    """Walks the whole file without unpacking anything; returns its number of channels."""
    channels = 0
    seen: set[bytes] = set()
    for kind, data in _chunks(body):
        if not seen:
            if kind != b"IHDR" or len(data) != _HEADER.size:
                raise RemoteProtocolError("a PNG slice that does not begin with its header")
            channels = _check_header(data, width, height)
        elif kind not in _PICTURE and kind not in _HARMLESS:
            raise RemoteProtocolError("a PNG slice with a part that has no place in it")
        seen.add(kind)
    if b"IDAT" not in seen:
        raise RemoteProtocolError("a PNG slice without a picture")
    return channels


def _check_header(header: memoryview, width: int, height: int) -> int:
    its_width, its_height, depth, colour, compression, filters, interlace = _HEADER.unpack(header)
    if (its_width, its_height) != (width, height):
        raise RemoteProtocolError(f"a PNG of {its_width} x {its_height} in a slice of {width} x {height}")
    if depth != 8 or colour not in _CHANNELS or compression or filters or interlace:
        raise RemoteProtocolError("a PNG slice of an unusual kind")
    return _CHANNELS[colour]
