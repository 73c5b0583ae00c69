"""Texts of clipboards and pastes: their size in words."""

from __future__ import annotations

from deskconsole.common.figures import count


def amount(text: str) -> str:
    """The size of a text in words, such as `3 lines, 120 characters`."""
    lines = len(text.splitlines())
    characters = len(text)
    return (
        f"{count(lines)} line{'' if lines == 1 else 's'}, "
        f"{count(characters)} character{'' if characters == 1 else 's'}"
    )
