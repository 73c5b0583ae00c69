"""Rectangles against the pixels that they cover."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskwire.geometry import Rectangle

RECTANGLES = st.builds(Rectangle, *[st.integers(0, 9)] * 2, *[st.integers(1, 9)] * 2)


def pixels(rectangle: Rectangle) -> set[tuple[int, int]]:
    x, y, width, height = rectangle
    return {(column, row) for column in range(x, x + width) for row in range(y, y + height)}


@given(RECTANGLES, RECTANGLES)
def test_area_outside_of_a_hole_is_covered_once(one: Rectangle, hole: Rectangle) -> None:
    pieces = one.without(hole)
    assert sum(piece.area for piece in pieces) == len(pixels(one) - pixels(hole))
    assert set().union(*map(pixels, pieces)) == pixels(one) - pixels(hole)


@given(RECTANGLES, RECTANGLES)
def test_what_two_have_in_common_and_what_is_around_them(one: Rectangle, other: Rectangle) -> None:
    common = one.common(other)
    assert (pixels(common) if common else set()) == pixels(one) & pixels(other)
    around = one.around(other)
    both = pixels(one) | pixels(other)
    assert pixels(around) >= both
    assert {around.x, around.x + around.width - 1} <= {x for x, _ in both}
    assert {around.y, around.y + around.height - 1} <= {y for _, y in both}
