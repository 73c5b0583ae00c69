"""The text of a clipboard as it travels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskwire.clip_text import clip_fault, clip_text, strangers_clip_text


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_travels_that_a_terminal_acts_on(text: str) -> None:
    sent = clip_text(text)
    assert all(one in "\t\n" or (one >= " " and not "\x7f" <= one <= "\x9f") for one in sent)
    sent.encode()
    assert clip_text(sent) == sent


def test_line_ends_of_all_systems_become_line_feeds() -> None:
    assert clip_text("a\r\nb\rc\nd\n\r\n") == "a\nb\nc\nd\n\n"


def test_another_machines_text_reads_as_it_is() -> None:
    hidden = "rm \N{RIGHT-TO-LEFT OVERRIDE}fdp.x\N{POP DIRECTIONAL FORMATTING}"
    assert clip_text(hidden) == hidden
    assert strangers_clip_text(hidden + "\x1b[0m\r\n") == "rm fdp.x[0m\n"
    assert strangers_clip_text("שלום\N{RIGHT-TO-LEFT MARK}!") == "שלום\N{RIGHT-TO-LEFT MARK}!"


def test_a_text_over_the_limit_is_told_with_its_length() -> None:
    assert clip_fault("x" * 64_000) is None
    assert clip_fault("x" * 64_001) == "the text has 64,001 characters; the clipboard takes at most 64,000"
