"""Keys and chords by their names, as a person types them: `ctrl+alt+t`, `F5`, `é`, `lock`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from deskconsole.common.errors import ConfigurationError
from deskwire.control import ChordName
from deskwire.keys import ALT, BY_NAME, CONTROLS, SHIFTS, SUPERS

from .us_keyboard import SIGNS

_SHORTCUTS = CONTROLS | SUPERS | {ALT}

OTHER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "control": "ctrl", "return": "enter", "esc": "escape", "del": "delete", "ins": "insert",
        "pgup": "page up", "pgdn": "page down", "super": "win", "meta": "win", "option": "alt",
        "back": "backspace", "pagedown": "page down", "pageup": "page up",
    }
)  # fmt: skip
"""Other names that are accepted, and the keys that they mean."""

_KEYS: Mapping[str, str] = MappingProxyType({**SIGNS, "<": "less"})
"""Signs of a US keyboard, and the sign between Shift and Z on most other keyboards."""
_NAMES_HELP: Final = (
    "Keys have their names on a US keyboard, such as enter or f5: `deskconsole key --help` lists them."
)
_SIGN_OF: Mapping[str, str] = MappingProxyType({name: sign for sign, name in _KEYS.items()})


class ChordKey(NamedTuple):
    """One key of a chord: its position (0: none), and the text that it gives (empty: none)."""

    code: int
    text: str


def parse_chord(text: str) -> ChordName | tuple[ChordKey, ...]:
    """Reads a chord: one that no key can say, or keys to be held down in this order.

    Raises ConfigurationError for a name that is not known, with the nearest one.
    """
    whole = " ".join(text.lower().replace("-", " ").replace("_", " ").replace("+", " ").split())
    whole = whole.replace("ctrl alt delete", ChordName.CTRL_ALT_DEL)
    if whole in set(ChordName):
        return ChordName(whole)
    if text.lower() in BY_NAME:  # `keypad +`
        return (_key(text),)
    # `ctrl++`: the last plus is the key.
    names = [*text[:-2].split("+"), "+"] if text.endswith("++") else text.split("+")
    names = ["+"] if text == "+" else names
    if not all(name.strip() for name in names):
        raise ConfigurationError(
            f"a key is missing in {text!r}" if "+" in text else "a key without a name was given",
            remedy="Name each key, such as ctrl+c; the key + itself is plus.",
        )
    keys = tuple(_key(name) for name in names)
    if any(key.code in _SHORTCUTS for key in keys):
        # `Ctrl+C` is how people write ctrl+c, without Shift.
        keys = tuple(_key(key.text.lower()) if "A" <= key.text <= "Z" else key for key in keys)
    elif any(key.code in SHIFTS for key in keys):
        keys = tuple(_shifted(key) for key in keys)
    return keys


def _shifted(key: ChordKey) -> ChordKey:
    """The key with what it gives beside Shift: of `shift+b` a B, of `shift+1` what the host has there."""
    if key.code == 0 or not key.text:
        return key
    return key._replace(text=key.text.upper() if key.text.isalpha() else "")


def _key(name: str) -> ChordKey:
    lowered = name if len(name) == 1 else " ".join(name.lower().replace("_", " ").split())
    lowered = _KEYS.get(lowered, OTHER_NAMES.get(lowered, lowered))
    if lowered == "plus":
        return ChordKey(0, "+")
    if key := BY_NAME.get(lowered):
        sign = _SIGN_OF.get(lowered, lowered)
        return ChordKey(key.code, sign if len(sign) == 1 else "")
    if len(name) == 1 and name.isprintable():
        return ChordKey(0, name)
    near = _nearest(lowered)
    raise ConfigurationError(
        f"{name!r} is not the name of a key", remedy=f"Did you mean {near}?" if near else _NAMES_HELP
    )


def _nearest(name: str) -> str:
    """Guesses the key that an unknown name meant; empty where that cannot be guessed."""
    known = [*BY_NAME, *OTHER_NAMES, "plus", *ChordName]
    parts = name.replace("-", " ").split()  # `ctrl-c`, as other programs write it
    if len(parts) > 1 < len(parts[0]) and all(
        part in known or part in _KEYS or len(part) == 1 for part in parts
    ):
        return "+".join(parts)
    return next(iter(difflib.get_close_matches(name, known, n=1)), "")
