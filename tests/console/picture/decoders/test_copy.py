"""Copies within the picture: windows that move and text that scrolls, without their pixels on the wire."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskagent.encoding.codecs.copy import copy_body
from deskconsole.picture.decoders import Decoder
from deskwire.errors import RemoteProtocolError

WIDTH, HEIGHT = 31, 23
BEFORE = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def drawn(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Decoder:
    decoder = Decoder()
    decoder.restart(WIDTH, HEIGHT, picture)
    return decoder


@given(st.data())
def test_a_copy_is_taken_as_through_a_temporary(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, WIDTH)), data.draw(st.integers(1, HEIGHT))
    (x, y), (to_x, to_y) = (
        (data.draw(st.integers(0, WIDTH - width)), data.draw(st.integers(0, HEIGHT - height)))
        for _ in range(2)
    )
    picture = BEFORE.copy()
    drawn(picture).decode(copy_body(x, y), picture[to_y : to_y + height, to_x : to_x + width])
    expected = BEFORE.copy()
    expected[to_y : to_y + height, to_x : to_x + width] = BEFORE[y : y + height, x : x + width]
    assert np.array_equal(picture, expected)


def test_a_copy_sees_what_the_slices_before_it_left() -> None:
    picture = BEFORE.copy()
    decoder = drawn(picture)
    decoder.decode(b"\x00\x01\x02\x03", picture[:2, :2])
    decoder.decode(copy_body(1, 1), picture[5:6, 5:6])
    assert picture[5, 5].tolist() == [1, 2, 3]


@pytest.mark.parametrize(("x", "y"), [(WIDTH - 3, 0), (0, HEIGHT - 2), (2**32 - 1, 0), (0, 2**32 - 1)])
def test_a_copy_from_outside_the_picture_is_refused(x: int, y: int) -> None:
    picture = BEFORE.copy()
    with pytest.raises(RemoteProtocolError, match="not inside"):
        drawn(picture).decode(copy_body(x, y), picture[:3, :4])
    assert np.array_equal(picture, BEFORE)


@pytest.mark.parametrize("body", [b"\x02", copy_body(0, 0)[:-1], copy_body(0, 0) + b"\x00"])
def test_a_copy_of_another_length_is_refused(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="instead of 9"):
        drawn(BEFORE.copy()).decode(body, np.zeros((1, 1, 3), np.uint8))


def test_a_copy_with_nothing_to_copy_from_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="no picture"):
        Decoder().decode(copy_body(0, 0), np.zeros((1, 1, 3), np.uint8))
