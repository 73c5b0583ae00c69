"""Texts of clipboards and pastes: their size in words, and their line ends."""

from __future__ import annotations

from deskconsole.common.figures import count


def with_line_feeds(text: str) -> str:
    """A pasted text with its line ends as the wire has them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def amount(text: str) -> str:
    """The size of a text in words, such as `3 lines, 120 characters`."""
    lines = len(text.splitlines())
    characters = len(text)
    return (
        f"{count(lines)} line{'' if lines == 1 else 's'}, "
        f"{count(characters)} character{'' if characters == 1 else 's'}"
    )
