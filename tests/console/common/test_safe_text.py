"""Text from a host: whatever it holds, what is shown is visible, short, and obeys no terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from deskconsole.common.safe_text import MARKS_IN_A_ROW, REPLACEMENT, safe_lines, safe_text

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("lab-01", "lab-01"),
        ("", ""),
        ("[/bad] [@click=app.bell]x", "[/bad] [@click=app.bell]x"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("one\r\ntwo\tthree", "one␍␊two␉three"),
        ("a\x7fb\x9b31mc", f"a␡b{REPLACEMENT}31mc"),
        ("user\u202egnp.exe", f"user{REPLACEMENT}gnp.exe"),
        ("\u2066x\u2069\u200e\u200f\u061c", f"{REPLACEMENT}x" + REPLACEMENT * 4),
        ("pay\u200bpal\ufeff", f"pay{REPLACEMENT}pal{REPLACEMENT}"),
        ("line\u2028para\u2029", f"line{REPLACEMENT}para{REPLACEMENT}"),
        ("\ud800\udfff", REPLACEMENT * 2),
        ("\ue000\U000f0000", REPLACEMENT * 2),
        ("\u3164\u115f\ufe0f\U000e0041", REPLACEMENT * 4),
        ("non\u00a0breaking\u3000wide", "non breaking wide"),
        ("Zürich 東京 Việt שלום", "Zürich 東京 Việt שלום"),
    ],
)
def test_text_is_shown_safely(text: str, shown: str) -> None:
    assert safe_text(text) == shown


def test_a_flood_of_marks_is_limited_and_the_rest_kept() -> None:
    shown = safe_text("a" + "\u0301" * 500 + "b")
    assert shown == "a" + "\u0301" * MARKS_IN_A_ROW + "b"


def test_a_mark_without_a_letter_does_not_sit_on_its_neighbour() -> None:
    assert safe_text("\u0301a") == REPLACEMENT + "a"
    assert safe_text("\U0001f3fba") == REPLACEMENT + "a"


def test_a_long_text_ends_in_an_ellipsis() -> None:
    assert safe_text("x" * 201) == "x" * 199 + "…"
    assert safe_text("x" * 200) == "x" * 200
    assert safe_text("abc", limit=1) == "…"
    assert safe_text("abc", limit=0) == ""


@given(ANY_TEXT, st.integers(-1, 250))
@example("\u0301" * 300, 5)
def test_safe_text_is_one_short_visible_line(text: str, limit: int) -> None:
    shown = safe_text(text, limit)
    assert len(shown) <= max(limit, 0)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Co"} for c in shown)
    assert len(shown.splitlines()) <= 1
    shown.encode("utf-8")
    assert not shown or cell_len(shown) > 0


@given(ANY_TEXT, st.integers(0, 250))
def test_safe_text_of_safe_text_is_the_same(text: str, limit: int) -> None:
    once = safe_text(text, limit)
    assert safe_text(once, limit) == once


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\r\n two\n\n\n\nthree\n\n", "one\n two\n\nthree"),
        ("\n\n  a\tb", "a       b"),
        ("\x1b[2Jred\n\x1b]0;owned\x07", "␛[2Jred\n␛]0;owned␇"),
        ("", ""),
        ("right\u2028left", "right\nleft"),
    ],
)
def test_lines_stay_lines_and_nothing_else_does(text: str, shown: str) -> None:
    assert safe_lines(text) == shown


def test_lines_are_bounded_in_number_and_length() -> None:
    assert len(safe_lines("x" * 100_000)) <= 4000
    assert len(safe_lines("x\n" * 100_000)) <= 4000
    assert safe_lines("\n".join("abc"), lines=2) == "a\nb"
