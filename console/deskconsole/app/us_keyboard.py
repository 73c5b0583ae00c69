"""The signs of a US keyboard: which key gives each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SIGNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "-": "minus",
        "=": "equal",
        "[": "bracketleft",
        "]": "bracketright",
        ";": "semicolon",
        "'": "apostrophe",
        "`": "grave",
        "\\": "backslash",
        ",": "comma",
        ".": "period",
        "/": "slash",
        " ": "space",
    }
)
"""The names of keys by the sign that they give without Shift, where that is not their name."""

SHIFTED: Final[Mapping[str, str]] = MappingProxyType(
    dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./", strict=True))
)
"""Signs that need Shift, and the sign on the same key without it."""
