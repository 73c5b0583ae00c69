"""Another display is chosen: which link shows it, and what ends for it."""

from __future__ import annotations

from deskconsole.session.shown_display import ShownDisplay
from deskwire.geometry import Display


def test_a_display_that_is_chosen_without_a_link_comes_with_the_next_one_and_ends_none() -> None:
    display = ShownDisplay(0)
    display.displays([Display(number, 0, 0, 8, 8, bytes(16)) for number in (1, 2)])
    assert display.choose_next()
    assert display.open() == 1
    assert not display.changed
    assert not display.take_change()
    assert display.choose_next()
    assert display.changed
    assert display.take_change()
    assert not display.take_change()
