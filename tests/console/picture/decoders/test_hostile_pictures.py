"""Pictures made to hurt: more in them than is shown, and complaints that a C library would print."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from typing import Any

import cv2
import numpy as np
import pytest

from deskconsole.picture.decoders import Decoder
from deskwire.errors import RemoteProtocolError

WIDTH, HEIGHT = 37, 23
ROWS = bytes((WIDTH * 3 + 1) * HEIGHT)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    *packed: bytes, before: bytes = b"", after: bytes = b"", depth: tuple[int, ...] = (8, 2, 0, 0, 0)
) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, *depth))
    picture = b"".join(chunk(b"IDAT", data) for data in packed)
    return b"\x89PNG\r\n\x1a\n" + header + before + picture + after + chunk(b"IEND", b"")


def decode(body: bytes, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray[Any, np.dtype[np.uint8]]:
    shown = np.zeros((height, width, 3), np.uint8)
    decoder = Decoder()
    decoder.restart(width, height)
    decoder.decode(body, shown)
    return shown


@pytest.mark.parametrize(
    ("packed", "sentence"),
    [
        ((zlib.compress(ROWS + b"\0"),), "more in it"),
        ((zlib.compress(ROWS + bytes(300_000_000)),), "more in it"),
        ((zlib.compress(ROWS), b"\0"), "more in it"),
        ((zlib.compress(ROWS) + zlib.compress(ROWS),), "more in it"),
        ((zlib.compress(ROWS[:-1]),), "too little"),
        ((zlib.compress(ROWS)[:-4],), "too early"),
        ((b"",), "too little"),
        ((zlib.compress(ROWS)[:-4] + b"oops",), "unpacked"),
        ((zlib.compress(b"\5" + ROWS[1:]),), "decoded"),
        ((b"",) * 5000 + (zlib.compress(ROWS),), "too many parts"),
    ],
)
def test_a_png_with_another_amount_than_its_picture_is_refused(
    packed: tuple[bytes, ...], sentence: str
) -> None:
    with pytest.raises(RemoteProtocolError, match=sentence):
        decode(png(*packed))


@pytest.mark.parametrize(
    "depth", [(16, 2, 0, 0, 0), (8, 3, 0, 0, 0), (8, 2, 0, 0, 1), (8, 4, 0, 0, 0), (8, 2, 1, 0, 0)]
)
def test_a_deep_palette_or_interlaced_png_is_refused(depth: tuple[int, ...]) -> None:
    with pytest.raises(RemoteProtocolError, match="unusual kind"):
        decode(png(zlib.compress(ROWS * 2), depth=depth))


def test_a_picture_in_two_places_is_refused() -> None:
    packed = zlib.compress(ROWS)
    with pytest.raises(RemoteProtocolError, match="two places"):
        decode(png(packed[:5], after=chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", packed[5:])))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (900, 700)])
@pytest.mark.parametrize("kind", ["noise", "smooth"])
def test_png_of_many_strips_is_decoded_exactly(channels: int, size: tuple[int, int], kind: str) -> None:
    height, width = size
    pixels = np.random.default_rng(5).integers(0, 256, (height, width, channels), np.uint8)
    if kind == "smooth":  # Writers filter these rows by the ones above them.
        pixels = cv2.GaussianBlur(pixels, (0, 0), 4).reshape(height, width, channels)
    body = bytes(cv2.imencode(".png", pixels, (cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_ALL_FILTERS))[1])
    expected = np.repeat(pixels, 3, axis=2) if channels == 1 else pixels[..., :3]
    assert np.array_equal(decode(body, width, height), expected)


_SPEAKER = """
import sys, numpy as np
from deskwire.errors import RemoteProtocolError
from deskconsole.picture.decoders import Decoder
body = sys.stdin.buffer.read()
decoder = Decoder()
decoder.restart(37, 23)
for _ in range(3):
    try:
        decoder.decode(body, np.zeros((23, 37, 3), np.uint8))
    except RemoteProtocolError:
        pass
print("a word of our own", file=sys.stderr)
"""


def spoken(body: bytes) -> bytes:
    return subprocess.run(
        [sys.executable, "-c", _SPEAKER], input=body, stderr=subprocess.PIPE, check=True, timeout=120
    ).stderr


def damaged_jpeg() -> bytes:
    pixels = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    body = bytes(cv2.imencode(".jpg", pixels)[1])
    return body[: len(body) // 2] + b"\xff\xd9"


@pytest.mark.parametrize(
    "body",
    [
        png(zlib.compress(ROWS), before=chunk(b"tIME", b"") * 60 + chunk(b"gAMA", b"\0" * 4) * 2),
        png(
            zlib.compress(ROWS), before=chunk(b"pHYs", b"\1") + chunk(b"sRGB", b"\xff") + chunk(b"tEXt", b"")
        ),
        png(zlib.compress(ROWS + b"\0")),
        damaged_jpeg(),
    ],
    ids=["times", "others", "long", "jpeg"],
)
def test_nothing_that_a_picture_library_complains_of_reaches_standard_error(body: bytes) -> None:
    assert spoken(body).splitlines() == [b"a word of our own"]
