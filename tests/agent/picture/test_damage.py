"""Damage: exact on colours, whatever the sizes, the pattern and the fourth byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskagent.picture.damage import MAX_RECTANGLES, find_damage
from deskagent.pixels import Pixels
from deskwire.geometry import Rectangle

if TYPE_CHECKING:
    from collections.abc import Sequence

Patch = tuple[int, int, int, int, int]
"""x, y, width, height as parts of 1000, and a seed."""

PATCHES = st.lists(
    st.tuples(
        st.integers(0, 999), st.integers(0, 999), st.integers(0, 400), st.integers(0, 400), st.integers(0, 9)
    ),
    max_size=40,
)


def frame_of(width: int, height: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)


def patched(frame: Pixels, patches: Sequence[Patch]) -> Pixels:
    """A copy with noise in some places, and other garbage in every fourth byte."""
    height, width = frame.shape[:2]
    result = frame.copy()
    for x, y, w, h, seed in patches:
        left, top = x * width // 1000, y * height // 1000
        part = result[top : top + 1 + h * height // 1000, left : left + 1 + w * width // 1000, :3]
        part[:] = np.random.default_rng(seed).integers(0, 256, part.shape, dtype=np.uint8)
    result[..., 3] += 1
    return result


def check(previous: Pixels, current: Pixels) -> list[Rectangle]:
    """The contract: inside, apart, trimmed, complete."""
    height, width = current.shape[:2]
    rectangles = find_damage(previous, current)
    different = (previous[..., :3] != current[..., :3]).any(axis=2)
    covered = np.zeros((height, width), np.int32)
    for x, y, w, h in rectangles:
        assert 0 <= x < x + w <= width
        assert 0 <= y < y + h <= height
        covered[y : y + h, x : x + w] += 1
        part = different[y : y + h, x : x + w]
        assert part[0].any()
        assert part[-1].any()
        assert part[:, 0].any()
        assert part[:, -1].any()
    assert covered.max(initial=0) <= 1
    assert not different[covered == 0].any()
    assert len(rectangles) <= MAX_RECTANGLES
    return rectangles


@settings(deadline=None, max_examples=150)
@given(width=st.integers(1, 700), height=st.integers(1, 300), patches=PATCHES)
def test_what_changed_is_covered_and_nothing_twice(width: int, height: int, patches: list[Patch]) -> None:
    previous = frame_of(width, height)
    check(previous, patched(previous, patches))


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 4000), seed=st.integers(0, 1000), width=st.integers(1, 1500))
def test_thousands_of_specks_stay_a_bounded_number_of_rectangles(count: int, seed: int, width: int) -> None:
    random = np.random.default_rng(seed)
    previous = frame_of(width, 700)
    current = previous.copy()
    current[random.integers(0, 700, count), random.integers(0, width, count), 1] ^= 0x55
    check(previous, current)


def test_equal_frames_have_no_damage() -> None:
    frame = frame_of(333, 77)
    assert find_damage(frame, frame.copy()) == []
    assert find_damage(frame, patched(frame, [])) == [], "the fourth byte is no colour"


def test_a_single_pixel_is_a_single_pixel() -> None:
    previous = frame_of(1921, 1083)
    current = previous.copy()
    current[1082, 1920, 2] ^= 1
    assert find_damage(previous, current) == [Rectangle(1920, 1082, 1, 1)]


def test_the_smallest_and_the_whole_frame() -> None:
    tiny = np.zeros((1, 1, 4), np.uint8)
    assert find_damage(tiny, tiny + 1) == [Rectangle(0, 0, 1, 1)]
    whole = np.zeros((1080, 1920, 4), np.uint8)
    assert find_damage(whole, whole + 1) == [Rectangle(0, 0, 1920, 1080)]


def test_blue_on_black_is_seen() -> None:
    """Their grey values differ by 29 only."""
    black = np.zeros((20, 20, 4), np.uint8)
    blue = black.copy()
    blue[5:10, 5:10, 0] = 255
    assert find_damage(black, blue) == [Rectangle(5, 5, 5, 5)]


def test_far_apart_changes_stay_apart() -> None:
    previous = np.zeros((1000, 1000, 4), np.uint8)
    current = previous.copy()
    current[:20, :20] = 9
    current[900:, 900:] = 9
    assert sorted(find_damage(previous, current)) == [Rectangle(0, 0, 20, 20), Rectangle(900, 900, 100, 100)]


def test_frames_of_different_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        find_damage(frame_of(4, 4), frame_of(4, 5))


def test_frames_that_are_views_are_compared_too() -> None:
    previous = frame_of(100, 100)[10:60, 10:60]
    current = previous.copy()
    current[0, 0, 0] ^= 1
    assert find_damage(previous, current) == [Rectangle(0, 0, 1, 1)]


@settings(deadline=None, max_examples=60)
@given(
    size=st.tuples(st.integers(1, 300), st.integers(1, 120)),
    offset=st.tuples(st.integers(0, 50), st.integers(0, 50)),
    patches=PATCHES,
    both=st.booleans(),
)
def test_a_part_of_a_picture_is_compared_with_a_grab_of_it(
    size: tuple[int, int], offset: tuple[int, int], patches: list[Patch], both: bool
) -> None:
    (width, height), (x, y) = size, offset
    picture = frame_of(400, 200)
    part = np.s_[y : y + height, x : x + width]
    now = picture.copy()
    now[part] = patched(picture[part], patches)
    grab = now[part] if both else now[part].copy()
    found = check(picture[part], grab)
    assert np.array_equal(picture, frame_of(400, 200)), "comparing changes nothing"
    everywhere = np.zeros((200, 400), np.bool_)
    for left, top, columns, rows in found:
        everywhere[y + top : y + top + rows, x + left : x + left + columns] = True
    assert not (picture[..., :3] != now[..., :3]).any(axis=2)[~everywhere].any()


def test_pixels_that_are_not_in_one_piece_are_compared_too() -> None:
    previous = frame_of(64, 64)[:, ::2]
    current = previous.copy()
    current[63, 31, 0] ^= 1
    assert find_damage(previous, current) == [Rectangle(31, 63, 1, 1)]
    assert find_damage(previous[::-1], current[::-1]) == [Rectangle(31, 0, 1, 1)]
