"""Decides which keys of the host give what a key of the console gave: its place, another place, or none.

A key comes with its place and with its text. The place is taken wherever it gives that text here too, so that
it can be held and an input method or a game understands it; two equal layouts never leave that line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final, NamedTuple

from deskwire.control import CAPS_LOCK, NUM_LOCK, Key
from deskwire.keys import ALT, ALTGR, CONTROLS, LOCK_KEYS, SHIFT, SHIFTS, SUPERS

from .device import ALTGR_LEVEL, SHIFT_LEVEL, KeyboardLayout
from .held_keys import MODIFIERS, HeldKeys

ENTER, TAB, SPACE = 0x1C, 0x0F, 0x39
STATES: Final = frozenset(code for code, lock in LOCK_KEYS.items() if lock in (CAPS_LOCK, NUM_LOCK))
"""Keys that only change a state: each key comes with that state, so they are never injected."""

_COMMANDS: Final = CONTROLS | {ALT} | SUPERS
_KEYPAD_DIGITS: Final = frozenset(range(0x47, 0x53)) - {0x4A, 0x4E}
"""Keys of the keypad: Num Lock is the same at both ends, so they give the same digits."""
_KEYS_OF_CONTROLS: Final = MappingProxyType({"\n": ENTER, "\r": ENTER, "\t": TAB})
_SPACING: Final = MappingProxyType(
    dict(
        zip(
            "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0328\u0345\u3099\u309a",
            "`\u00b4^~\u00af\u02d8\u02d9\u00a8\u02da\u02dd\u02c7\u00b8\u02db\u037a\u309b\u309c",
            strict=True,
        )
    )
)
"""Each mark to the character that it is alone: a dead key before a space."""


class KeyStep(NamedTuple):
    """A key of the host goes down or up."""

    code: int
    down: bool


class TextStep(NamedTuple):
    """Characters that no key of the host has; Shift and AltGr are up."""

    text: str


RouteStep = KeyStep | TextStep


class KeyRouter:
    """Routes the console's keys one after another, and remembers what they hold in `held`."""

    def __init__(self, held: HeldKeys) -> None:
        self._held = held
        self._mark = ""
        """A dead key that the host does not have, until its letter comes."""
        self._altgr = False
        """AltGr is down at the console. It is pressed here only with a key that needs it."""

    def forget(self) -> None:
        """Everything is up at the console."""
        self._mark = ""
        self._altgr = False

    def route(self, key: Key, layout: KeyboardLayout, locks: int, *, repeats: bool) -> Iterator[RouteStep]:
        """Yields the steps for one key. `locks` are the host's as they are now; `repeats`: the host has to be
        given each repetition of a held key."""
        if key.code in STATES:
            return
        if not key.down:
            yield from self._up(key.code)
            return
        held = self._held.held_by(key.code)
        if held is not None:
            if repeats:
                yield KeyStep(held, down=True)
            return
        caps = bool(locks & CAPS_LOCK)
        # A single character is left as it is: a few Indic letters would become two.
        text = key.text if len(key.text) == 1 else unicodedata.normalize("NFC", key.text)
        code = key.code or _KEYS_OF_CONTROLS.get(text, 0)
        if code == ALTGR:
            self._altgr = True
        elif code in MODIFIERS:
            yield from self._hold(key.code, code)
        elif not text or _is_control(text) or (code in _KEYPAD_DIGITS and text.isdigit()):
            self._mark = ""
            yield from self._place(key.code, code)
        elif not self._held.codes.isdisjoint(_COMMANDS):
            self._mark = ""
            yield from self._place(key.code, _command_code(code, text, self._meant, layout))
        elif key.dead:
            yield from self._dead(key.code, text, layout, caps=caps)
        else:
            yield from self._text(key.code, text, layout, caps=caps)

    def _up(self, code: int) -> Iterator[RouteStep]:
        if code == ALTGR:
            self._altgr = False
        host_code = self._held.let_go(code)
        if host_code is not None:
            yield KeyStep(host_code, down=False)

    @property
    def _level(self) -> int:
        """The level that the host's keys are on, Caps Lock aside."""
        codes = self._held.codes
        return SHIFT_LEVEL * (not codes.isdisjoint(SHIFTS)) | ALTGR_LEVEL * (ALTGR in codes)

    @property
    def _meant(self) -> int:
        """The level that the console's keys are on."""
        return self._level | ALTGR_LEVEL * self._altgr

    def _place(self, code: int, host_code: int) -> Iterator[RouteStep]:
        """The key does more than give a text. AltGr counts as well: on some hosts it is the other Alt."""
        if self._altgr:
            yield from self._hold(ALTGR, ALTGR)
            self._altgr = False
        yield from self._hold(code, host_code)

    def _hold(self, code: int, host_code: int) -> Iterator[RouteStep]:
        if not host_code:
            return
        if code:
            yield from self._free(host_code)
            self._held.hold(code, host_code)
            yield KeyStep(host_code, down=True)
        else:
            yield from self._tap(host_code, self._level)

    def _dead(self, code: int, mark: str, layout: KeyboardLayout, *, caps: bool) -> Iterator[RouteStep]:
        before, self._mark = self._mark, ""
        level = self._meant
        if before:
            # The same dead key twice gives the character alone, as at a keyboard.
            yield from self._text(0, _SPACING.get(before, before), layout, caps=caps)
            self._mark = mark if mark != before else ""
        elif layout.dead.get((code, level)) != mark:
            self._mark = mark
        elif level == self._level:
            yield from self._hold(code, code)
        else:
            yield from self._tap(code, level)

    def _text(self, code: int, text: str, layout: KeyboardLayout, *, caps: bool) -> Iterator[RouteStep]:
        if self._mark:
            mark, self._mark = self._mark, ""
            alone = _SPACING.get(mark, mark)
            composed = unicodedata.normalize("NFC", text + mark)
            if text == " ":
                text = alone
            elif len(composed) == 1:
                text = composed
            else:
                yield from self._text(0, alone, layout, caps=caps)
        level, meant = self._level, self._meant
        if layout.gives(code, meant, caps=caps) == text:
            yield from self._give(code, code, meant)
        elif layout.gives(code, level, caps=caps) == text:
            # AltGr changes nothing on this key: here it is the other Alt.
            place = (code, meant)
            other_alt = self._altgr and place not in layout.characters and place not in layout.dead
            yield from (self._place if other_alt else self._hold)(code, code)
        elif found := layout.find(text, level, caps=caps):
            yield from self._give(code, *found)
        else:
            yield from self._on_level(0, TextStep(text))

    def _give(self, code: int, host_code: int, level: int) -> Iterator[RouteStep]:
        """Holds the key where the modifiers are as they should be. Else it goes up at once: repeated by the
        host, it would be repeated with the modifiers that are really held."""
        if level == self._level and code:
            yield from self._hold(code, host_code)
        else:
            yield from self._tap(host_code, level)

    def _tap(self, host_code: int, level: int) -> Iterator[RouteStep]:
        yield from self._free(host_code)
        yield from self._on_level(level, KeyStep(host_code, down=True), KeyStep(host_code, down=False))

    def _free(self, host_code: int) -> Iterator[RouteStep]:
        """Releases the host's key if it is down: another press of it would give nothing."""
        if self._held.take_from(host_code):
            yield KeyStep(host_code, down=False)

    def _on_level(self, level: int, *steps: RouteStep) -> Iterator[RouteStep]:
        """Takes the steps with Shift and AltGr as `level` says, and puts these back. Never Ctrl, Alt or Win:
        going up, they open menus."""
        changes: list[KeyStep] = []
        for bit, keys, key in ((SHIFT_LEVEL, SHIFTS, SHIFT), (ALTGR_LEVEL, {ALTGR}, ALTGR)):
            down = [code for code in self._held.modifiers if code in keys]
            if level & bit and not down:
                changes.append(KeyStep(key, down=True))
            elif not level & bit:
                changes += [KeyStep(code, down=False) for code in down]
        yield from changes
        yield from steps
        self._held.tapped()
        yield from (KeyStep(code, down=not down) for code, down in reversed(changes))


def _is_control(text: str) -> bool:
    return any(unicodedata.category(character) == "Cc" for character in text)


def _command_code(code: int, text: str, level: int, layout: KeyboardLayout) -> int:
    """The key that a command such as Ctrl+Z means: the key that has the letter here, else the same place."""
    if text.isascii() and text.isalpha():
        letter = text.lower()
        if layout.gives(code, 0, caps=False).lower() == letter:
            return code
        found = layout.find(letter, 0, caps=False)
        return found[0] if found and found[1] == 0 else code
    if layout.gives(code, level, caps=False) == text:
        return code
    found = layout.find(text, level, caps=False)
    return found[0] if found and found[1] == level else code
