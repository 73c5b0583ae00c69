"""The characters of keysyms, those from before Unicode too."""

from __future__ import annotations

import pytest

from deskx11.keysyms import character_of, combining_of, keysym_of


@pytest.mark.parametrize(
    ("keysym", "character"),
    [
        (0x61, "a"),
        (0xFC, "ü"),
        (0x1B1, "ą"),
        (0x3BF, "ŋ"),
        (0x4A7, "ァ"),
        (0x5C7, "ا"),
        (0x6C1, "а"),
        (0x6FF, "Ъ"),
        (0x7E1, "α"),
        (0xCE0, "א"),
        (0xDA1, "ก"),
        (0xEA1, "ㄱ"),
        (0x13BC, "Œ"),
        (0x20AC, "€"),
        (0x0100017C, "ż"),
        (0x0101F600, "😀"),
        (0x0100200C, "\u200c"),
        (0xFFB5, "5"),
        (0xFFAB, "+"),
    ],
)
def test_a_keysym_gives_its_character(keysym: int, character: str) -> None:
    assert character_of(keysym) == character


@pytest.mark.parametrize(
    "keysym", [0, 0x08, 0x7F, 0x9B, 0xFF0D, 0xFF1B, 0xFFE1, 0xFE51, 0x0100001B, 0x0100D800, 0x01110000]
)
def test_a_key_without_a_character_gives_none(keysym: int) -> None:
    assert character_of(keysym) == ""


@pytest.mark.parametrize(
    ("keysym", "mark"),
    [
        (0xFE50, "\u0300"),
        (0xFE51, "\u0301"),
        (0xFE53, "\u0303"),
        (0xFE57, "\u0308"),
        (0xFE58, "\u030a"),
        (0xFE5A, "\u030c"),
        (0xFE5C, "\u0328"),
        (0xFE62, "\u031b"),
        (0xFE6E, "\u0326"),
        (0x61, ""),
    ],
)
def test_a_dead_key_has_its_combining_character(keysym: int, mark: str) -> None:
    assert combining_of(keysym) == mark


@pytest.mark.parametrize("character", "aü~€ż你😀я\xa0")
def test_a_character_has_a_keysym_that_gives_it(character: str) -> None:
    assert character_of(keysym_of(character)) == character
