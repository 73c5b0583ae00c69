"""Encoders alone: what their bodies look like to somebody who reads docs/wire.md."""

from __future__ import annotations

import sys

import cv2
import numpy as np
import pytest

from deskagent.encoding.codecs import ENCODERS
from deskagent.encoding.codecs.jpeg import QUALITIES, JpegEncoder, VideoLimits
from deskagent.encoding.codecs.png import PngEncoder
from deskagent.encoding.codecs.solid import SolidEncoder
from deskagent.encoding.codecs.zstd import ZstdEncoder
from deskwire.encodings import Encoding

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor
else:
    from backports.zstd import ZstdDecompressor

NOISE = np.random.default_rng(1).integers(0, 256, (40, 33, 3), dtype=np.uint8)


def test_every_body_begins_with_the_number_of_its_encoding() -> None:
    one_colour = np.full((3, 5, 3), 7, np.uint8)
    for encoding, make in ENCODERS.items():
        encoder = make()
        encoder.restart(5, 3)
        body = encoder.encode(one_colour)
        assert body is not None
        assert body[0] == encoding


def test_solid_takes_one_colour_and_nothing_else() -> None:
    encoder = SolidEncoder()
    pixels = np.empty((20, 30, 3), np.uint8)
    pixels[:] = (1, 2, 3)
    assert encoder.encode(pixels) == b"\x00\x01\x02\x03"
    assert encoder.encode(pixels[:1, :1].copy()) == b"\x00\x01\x02\x03"
    for y, x in ((0, 0), (0, 7), (9, 9), (19, 29), (1, 29), (19, 0)):
        other = pixels.copy()
        other[y, x, 2] = 4
        assert encoder.encode(other) is None


def test_png_is_a_file_that_anybody_reads() -> None:
    body = PngEncoder().encode(NOISE)
    picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert np.array_equal(picture, NOISE)


def test_zstd_bodies_are_one_stream_each_part_readable_at_once() -> None:
    encoder = ZstdEncoder()
    encoder.restart(33, 40)
    bodies = [encoder.encode(NOISE), encoder.encode(NOISE[::-1].copy()), encoder.encode(NOISE[:5].copy())]
    stream = ZstdDecompressor()
    parts = [stream.decompress(body[1:]) for body in bodies]
    assert parts == [NOISE.tobytes(), NOISE[::-1].tobytes(), NOISE[:5].tobytes()]
    assert all(body[0] == Encoding.ZSTD for body in bodies)
    assert len(bodies[1]) < len(bodies[0]) // 5, "the rows were sent before"


def test_zstd_restarts_at_every_refresh() -> None:
    encoder = ZstdEncoder()
    encoder.restart(33, 40)
    first = encoder.encode(NOISE)
    encoder.encode(NOISE)
    encoder.restart(33, 40)
    assert encoder.encode(NOISE) == first


def test_zstd_without_a_refresh_is_a_fault_of_ours() -> None:
    with pytest.raises(RuntimeError, match="refresh"):
        ZstdEncoder().encode(NOISE)


def test_jpeg_is_a_file_that_anybody_reads_and_smaller_with_every_quality() -> None:
    smooth = cv2.GaussianBlur(NOISE, (9, 9), 0).astype(np.uint8)
    sizes = []
    for quality in QUALITIES:
        body = JpegEncoder().encode(smooth, quality)
        assert body[0] == Encoding.JPEG
        picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_UNCHANGED)
        assert picture is not None
        assert picture.shape == smooth.shape
        assert np.abs(picture.astype(int) - smooth).mean() < 10
        sizes.append(len(body))
    assert sizes == sorted(sizes, reverse=True)


def test_quality_of_jpeg_fits_the_limits() -> None:
    encoder = JpegEncoder()

    def chosen(area: int, size: float) -> int:
        return QUALITIES.index(encoder.quality(area, VideoLimits(size)))

    assert encoder.quality(10**6, VideoLimits()) == QUALITIES[0]
    assert encoder.quality(10**6, VideoLimits(full_colour=10**5)) == QUALITIES[1]
    falling = [chosen(10**6, size) for size in (4 * 10**7, 4 * 10**5, 4 * 10**4, 4000, 1)]
    assert falling == sorted(falling)
    assert (falling[0], falling[-1]) == (0, len(QUALITIES) - 1)
    # Dear pixels: the same limit has room for fewer of them.
    before = chosen(10**5, 24_000)
    encoder.encode(NOISE, QUALITIES[0])
    assert chosen(10**5, 24_000) > before
