"""Text in ASCII, which is all that OpenCV's letters have."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# fmt: off
_LETTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l",
        "þ": "th", "ŧ": "t", "ŋ": "n",
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k",
        "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "",
        "э": "e", "ю": "yu", "я": "ya",
        "є": "ye", "і": "i", "ґ": "g", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k",
        "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s",
        "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
    }
)
"""Letters that are no ASCII letter with a mark: Latin, Cyrillic, Greek, in the Latin spelling."""

_SIGNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "‘": "'", "’": "'", "‚": "'",
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "·": "*", "•": "*", "×": "x",
    }
)
# fmt: on


def ascii_text(text: str) -> str:
    """Letters without their marks, Greek and Cyrillic ones in Latin; `?` for what has no letter in ASCII."""
    return "".join(
        _in_ascii(sign) for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    )


def _in_ascii(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign in _SIGNS:
        return _SIGNS[sign]
    latin = _LETTERS.get(sign.lower(), "?")
    return latin if sign == sign.lower() else latin.capitalize()
