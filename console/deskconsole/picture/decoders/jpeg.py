"""A slice as a whole JPEG file, grey or colour. Lossy by nature; what is exact about it is its size.

OpenCV decodes it, but only after its structure and its size were checked here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from deskwire.errors import RemoteProtocolError

if TYPE_CHECKING:
    from .part import BGR

_START: Final = b"\xff\xd8"
_END: Final = 0xD9
_SCAN: Final = 0xDA
_FRAMES: Final = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive Huffman; the other kinds are not decoded by libjpeg."""
_SEGMENTS: Final = frozenset((0xC4, 0xDA, 0xDB, 0xDD, 0xFE, *_FRAMES, *range(0xE0, 0xF0)))
"""Markers that carry a length: tables, scans, restart interval, comment, application data."""

_NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""Inside a scan 0xFF is followed by 0x00, a restart or more of itself; anything else ends it."""

_MAX_SCANS: Final = 100
"""A progressive file has about ten; thousands of empty ones are a known way to burn a decoder's CPU."""


class JpegDecoder:
    """A file whose first byte is 0xFF."""

    def restart(self, width: int, height: int, picture: BGR | None) -> None:
        """Nothing is remembered between slices."""

    def decode(self, body: bytes, target: BGR) -> None:
        """Writes the picture as BGR."""
        import cv2

        height, width = target.shape[:2]
        check_jpeg(body, width, height)
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        try:
            picture = cv2.imdecode(np.frombuffer(body, np.uint8), flags)
        except cv2.error as error:
            raise RemoteProtocolError("a JPEG slice that cannot be decoded") from error
        if picture is None or picture.shape != target.shape:
            raise RemoteProtocolError("a JPEG slice that cannot be decoded")
        target[:] = picture


def check_jpeg(body: bytes, width: int, height: int) -> None:
    """Walks the markers from the start of the image to its end without decoding anything.

    Raises RemoteProtocolError where it is not one whole JPEG of this size.
    """
    if not body.startswith(_START):
        raise RemoteProtocolError("a JPEG slice without a JPEG's signature")
    position = len(_START)
    frames = scans = 0
    while True:
        if position + 2 > len(body):
            raise RemoteProtocolError("a JPEG slice that ends too early")
        marker = body[position + 1]
        if body[position] != 0xFF or (marker not in _SEGMENTS and marker != _END):
            raise RemoteProtocolError("a JPEG slice with a part that has no place in it")
        if marker == _END:
            break
        length = int.from_bytes(body[position + 2 : position + 4], "big")
        if marker in _FRAMES:
            _check_frame(body[position + 4 : position + 2 + length], width, height)
            frames += 1
        position += 2 + length
        if marker == _SCAN:
            scans += 1
            found = _NEXT_MARKER.search(body, position)
            if found is None:
                raise RemoteProtocolError("a JPEG slice that ends too early")
            position = found.start()
        if length < 2 or frames > 1 or scans > _MAX_SCANS:
            raise RemoteProtocolError("a JPEG slice of an unusual kind")
    if not frames or not scans:
        raise RemoteProtocolError("a JPEG slice without a picture")
    if position + 2 != len(body):
        raise RemoteProtocolError("a JPEG slice with bytes after its end")


def _check_frame(frame: bytes, width: int, height: int) -> None:
    if len(frame) < 6:
        raise RemoteProtocolError("a JPEG slice that ends too early")
    its_height = int.from_bytes(frame[1:3], "big")
    its_width = int.from_bytes(frame[3:5], "big")
    if (its_width, its_height) != (width, height):
        raise RemoteProtocolError(f"a JPEG of {its_width} x {its_height} in a slice of {width} x {height}")
    if frame[0] != 8 or frame[5] not in (1, 3):
        raise RemoteProtocolError("a JPEG slice of an unusual kind")
