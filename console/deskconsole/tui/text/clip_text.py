"""Texts of clipboards and pastes: how much they are, and what of them a terminal's clipboard gets."""

from __future__ import annotations

import re
from typing import Final

from deskconsole.common.figures import count

_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, and the marks that turn the direction of what follows."""


def plain(text: str) -> str:
    """A host's text without what acts on a terminal, or looks other than what is pasted."""
    return _UNSEEN.sub("", text)


def with_line_feeds(text: str) -> str:
    """A pasted text with its line ends as the wire has them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def amount(text: str) -> str:
    """How much a text is, such as `3 lines, 120 characters`."""
    lines = len(text.splitlines())
    characters = len(text)
    return (
        f"{count(lines)} line{'' if lines == 1 else 's'}, "
        f"{count(characters)} character{'' if characters == 1 else 's'}"
    )
