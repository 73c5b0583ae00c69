"""The digest by which console and agent find out whether they hold the same picture."""

from __future__ import annotations

import hashlib
import struct

DIGEST_SIZE = 16
"""Bytes."""

_GEOMETRY = struct.Struct(">II")


def framebuffer_digest(width: int, height: int, bgr: bytes | bytearray | memoryview) -> bytes:
    """BLAKE2b of the size and the rows, top down, of a picture of three bytes a pixel: blue, green, red.

    About 7 ms for 1920 x 1080. `bgr` is any C-contiguous buffer of width * height * 3 bytes.
    """
    view = memoryview(bgr).cast("B")
    if view.nbytes != width * height * 3:
        raise ValueError(f"{view.nbytes} bytes are no picture of {width} x {height}")
    digest = hashlib.blake2b(_GEOMETRY.pack(width, height), digest_size=DIGEST_SIZE)
    digest.update(view)
    return digest.digest()
