"""The table of Windows' functions."""

from __future__ import annotations

from deskwin32.calls import FUNCTIONS


def test_functions_are_found_by_their_place_in_the_alphabet() -> None:
    assert list(FUNCTIONS) == sorted(FUNCTIONS)
