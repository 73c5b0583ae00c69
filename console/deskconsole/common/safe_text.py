"""Makes text from a host or a file fit to be shown in a terminal: no escape sequence, nothing invisible.

It does not know about markup: callers show the result as plain text.
"""

from __future__ import annotations

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

MARKS_IN_A_ROW = 3
"""Vietnamese and Thai need two combining marks on a letter; a flood of them paints over other rows."""

_CONTROL_PICTURES = 0x2400

_UNSHOWABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Controls, format characters (bidi, zero width, tags), unassigned, private use, surrogates, separators.

Unassigned and private characters go too because terminals disagree about how wide they are.
"""

_MARKS = frozenset({"Mn", "Mc", "Me"})

_SKIN_TONES = range(0x1F3FB, 0x1F400)
"""They colour the character before them; alone they have no cell in some terminals."""

_INVISIBLE = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
    | set(range(0x180B, 0x1810))
    | set(range(0xFE00, 0xFE10))
    | set(range(0xE0100, 0xE01F0))
)
"""Letters and marks that show nothing: fillers, joiners, variation selectors, the empty braille cell."""


def safe_text(text: str, limit: int = 200) -> str:
    """`text` in one line of at most `limit` characters, ending in an ellipsis where it was cut.

    Control characters become their pictures (`ESC` is `␛`, a line feed `␊`), everything else that shows
    nothing or reorders its neighbours becomes `REPLACEMENT`, unusual spaces become spaces, and combining
    marks past `MARKS_IN_A_ROW` are left out. Never raises; applying it twice changes nothing more.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    if limit <= 0:
        return ""
    shown: list[str] = []
    marks = 0
    # The slice bounds the work: only surplus marks are left out, so what lies behind it could matter
    # in a flood of marks alone.
    for character in text[: limit * 8 + 8]:
        category = unicodedata.category(character)
        if (category in _MARKS and ord(character) not in _INVISIBLE) or ord(character) in _SKIN_TONES:
            if not shown:
                shown.append(REPLACEMENT)  # a mark without a letter would sit on whatever stands before
                continue
            marks += 1
            if marks > MARKS_IN_A_ROW:
                continue
            shown.append(character)
        else:
            marks = 0
            shown.append(_visible(character, category))
        if len(shown) > limit:
            return "".join(shown[: limit - 1]) + "…"
    return "".join(shown)


def safe_lines(text: str, limit: int = 4000, lines: int = 200) -> str:
    """`text` with its line breaks: each line as `safe_text` has it, `limit` characters and `lines` in all.

    Tabs become spaces; blank lines at both ends, and all but one in a row between, are left out.
    """
    shown: list[str] = []
    left = limit
    for line in text[: limit * 8 + 8].strip().splitlines():
        safe = safe_text(line.expandtabs().rstrip(), left)
        if not safe and shown and not shown[-1]:
            continue
        shown.append(safe)
        left -= len(safe) + 1
        if left <= 0 or len(shown) >= lines:
            break
    return "\n".join(shown).rstrip()


def _visible(character: str, category: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if category in _UNSHOWABLE or code in _INVISIBLE:
        return REPLACEMENT
    return " " if category == "Zs" else character
