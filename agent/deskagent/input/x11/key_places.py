"""The keys of an X server by their places, and what they give in the layout that is active."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from deskagent.input.device import ALTGR_LEVEL, KEYPAD, SHIFT_LEVEL, KeyboardLayout
from deskwire.control import CAPS_LOCK, NUM_LOCK, SCROLL_LOCK
from deskwire.keys import ALTGR, BY_X_NAME, LOCK_KEYS, SHIFTS
from deskx11.xkb import GROUP_SHIFT, LOCK_MASK, SHIFT_MASK, Keymap

_LEVEL_3_SHIFT: Final = 0xFE03
_LOCK_SYMBOLS: Final[Mapping[int, int]] = {CAPS_LOCK: 0xFFE5, NUM_LOCK: 0xFF7F, SCROLL_LOCK: 0xFF14}


class KeyPlaces(NamedTuple):
    """The keys of one keymap."""

    keycodes: Mapping[int, int]
    """Set-1 code to the server's keycode."""
    lock_masks: Mapping[int, int]
    """Each lock's bit on the wire to the real modifiers that it is."""
    altgr_mask: int


def key_places(keymap: Keymap) -> KeyPlaces:
    """Finds the places of a keymap's keys, whatever layouts it has."""
    keycodes = {BY_X_NAME[name].code: keycode for keycode, name in keymap.names.items() if name in BY_X_NAME}
    masks = {lock: keymap.modifiers_of(symbol) for lock, symbol in _LOCK_SYMBOLS.items()}
    return KeyPlaces(keycodes, masks, keymap.modifiers_of(_LEVEL_3_SHIFT))


def layout_of(keymap: Keymap, places: KeyPlaces, group: int) -> KeyboardLayout:
    """Reads which characters the keys at these places give in one group."""
    state = group << GROUP_SHIFT
    keys = places.keycodes
    altgr = keys.get(ALTGR)
    third = places.altgr_mask if altgr and keymap.keysym(altgr, state) == _LEVEL_3_SHIFT else 0
    characters: dict[tuple[int, int], str] = {}
    dead: dict[tuple[int, int], str] = {}
    capitals: set[int] = set()
    altgr_capitals: set[int] = set()
    for code, keycode in keys.items():
        base = state | (places.lock_masks[NUM_LOCK] if code in KEYPAD else 0)
        for level, modifiers in _levels(third, shifts=min(SHIFTS) in keys):
            text, is_dead = keymap.text(keycode, base | modifiers)
            without = keymap.text(keycode, base | (modifiers & SHIFT_MASK))
            if (text, is_dead) == without if level & ALTGR_LEVEL else not text:
                continue  # the key gives nothing, or AltGr changes nothing on it
            (dead if is_dead else characters)[code, level] = text
        for found, altgr in ((capitals, 0), (altgr_capitals, third)):
            plain, shifted, locked = (
                keymap.text(keycode, base | altgr | modifiers) for modifiers in (0, SHIFT_MASK, LOCK_MASK)
            )
            if plain != shifted == locked:
                found.add(code)
    toggles = {
        code
        for code, lock in LOCK_KEYS.items()
        if code in keys
        and places.lock_masks[lock]
        and keymap.keysym(keys[code], state) == _LOCK_SYMBOLS[lock]
    }
    return KeyboardLayout(
        characters, dead, frozenset(capitals), frozenset(altgr_capitals), frozenset(toggles)
    )


def _levels(third: int, *, shifts: bool) -> Iterator[tuple[int, int]]:
    """Each level that the keyboard's modifiers reach, and these modifiers."""
    for altgr, mask in ((0, 0), (ALTGR_LEVEL, third)):
        if mask or not altgr:
            yield altgr, mask
            if shifts:
                yield altgr | SHIFT_LEVEL, mask | SHIFT_MASK
