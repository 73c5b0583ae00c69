"""The parts of a screen share its lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskconsole.tui.widgets.heights import HOSTS, PICTURE, TINY, share_host_lines, share_lines

HEIGHT = st.integers(1, 120)
FACTS = st.integers(1, 20)
PICTURES = st.sampled_from([0, 1, 9, 12, 25, 50])


@given(HEIGHT, st.integers(2, 400), FACTS, PICTURES, st.integers(0, 500))
def test_every_line_belongs_to_one_part(
    height: int, rows: int, facts: int, picture: int, events: int
) -> None:
    lines = share_lines(height, rows=rows, facts=facts, picture=picture, events=events)
    assert lines.table + lines.detail + lines.events == height
    assert min(lines.table, lines.detail, lines.events) >= 0
    if height >= TINY:
        assert lines.table >= min(rows, HOSTS)


def test_the_parts_of_a_small_a_usual_and_a_large_screen() -> None:
    small = share_lines(22, rows=31, facts=12, picture=13, events=9)
    assert (small.table, small.detail, small.events) == (9, 13, 0)
    usual = share_lines(38, rows=31, facts=9, picture=18, events=9)
    assert usual.table >= 15
    assert usual.detail > PICTURE
    assert usual.events >= 4
    large = share_lines(58, rows=8, facts=9, picture=40, events=3)
    assert (large.table, large.detail) == (8, 41)


@given(HEIGHT, FACTS, PICTURES, st.booleans(), st.booleans())
def test_every_line_of_one_host_belongs_to_one_part(
    height: int, facts: int, picture: int, beneath: bool, charts: bool
) -> None:
    lines = share_host_lines(height, facts=facts, picture=picture, beneath=beneath, charts=charts)
    assert lines.detail + lines.charts + lines.events == height
    assert min(lines.detail, lines.charts, lines.events) >= 0
