"""The protocol of an input device: the pointer and the keyboard of one desktop, as a program may use them.

A device does what it is told and decides nothing. `key_router` decides which key a character needs,
`held_keys` knows what is held down, and the input thread decides the order and the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from deskwire.control import ChordName
from deskwire.keys import LOCK_KEYS

SHIFT_LEVEL, ALTGR_LEVEL = 1, 2
"""Bits of a key's level: 0 plain, 1 with Shift, 2 with AltGr, 3 with both."""

KEYPAD: Final = frozenset({0x37, *range(0x47, 0x54), 0x59, 0x7E, 0xE035})
"""Keys of the keypad: what they give depends on Num Lock."""


@dataclass(frozen=True, slots=True)
class KeyboardLayout:
    """The characters that a host's keys give. Keys are set-1 make codes (`deskwire.keys`), levels 0 to 3."""

    characters: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """(code, level) to one character; dead keys are not in it. A level with AltGr is missing where AltGr
    changes nothing on that key, and is "" where it takes the character away."""
    dead: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """(code, level) of each dead key to its combining character."""
    capitals: frozenset[int] = frozenset()
    """Codes of the keys for which Caps Lock is as good as Shift, without AltGr."""
    altgr_capitals: frozenset[int] = frozenset()
    """Codes of the keys for which Caps Lock is as good as Shift, with AltGr."""
    toggles: frozenset[int] = frozenset(LOCK_KEYS)
    """Codes of the keys that toggle the lock which stands on them: some have another use for that key."""

    def gives(self, code: int, level: int, *, caps: bool) -> str:
        """The character that a key gives on this level, "" for none."""
        return self.characters.get((code, self._turned(code, level) if caps else level), "")

    def find(self, text: str, level: int, *, caps: bool) -> tuple[int, int] | None:
        """The key that has this character, and on which level, the nearest to `level`; None: no key."""
        places = [
            (code, self._turned(code, on) if caps else on)
            for (code, on), character in self.characters.items()
            if character == text and code not in KEYPAD
        ]
        return min(places, key=lambda place: ((place[1] ^ level).bit_count(), place), default=None)

    def _turned(self, code: int, level: int) -> int:
        """The level that a key is on with Caps Lock instead of this one, or without it."""
        capitals = self.altgr_capitals if level & ALTGR_LEVEL else self.capitals
        return level ^ SHIFT_LEVEL if code in capitals else level


class InputBlocked(Exception):
    """The host's system does not let it through now; `str` says why and what would help, in one sentence."""


class DeviceGone(Exception):
    """The desktop is gone, or has no such thing; `str` says why. Another device may be opened."""

    def __init__(self, why: str, *, has_none: bool = False) -> None:
        """`has_none`: the desktop is there and lets no program act, as long as its system runs as it does."""
        super().__init__(why)
        self.has_none = has_none


class InputDevice(Protocol):
    """Acts on one desktop, from one thread only. Each method may raise InputBlocked or DeviceGone."""

    repeats: bool
    """Each repetition of a held key has to be injected; False: the system repeats held keys."""

    def keyboard(self) -> tuple[KeyboardLayout, int]:
        """The layout by which the program in front reads keys now, and the locks that are on: bits of
        `deskwire.control` (CAPS_LOCK, NUM_LOCK, SCROLL_LOCK). Cheap while the layout does not change."""

    def press(self, code: int, *, down: bool) -> None:
        """Presses or releases a key by its position. Releasing a key that is up is no error."""

    def write(self, text: str) -> None:
        """Types characters, whatever the layout is; no line feeds or tabs. Shift and AltGr are up."""

    def move(self, x: int, y: int) -> None:
        """Moves the pointer to a pixel, in the system's own coordinates (they may be negative)."""

    def button(self, number: int, *, down: bool, x: int, y: int) -> None:
        """A button (1 to 5: left, middle, right, back, forward) goes down or up there, with no event between
        move and press."""

    def wheel(self, right: int, down: int, x: int, y: int) -> None:
        """The wheel turns there, by 120ths of a notch."""

    def chord(self, name: ChordName) -> None:
        """Does what no single key can say; raises InputBlocked, with what would help, where it cannot."""

    def release_all(self) -> None:
        """Every key and button that injected input may hold goes up; also what a killed agent left."""

    def close(self) -> None:
        """Gives back what the device holds; may be called again."""


DeviceOpener = Callable[[], InputDevice]
"""Opens the device of the host's desktop. Raises DeviceGone where there is none."""
