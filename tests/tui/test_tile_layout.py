"""Where the tiles of the wall stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskconsole.tui.widgets.tile_layout import LEAST_HEIGHT, LEAST_WIDTH, arrange_tiles


@given(
    width=st.integers(LEAST_WIDTH, 300),
    height=st.integers(LEAST_HEIGHT, 120),
    count=st.integers(1, 100),
    larger=st.integers(-3, 3),
)
def test_tiles_stand_inside_and_are_found_where_they_stand(
    width: int, height: int, count: int, larger: int
) -> None:
    layout = arrange_tiles(width, height, count, larger)
    assert layout is not None
    for place in range(layout.a_page):
        left, top = layout.corner(place)
        assert left >= 0
        assert top >= 0
        assert left + layout.width <= width
        assert top + layout.height <= height
        assert layout.place(left, top) == place
        assert layout.place(left + layout.width - 1, top + layout.height - 1) == place


def test_lines_that_no_picture_can_use_stand_between_the_rows() -> None:
    layout = arrange_tiles(200, 58, 12)
    assert layout is not None
    assert (layout.columns, layout.rows) == (4, 3)
    below = 58 - layout.corner(11)[1] - layout.height
    assert max(layout.top, layout.apart, below) <= 3
