"""Turns the keys that a terminal tells into strokes of a PC's keyboard. No widgets, no host.

A terminal tells characters and named keys with modifiers, presses only. Characters are typed as text; what is
here are all others.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from textual.keys import KEY_TO_UNICODE_NAME, REPLACED_KEYS

from deskconsole.app.us_keyboard import SHIFTED, SIGNS
from deskwire.keys import ALT, ALTGR, BY_NAME, CONTROLS, LOCK_KEYS, SHIFTS, SUPERS

MODIFIERS: Final[Mapping[str, int]] = MappingProxyType(
    {"ctrl": 0x1D, "alt": 0x38, "shift": 0x2A, "super": 0xE05B}
)
"""The modifiers that a terminal tells, with the codes of the keys on the left, in the order of pressing."""

_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pageup": "page up",
        "pagedown": "page down",
        "print_screen": "print",
        "kp_begin": "keypad 5",
        "media_play": "play",
        "media_pause": "play",
        "media_play_pause": "play",
        "media_stop": "stop",
        "media_track_next": "next track",
        "media_track_previous": "previous track",
        "lower_volume": "volume down",
        "raise_volume": "volume up",
        "mute_volume": "mute",
        "decimal": "keypad .",
        "divide": "keypad /",
        "multiply": "keypad *",
        "subtract": "keypad -",
        "add": "keypad +",
        "equal": "keypad =",
        "separator": "keypad ,",
    }
)
"""Textual's names of keys, where the wire has another."""

_NEVER_ALONE: Final = SHIFTS | CONTROLS | SUPERS | LOCK_KEYS.keys() | {ALT, ALTGR}


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key pressed with modifiers, and let go."""

    modifiers: tuple[int, ...]
    """Codes of keys that are down meanwhile, in the order of pressing."""
    code: int
    text: str = ""
    """The character that is meant, where the host's layout may have it on another key."""

    def presses(self) -> Iterator[tuple[int, bool, str]]:
        """Yields presses and releases as code, down, text: modifiers around the key."""
        for modifier in self.modifiers:
            yield modifier, True, ""
        yield self.code, True, self.text
        yield self.code, False, self.text
        for modifier in reversed(self.modifiers):
            yield modifier, False, ""


def stroke(key: str) -> Stroke | None:
    """The stroke that Textual calls `key`, such as `ctrl+shift+left`; None for what no keyboard here has.

    Modifiers and locks alone are none: a terminal does not tell when they are let go.
    """
    *held, name = key.split("+") if key != "+" else [key]
    if not set(held) <= MODIFIERS.keys():
        return None
    # Signs have a text, so that a host of another layout takes its own key for them.
    named = BY_NAME.get(_NAMES.get(name, name.replace("_", " ")))
    if len(name) > 1 and named is not None and (name in _NAMES or name not in SIGNS.values()):
        return None if named.code in _NEVER_ALONE else Stroke(_codes(held), named.code)
    character = _character(name)
    return _of_character(character, held) if len(character) == 1 else None


def chord(*names: str) -> Stroke:
    """The stroke of keys by the wire's names: the last, with the others held; a letter stands for itself."""
    *held, last = (BY_NAME[name].code for name in names)
    return Stroke(tuple(held), last, names[-1] if len(names[-1]) == 1 else "")


def _of_character(character: str, held: list[str]) -> Stroke | None:
    if character == "@" and held == ["ctrl"]:
        character = " "  # plain terminals send the same for ctrl+@ and ctrl+space, and people use ctrl+space
    base = SHIFTED.get(character, character.lower())
    if base != character and "shift" not in held:
        held = [*held, "shift"]
    position = BY_NAME.get(SIGNS.get(base, base))
    if position is None and not character.isprintable():
        return None
    return Stroke(_codes(held), 0 if position is None else position.code, character)


def _codes(held: list[str]) -> tuple[int, ...]:
    return tuple(code for name, code in MODIFIERS.items() if name in held)


def _character(name: str) -> str:
    """The character that Textual has a name for; else `name`."""
    if len(name) == 1:
        return name
    known = REPLACED_KEYS.get(name, name)
    full = KEY_TO_UNICODE_NAME.get(known) or known.replace("_", " ").upper()
    try:
        return unicodedata.lookup(full)
    except KeyError:
        return name
