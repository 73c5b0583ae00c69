"""Ways to enlarge and reduce a picture, and the wheel: a part drawn alone is what drawing the whole shows."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from deskconsole.viewer.canvas import Canvas, Scale, Scaling
from deskconsole.viewer.zoom import Zoom
from deskwire.geometry import Rectangle

SIZE = (97, 61)
SCALES = (Scale(1, 3), Scale(2, 3), Scale(1, 1), Scale(5, 4), Scale(3, 2), Scale(4, 1))


def noise(seed: int, width: int = SIZE[0], height: int = SIZE[1]) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def canvas_of(scale: Scale, scaling: Scaling) -> Canvas:
    room = scale.of(SIZE[0]), scale.of(SIZE[1])
    return Canvas(SIZE, np.zeros((room[1], room[0], 4), np.uint8), scale=scale, scaling=scaling)


@settings(max_examples=60, deadline=None)
@given(
    scale=st.sampled_from(SCALES),
    scaling=st.sampled_from(Scaling),
    seed=st.integers(0, 9),
    x=st.integers(0, 90),
    y=st.integers(0, 55),
    width=st.integers(1, 30),
    height=st.integers(1, 30),
)
def test_a_changed_part_is_drawn_as_the_whole_would_be(
    scale: Scale, scaling: Scaling, seed: int, x: int, y: int, width: int, height: int
) -> None:
    before, after = noise(seed), noise(seed)
    width, height = min(width, SIZE[0] - x), min(height, SIZE[1] - y)
    after[y : y + height, x : x + width] = noise(seed + 10, width, height)
    whole, parts = canvas_of(scale, scaling), canvas_of(scale, scaling)
    everything = Rectangle(0, 0, *SIZE)
    whole.draw(after, everything)
    parts.draw(before, everything)
    parts.draw(after, Rectangle(x, y, width, height))
    off = np.abs(whole.image.astype(int) - parts.image.astype(int)).max()
    assert off <= (1 if scaling is Scaling.SMOOTH and scale.ratio > 1 else 0)


def test_crisp_has_only_colours_of_the_picture_and_smooth_has_no_steps() -> None:
    picture = np.zeros((60, 60, 3), np.uint8)
    picture[:, ::2] = 255

    def drawn(scale: Scale, scaling: Scaling) -> NDArray[np.uint8]:
        side = scale.of(60)
        canvas = Canvas((60, 60), np.zeros((side, side, 4), np.uint8), scale=scale, scaling=scaling)
        canvas.draw(picture, Rectangle(0, 0, 60, 60))
        return canvas.image[:, :, 0]

    assert set(np.unique(drawn(Scale(1, 2), Scaling.SMOOTH))) <= {127, 128}
    assert set(np.unique(drawn(Scale(2, 3), Scaling.CRISP))) <= {0, 255}
    assert set(np.unique(drawn(Scale(3, 1), Scaling.CRISP))) == {0, 255}
    assert len(np.unique(drawn(Scale(3, 1), Scaling.SMOOTH))) > 2
    expected = cv2.resize(picture, (180, 180), interpolation=cv2.INTER_LINEAR)[:, :, 0]
    assert np.abs(drawn(Scale(3, 1), Scaling.SMOOTH).astype(int) - expected).max() <= 1


@pytest.mark.parametrize("at", [(10, 10), (400, 300), (790, 590)])
def test_the_wheel_keeps_what_is_under_the_pointer(at: tuple[int, int]) -> None:
    zoom, picture = Zoom(), (1600, 1200)

    def canvas() -> Canvas:
        return Canvas(picture, np.zeros((600, 800, 4), np.uint8), scale=zoom.scale, offset=zoom.offset)

    under = canvas().place(*at)
    for _ in range(6):
        assert zoom.wheel(1, *at, canvas())
        zoom.offset = canvas().offset
        found = canvas().place(*at)
        assert all(abs(one - other) <= 2 for one, other in zip(found, under, strict=True))
    assert canvas().scale.ratio >= 2
    while zoom.wheel(-1, *at, canvas()):
        zoom.offset = canvas().offset
    # The picture never becomes smaller than it fits.
    assert zoom.scale is None
