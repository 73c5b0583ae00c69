"""The protocol of an input device: what one desktop lets a program do with its pointer and keyboard.

A device does what it is told and decides nothing: which key a character needs is `key_router`'s decision,
what is held down `held_keys` knows, in which order and when all is done the input thread decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from deskwire.control import Ability, ChordName

SHIFT_LEVEL, ALTGR_LEVEL = 1, 2
"""Bits of a key's level: 0 plain, 1 with Shift, 2 with AltGr, 3 with both."""


@dataclass(frozen=True, slots=True)
class KeyboardLayout:
    """What the keys of a host give. Keys are set-1 make codes (`deskwire.keys`), levels 0 to 3."""

    characters: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """(code, level) to one character; dead keys are not in it."""
    dead: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """(code, level) of each dead key to its combining character."""
    capitals: frozenset[int] = frozenset()
    """Codes of the keys for which Caps Lock is as good as Shift."""


class InputBlocked(Exception):
    """The host's system does not let it through now; `str` says why and what would help, in one sentence."""


class DeviceGone(Exception):
    """The desktop is gone; `str` says why. Another device may be opened."""


class InputDevice(Protocol):
    """Acts on one desktop, from one thread only. Each method may raise InputBlocked or DeviceGone."""

    abilities: frozenset[Ability]
    """POINTER, KEYBOARD: what it has of them."""
    repeats: bool
    """Each repetition of a held key has to be injected; False: the system repeats by itself."""

    def layout(self) -> KeyboardLayout:
        """The layout by which the program in front reads keys, as of now; cheap while it is the same."""

    def locks(self) -> int:
        """The locks that are on: bits of `deskwire.control` (CAPS_LOCK, NUM_LOCK, SCROLL_LOCK)."""

    def press(self, code: int, *, down: bool) -> None:
        """A key by its position goes down or up. Releasing what is up is no error."""

    def write(self, text: str) -> None:
        """Characters as such, whatever the layout is; no line feeds or tabs. For those that no key has."""

    def move(self, x: int, y: int) -> None:
        """The pointer to a pixel, in the system's own coordinates (they may be negative)."""

    def button(self, number: int, *, down: bool, x: int, y: int) -> None:
        """A button (1 to 5: left, middle, right, back, forward) goes down or up there, with no event between
        move and press."""

    def wheel(self, right: int, down: int, x: int, y: int) -> None:
        """The wheel turns there, by 120ths of a notch."""

    def chord(self, name: ChordName) -> None:
        """What no single key can say; raises InputBlocked, with what would help, where it cannot be done."""

    def release_all(self) -> None:
        """Every key and button that injected input may hold goes up; also what a killed agent left."""

    def close(self) -> None:
        """Gives back what is held; may be called again."""


DeviceOpener = Callable[[], InputDevice]
"""Opens the device of the host's desktop. Raises DeviceGone where there is none."""
