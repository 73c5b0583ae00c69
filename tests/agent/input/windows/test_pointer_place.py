"""A place that is sent comes back as the same pixel, by Windows' own arithmetic."""

from __future__ import annotations

import pytest

from deskagent.input.windows.pointer_place import absolute

WIDTHS = (640, 800, 1024, 1280, 1366, 1440, 1600, 1920, 2560, 3840, 5120, 16384)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_column_is_missed_where_windows_rounds_down(width: int) -> None:
    screen = (0, 0, width, 100)
    missed = [x for x in range(width) if absolute(x, 0, screen)[0] * width // 65_536 != x]
    assert missed == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_column_is_one_off_at_most_where_windows_rounds_to_the_nearest(width: int) -> None:
    screen = (0, 0, width, 100)
    assert all(abs(round(absolute(x, 0, screen)[0] * width / 65_536) - x) <= 1 for x in range(width))


def test_displays_left_of_and_above_the_first_have_negative_places() -> None:
    screen = (-1920, -200, 3840, 1280)
    assert absolute(-1920, -200, screen) == absolute(0, 0, (0, 0, 3840, 1280))
    assert absolute(0, 0, screen) == absolute(1920, 200, (0, 0, 3840, 1280))


def test_a_place_outside_of_all_displays_becomes_the_nearest_inside() -> None:
    screen = (0, 0, 1280, 720)
    assert absolute(5000, -3, screen) == absolute(1279, 0, screen)
