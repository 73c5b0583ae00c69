"""A font that the X server has: writing with it needs no library."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

_UNICODE_FONTS: Final = (
    "-misc-fixed-medium-r-normal--20-*-*-*-*-*-iso10646-1",
    "-misc-fixed-medium-r-normal--18-*-*-*-*-*-iso10646-1",
    "-*-*-medium-r-normal--17-*-*-*-*-*-iso10646-1",
    "-misc-fixed-medium-r-normal--13-*-*-*-*-*-iso10646-1",
)
_BUILT_IN: Final = "fixed"
"""A font that every server has, for Latin-1 at least."""
_UNKNOWN: Final = "?"


class CoreFont:
    """The best font for a line of text that the server of `connection` has."""

    def __init__(self, connection: Any) -> None:
        self._unicode = False
        name = _BUILT_IN
        for pattern in _UNICODE_FONTS:
            if connection.list_fonts(pattern, 1):
                name, self._unicode = pattern, True
                break
        self.font: Any = connection.open_font(name)
        measured = self.font.query_text_extents([ord("x")])
        self.ascent: int = measured.font_ascent
        self.height: int = measured.font_ascent + measured.font_descent

    def codes(self, text: str) -> list[int]:
        """The text as the font numbers characters; one that cannot be shown is a question mark."""
        return [ord(one) for one in shown_text(text, unicode=self._unicode)]

    def width(self, text: str) -> int:
        """The text's width in pixels."""
        return int(self.font.query_text_extents(self.codes(text)).overall_width)

    def fitted(self, text: str, width: int) -> str:
        """The text, cut to this width in pixels."""
        if self.width(text) <= width:
            return text
        while text and self.width(text + "...") > width:
            text = text[:-1]
        return text + "..."

    def wrapped(self, text: str, width: int) -> list[str]:
        """The text in lines of at most this width, broken between words."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if not lines[-1] or self.width(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def draw(self, window: Any, context: Any, x: int, y: int, text: str) -> None:
        """Writes the text; `y` is the upper edge of the line."""
        # The request has 255 characters at most.
        window.image_text_16(context, x, y + self.ascent, self.codes(text)[:255])


def shown_text(text: str, *, unicode: bool) -> str:
    """The text in characters that a font of the server may have: of the first plane, none that controls or
    reorders others, and for a font of Latin-1 transliterated."""
    found = ""
    for character in text:
        if not character.isprintable() or ord(character) > 0xFFFF:
            found += _UNKNOWN
        elif unicode or ord(character) <= 0xFF:
            found += character
        else:
            plain = unicodedata.normalize("NFKD", character).encode("latin-1", "ignore").decode("latin-1")
            found += plain or _UNKNOWN
    return found
