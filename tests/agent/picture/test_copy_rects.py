"""What moved on a picture is found, and what is found is right whatever the picture was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskagent.capture.source import Grab, whole
from deskagent.capture.synthetic import render
from deskagent.picture.copy_rects import CopyRect, find_copies
from deskagent.picture.damage import find_damage
from deskagent.picture.motion_search import MotionVector
from deskagent.picture.screen import Picture
from deskwire.geometry import Rectangle

WIDTH, HEIGHT = 480, 320


def applied(before: Any, moves: list[CopyRect]) -> Any:
    """What the console has after the moves."""
    picture = before.copy()
    for source_x, source_y, (x, y, width, height) in moves:
        picture[y : y + height, x : x + width] = picture[
            source_y : source_y + height, source_x : source_x + width
        ].copy()
    return picture


def remaining_area(before: Any, after: Any, hints: list[MotionVector] | None = None) -> int:
    """Pixels still to be sent; fails where they would not make the picture exact."""
    known = before.copy()
    moves, remaining = find_copies(known, after, find_damage(before, after), hints or [])
    picture = applied(before, moves)
    assert np.array_equal(known, picture), "the moves are made in place"
    for x, y, width, height in remaining:
        picture[y : y + height, x : x + width] = after[y : y + height, x : x + width]
    assert np.array_equal(picture[..., :3], after[..., :3])
    return sum(one.area for one in remaining)


def texture(seed: int, width: int = WIDTH, height: int = HEIGHT) -> Any:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)


@pytest.mark.parametrize("lines", [1, 16, 77, -16, -130])
def test_a_scrolled_page_is_moved_but_for_what_is_new(lines: int) -> None:
    before = texture(1)
    after = before.copy()
    page = np.s_[40:300, 60:460]
    after[page] = np.roll(before[page], -lines, axis=0)
    new = np.s_[300 - lines : 300] if lines > 0 else np.s_[40 : 40 - lines]
    after[new, 60:460] = texture(2)[new, 60:460]
    assert remaining_area(before, after) <= 1.1 * 400 * abs(lines)


@pytest.mark.parametrize(("dx", "dy"), [(7, 0), (0, 9), (13, -5), (-60, 31)])
def test_a_dragged_window_is_moved_and_what_was_behind_it_sent(dx: int, dy: int) -> None:
    ground, window = texture(3), texture(4, 200, 120)
    before, after = ground.copy(), ground.copy()
    before[100:220, 120:320] = window
    after[100 + dy : 220 + dy, 120 + dx : 320 + dx] = window
    bared = 200 * 120 - max(0, 200 - abs(dx)) * max(0, 120 - abs(dy))
    # Slices are joined where that wastes less than 512 pixels.
    assert remaining_area(before, after) <= bared + 3 * 512


@pytest.mark.parametrize(("dx", "dy"), [(12, 6), (180, -90), (-200, 150), (0, 200)])
def test_a_window_of_text_that_is_dragged_fast_is_found(dx: int, dy: int) -> None:
    ground = render("still", 3, 1.0, 1920, 1080)
    window = render("scroll", 1, 1.0, 1920, 1080)[100:700, 300:1100]
    before, after = ground.copy(), ground.copy()
    before[240:840, 500:1300] = window
    after[240 + dy : 840 + dy, 500 + dx : 1300 + dx] = window
    bared = 800 * 600 - (800 - abs(dx)) * (600 - abs(dy))
    assert remaining_area(before, after) <= bared + 3 * 512


def test_a_terminal_that_scrolls_needs_its_new_lines_only() -> None:
    before, after = render("scroll", 1, 1.0, 1280, 720), render("scroll", 1, 1.1, 1280, 720)
    whole = sum(one.area for one in find_damage(before, after))
    assert whole > 100_000
    assert remaining_area(before, after) < whole / 2


@pytest.mark.parametrize(
    "hint", [MotionVector(0, -16), MotionVector(0, -32), MotionVector(50, 40), MotionVector(900, 0)]
)
def test_a_hint_that_is_wrong_does_no_harm(hint: MotionVector) -> None:
    before = texture(1)
    after = before.copy()
    after[40:300, 60:460] = np.roll(before[40:300, 60:460], -16, axis=0)
    assert remaining_area(before, after, [hint]) <= 400 * 16


@settings(deadline=None, max_examples=40)
@given(
    x=st.integers(0, 120), y=st.integers(0, 80), dx=st.integers(-40, 40), dy=st.integers(-40, 40),
    steps=st.integers(1, 3),
)  # fmt: skip
def test_a_picture_follows_grabs_of_a_part_of_it(x: int, y: int, dx: int, dy: int, steps: int) -> None:
    """The part has gaps between its rows in the picture, and none in the grab."""
    screen = texture(8)
    picture = Picture()
    assert picture.take(whole(screen), copies=True) is None
    width, height = WIDTH - 130, HEIGHT - 90
    part = np.s_[y : y + height, x : x + width]
    for step in range(steps):
        shown = screen.copy()
        screen = screen.copy()
        screen[part] = np.roll(screen[part], (dy, dx), axis=(0, 1))
        screen[y + 5, x + step, :3] ^= 255
        grab = Grab(screen[part].copy(), Rectangle(x, y, width, height), (WIDTH, HEIGHT))
        change = picture.take(grab, copies=True)
        assert change is not None
        shown = applied(shown, list(change.copies))
        for a, b, c, d in change.rectangles:
            shown[b : b + d, a : a + c] = screen[b : b + d, a : a + c]
        assert np.array_equal(shown[..., :3], screen[..., :3])
        assert picture.pixels is not None
        assert np.array_equal(picture.pixels[..., :3], screen[..., :3])


def test_a_small_change_is_not_searched() -> None:
    before = texture(5)
    after = before.copy()
    after[10:30, 10:30] ^= 255
    assert find_copies(before, after, [Rectangle(10, 10, 20, 20)]) == ([], [Rectangle(10, 10, 20, 20)])


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 99),
    colours=st.sampled_from([2, 3, 256]),
    places=st.lists(
        st.tuples(
            st.integers(0, 300), st.integers(0, 200), st.integers(1, 180), st.integers(1, 120),
            st.integers(-40, 40), st.integers(-40, 40),
        ),
        min_size=1, max_size=4,
    ),
)  # fmt: skip
def test_whatever_moved_the_rest_makes_it_exact(
    seed: int, colours: int, places: list[tuple[int, ...]]
) -> None:
    before = np.random.default_rng(seed).integers(0, colours, (HEIGHT, WIDTH, 4), dtype=np.uint8)
    after = before.copy()
    after[..., 3] ^= 7
    for x, y, width, height, dx, dy in places:
        part = after[y : y + height, x : x + width].copy()
        to_y, to_x = max(0, y + dy), max(0, x + dx)
        room = after[to_y : to_y + height, to_x : to_x + width]
        room[:] = part[: room.shape[0], : room.shape[1]]
    remaining_area(before, after)
