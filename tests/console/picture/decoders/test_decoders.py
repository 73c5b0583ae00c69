"""Decoders against what a host could send: right, wrong, cut, bent, and made to hurt."""

from __future__ import annotations

import contextlib
import struct
import sys
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskagent.encoding.crop import crop
from deskagent.encoding.link_encoder import LinkEncoder
from deskconsole.picture.decoders import Decoder
from deskwire.encodings import Encoding
from deskwire.errors import RemoteProtocolError
from deskwire.geometry import Rectangle

if sys.version_info >= (3, 14):
    from compression.zstd import CompressionParameter, ZstdCompressor
else:
    from backports.zstd import CompressionParameter, ZstdCompressor

WIDTH, HEIGHT = 37, 23
PIXELS = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 4), dtype=np.uint8)
SMOOTH = cv2.GaussianBlur(PIXELS[..., :3], (0, 0), 6)


def fresh() -> Decoder:
    decoder = Decoder()
    decoder.restart(WIDTH, HEIGHT)
    return decoder


def target() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A part of a larger framebuffer."""
    return np.zeros((HEIGHT + 9, WIDTH + 9, 3), np.uint8)[4 : 4 + HEIGHT, 5 : 5 + WIDTH]


def picture_file(pixels: Any, suffix: str = ".png", options: tuple[int, ...] = ()) -> bytes:
    return bytes(cv2.imencode(suffix, pixels, options)[1])


def body_of(encoding: Encoding) -> bytes:
    if encoding is Encoding.SOLID:
        return b"\x00\x09\x08\x07"
    if encoding is Encoding.JPEG:
        return picture_file(SMOOTH, ".jpg")
    return LinkEncoder(frozenset({encoding})).refresh(PIXELS).body


def refused(body: bytes, sentence: str) -> None:
    with pytest.raises(RemoteProtocolError, match=sentence):
        fresh().decode(body, target())


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_pictures_of_the_articles_kinds_are_read() -> None:
    for channels, expected in ((PIXELS, PIXELS[..., :3]), (PIXELS[..., :3], PIXELS[..., :3])):
        shown = target()
        fresh().decode(picture_file(channels), shown)
        assert np.array_equal(shown, expected)
    shown = target()
    fresh().decode(picture_file(PIXELS[..., 1]), shown)
    assert np.array_equal(shown, np.repeat(PIXELS[..., 1:2], 3, axis=2))


@pytest.mark.parametrize(
    "options", [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1), (cv2.IMWRITE_JPEG_RST_INTERVAL, 2)]
)
def test_jpeg_is_read_closely(options: tuple[int, ...]) -> None:
    shown = target()
    fresh().decode(picture_file(SMOOTH, ".jpg", options), shown)
    assert np.abs(shown.astype(int) - SMOOTH).mean() < 4
    fresh().decode(picture_file(SMOOTH[..., 0], ".jpg", options), shown)
    assert np.abs(shown.astype(int) - SMOOTH[..., :1]).mean() < 4


def test_solid_fills_and_touches_nothing_else() -> None:
    framebuffer = np.zeros((30, 30, 3), np.uint8)
    fresh().decode(b"\x00\x01\x02\x03", framebuffer[10:20, 5:6])
    assert framebuffer[10:20, 5:6].reshape(-1, 3).tolist() == [[1, 2, 3]] * 10
    assert int(np.count_nonzero(framebuffer)) == 30


def test_empty_body_and_unknown_encoding_are_refused() -> None:
    refused(b"", "empty body")
    for first in set(range(256)) - set(Encoding):
        refused(bytes((first,)) + body_of(Encoding.PNG)[1:], "unknown encoding")


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_body_cut_anywhere_is_refused(encoding: Encoding) -> None:
    body = body_of(encoding)
    for length in range(len(body)):
        with pytest.raises(RemoteProtocolError):
            fresh().decode(body[:length], target())


@pytest.mark.parametrize("encoding", [Encoding.SOLID, Encoding.PNG, Encoding.JPEG])
def test_bytes_after_the_end_are_refused(encoding: Encoding) -> None:
    for tail in (b"\x00", b"\xff\xd9", body_of(encoding)):
        with pytest.raises(RemoteProtocolError):
            fresh().decode(body_of(encoding) + tail, target())


@pytest.mark.parametrize("encoding", [Encoding.ZSTD, Encoding.PNG, Encoding.JPEG])
@pytest.mark.parametrize("size", [(1, 0), (0, 1), (-1, 0), (0, -1), (HEIGHT, 0)])
def test_a_picture_of_another_size_is_refused(encoding: Encoding, size: tuple[int, int]) -> None:
    shown = np.zeros((HEIGHT + size[0], WIDTH + size[1], 3), np.uint8)
    with pytest.raises(RemoteProtocolError):
        fresh().decode(body_of(encoding), shown)
    assert not shown.any()


@settings(deadline=None, max_examples=300)
@given(
    encoding=st.sampled_from(list(Encoding)),
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), max_size=6),
    crop=st.integers(0, 20),
    tail=st.binary(max_size=20),
)
def test_bent_bodies_give_a_picture_or_a_protocol_error(
    encoding: Encoding, flips: list[tuple[int, int]], crop: int, tail: bytes
) -> None:
    body = bytearray(body_of(encoding))
    for place, value in flips:
        body[place % len(body)] ^= value
    with contextlib.suppress(RemoteProtocolError):
        fresh().decode(bytes(body[: len(body) - crop]) + tail, target())


@settings(deadline=None, max_examples=200)
@given(first=st.sampled_from([int(encoding) for encoding in Encoding]), rest=st.binary(max_size=300))
def test_garbage_gives_a_picture_or_a_protocol_error(first: int, rest: bytes) -> None:
    start = {0x89: b"\x89PNG\r\n\x1a\n", 0xFF: b"\xff\xd8"}.get(first, bytes((first,)))
    with contextlib.suppress(RemoteProtocolError):
        fresh().decode(start + rest, target())


def test_a_png_that_would_grow_is_not_unpacked() -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16000, 16000, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(10_000_000)))
    refused(b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b""), "a PNG of 16000 x 16000")


@pytest.mark.parametrize("kind", [(16, 2), (8, 3), (8, 4), (1, 0)])
def test_unusual_pngs_are_refused(kind: tuple[int, int]) -> None:
    depth, colour = kind
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, 0))
    body = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(9000))) + chunk(b"IEND", b"")
    refused(body, "unusual kind")


@pytest.mark.parametrize("extra", [b"acTL", b"tRNS", b"iCCP", b"zTXt", b"eXIf", b"PLTE"])
def test_pngs_with_parts_that_change_or_unpack_something_are_refused(extra: bytes) -> None:
    body = body_of(Encoding.PNG)
    refused(body[:33] + chunk(extra, b"\0" * 8) + body[33:], "no place in it")


def test_a_turned_jpeg_is_not_turned() -> None:
    """EXIF orientation 6 would swap width and height after the header was checked."""
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    body = body_of(Encoding.JPEG)
    turned = body[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + body[2:]
    shown = target()
    fresh().decode(turned, shown)
    assert np.abs(shown.astype(int) - SMOOTH).mean() < 4


def zstd_body(data: bytes, *, ended: bool = False, window: int = 20) -> bytes:
    stream = ZstdCompressor(options={CompressionParameter.window_log: window})
    return b"\x01" + stream.compress(data) + stream.flush(stream.FLUSH_FRAME if ended else stream.FLUSH_BLOCK)


def test_zstd_output_is_exactly_the_rectangle() -> None:
    size = WIDTH * HEIGHT * 3
    refused(zstd_body(bytes(size - 1)), "bytes instead of")
    refused(zstd_body(bytes(size + 1)), "more than")
    refused(zstd_body(bytes(200_000_000)), "more than")
    fresh().decode(zstd_body(bytes(size)), target())


def test_a_zstd_stream_may_not_end() -> None:
    refused(zstd_body(bytes(WIDTH * HEIGHT * 3), ended=True), "ends before")
    refused(zstd_body(bytes(WIDTH * HEIGHT * 3), ended=True) + b"more", "ends before")


def test_a_zstd_window_over_the_limit_is_refused() -> None:
    refused(zstd_body(bytes(WIDTH * HEIGHT * 3), window=26), "cannot be unpacked")


def test_a_zstd_slice_before_any_refresh_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="before any refresh"):
        Decoder().decode(body_of(Encoding.ZSTD), target())


def test_a_zstd_slice_of_the_stream_before_the_refresh_is_refused() -> None:
    encoder, decoder = LinkEncoder(frozenset({Encoding.ZSTD})), fresh()
    decoder.decode(encoder.refresh(PIXELS).body, target())
    (late,) = encoder.refine(crop(PIXELS, [Rectangle(0, 0, WIDTH, HEIGHT)]))
    decoder.restart(WIDTH, HEIGHT)
    with pytest.raises(RemoteProtocolError):
        decoder.decode(late.body, target())
