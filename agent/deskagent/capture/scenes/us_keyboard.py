"""The keyboard of the synthetic desktop: a PC's with the US layout."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_ROWS: Final = (
    (0x02, "1234567890-=", "!@#$%^&*()_+"),
    (0x10, "qwertyuiop[]", "QWERTYUIOP{}"),
    (0x1E, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (0x2B, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (0x39, " ", " "),
)
"""The first make code of each row, and what its keys give without and with Shift."""

CHARACTERS: Final[Mapping[tuple[int, int], str]] = MappingProxyType(
    {
        (first + number, level): character
        for first, *levels in _ROWS
        for level, row in enumerate(levels)
        for number, character in enumerate(row)
    }
)
"""Code and level (1: with Shift) to the character."""

LETTERS: Final = frozenset(code for (code, _), character in CHARACTERS.items() if character.isalpha())
"""Keys for which Caps Lock is as good as Shift."""
