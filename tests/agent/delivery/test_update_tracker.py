"""What a console is sent late and at once makes its picture the agent's, whatever moved meanwhile."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskagent.capture.grabber import Grab, whole
from deskagent.delivery.update_tracker import UpdateTracker
from deskagent.encoding.tiles import CELL
from deskagent.picture.screen import Change, Picture
from deskwire.geometry import Rectangle

WIDTH, HEIGHT = 320, 240
STEPS = st.lists(
    st.tuples(st.sampled_from(["scroll", "drag", "draw", "send"]), st.integers(0, 99)),
    min_size=1,
    max_size=40,
)


def changed(picture: Any, kind: str, seed: int) -> Any:
    """The picture after somebody scrolled, dragged or drew."""
    random = np.random.default_rng(seed)
    after = picture.copy()
    lines = int(random.integers(1, 60))
    if kind == "scroll":
        after[20:220] = np.roll(picture[20:220], -lines, axis=0)
        after[220 - lines : 220] = random.integers(0, 256, (lines, WIDTH, 4), np.uint8)
    elif kind == "drag":
        dx, dy = (int(one) for one in random.integers(-40, 40, 2))
        after[60 + dy : 180 + dy, 60 + dx : 260 + dx] = picture[60:180, 60:260]
    else:
        x, y = int(random.integers(0, 300)), int(random.integers(0, 220))
        after[y : y + lines, x : x + lines] = seed
    return after


@pytest.mark.parametrize("copies", [True, False])
@settings(deadline=None, max_examples=60)
@given(steps=STEPS, partial=st.booleans())
def test_the_console_has_the_picture_after_each_packet(
    copies: bool, steps: list[tuple[str, int]], partial: bool
) -> None:
    screen = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    picture, pending = Picture(), UpdateTracker(WIDTH, HEIGHT, copies=copies)
    assert picture.take(whole(screen), moves=True) is None
    shown = screen.copy()
    for kind, seed in [*steps, ("send", 0)]:
        if kind == "send":
            owed = pending.take()
            assert copies or not owed.moves
            for source_x, source_y, (x, y, width, height) in owed.moves:
                shown[y : y + height, x : x + width] = shown[
                    source_y : source_y + height, source_x : source_x + width
                ].copy()
            for x, y, width, height in owed.rectangles:
                shown[y : y + height, x : x + width] = screen[y : y + height, x : x + width]
            assert np.array_equal(shown[..., :3], screen[..., :3])
            continue
        screen = changed(screen, kind, seed)
        area = Rectangle(0, 20, WIDTH, HEIGHT - 20)
        grab = Grab(screen[20:], area, (WIDTH, HEIGHT))
        inside = partial and np.array_equal(screen[:20, :, :3], picture.pixels[:20, :, :3])  # type: ignore[index]
        change = picture.take(grab if inside else whole(screen), moves=True)
        assert change is not None
        pending.add(change)
        assert np.array_equal(picture.pixels[..., :3], screen[..., :3])  # type: ignore[index]


def test_on_a_narrow_link_what_is_small_goes_first_and_a_film_comes_whole() -> None:
    film, letter = Rectangle(100, 200, 1600, 900), Rectangle(20, 1050, 8, 14)
    pending = UpdateTracker(1920, 1200, copies=True)
    seen = np.zeros((1200, 1920), np.uint8)
    for frame in range(12):
        # Every frame changes all of it before half of the last one could be sent.
        pending.add(Change([], [film, letter] if frame == 5 else [film]))
        owed = pending.take(500_000)
        assert sum(one.area for one in owed.rectangles) <= 500_000
        assert (owed.rectangles[0] == letter) == (frame == 5)
        for x, y, width, height in owed.rectangles:
            seen[y : y + height, x : x + width] += 1
            edges = {x, x + width} - {100, 1700} | {y, y + height} - {200, 1100}
            assert frame == 5 or not any(edge % CELL for edge in edges), "a cell is one tile's, or none's"
    assert seen[200:1100, 100:1700].min() >= 2
    assert seen[200:1100, 100:1700].max() <= 5


def test_what_never_rests_does_not_keep_back_what_is_large() -> None:
    faces = [Rectangle(x, 0, 240, 240) for x in (0, 400, 800, 1200)]
    page = Rectangle(0, 300, 1600, 800)
    pending = UpdateTracker(1920, 1200, copies=True)
    pending.add(Change([], [page]))
    seen = 0
    for _ in range(60):
        pending.add(Change([], faces))
        seen += sum(one.area for one in pending.take(130_000).rectangles if one.y >= page.y)
    assert seen == page.area


def test_a_film_that_takes_few_bytes_goes_whole() -> None:
    film, letter = Rectangle(100, 200, 1600, 900), Rectangle(20, 1050, 8, 14)
    pending = UpdateTracker(1920, 1200, copies=True)

    def weigh(one: Rectangle) -> float:
        return one.area / 10 if one.width > 100 else one.area

    for frame in range(4):
        pending.add(Change([], [film, letter] if frame == 2 else [film]))
        owed = pending.take(144_000, weigh)
        # The letter takes the room that it needed; what was not sent then is sent next.
        assert owed.rectangles == ([letter] if frame == 2 else [film])
