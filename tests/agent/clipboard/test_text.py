"""The text of a clipboard between the wire and a system."""

from __future__ import annotations

import pytest

from deskagent.clipboard.system_clipboard import ClipRefused
from deskagent.clipboard.text import from_wire, to_wire, with_windows_line_ends


def test_windows_line_ends_go_and_come_back() -> None:
    there = with_windows_line_ends(from_wire("grüß\nx\n\n"))
    assert there == "grüß\r\nx\r\n\r\n"
    assert to_wire(there) == "grüß\nx\n\n"


@pytest.mark.parametrize("text", ["", "\x00", "\x1b\x07"])
def test_a_clipboard_without_a_character_that_can_travel_is_refused(text: str) -> None:
    with pytest.raises(ClipRefused, match="holds no text"):
        to_wire(text)


def test_an_empty_text_can_be_put() -> None:
    assert from_wire("") == ""


def test_what_is_too_long_is_refused_not_cut() -> None:
    for convert in (to_wire, from_wire):
        with pytest.raises(ClipRefused, match="64,001 characters"):
            convert("x" * 64_001)
        assert len(convert("\r\n" * 64_000)) == 64_000
