"""A key as SendInput takes it: from a position on a PC's keyboard to scan code and virtual key.

Both are sent. Windows takes the scan code and ignores the virtual key (KEYBDINPUT's documentation); Wine 8
takes the virtual key, and a scan code alone reaches programs as key 0 without a character.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from deskwin32.input_event import KEY_EXTENDED, KEY_SCAN_CODE, KEY_UP, InputEvent, key_event
from deskwire.keys import ALT, ALTGR, BY_CODE, CONTROLS, DELETE, PRINT

NUM_LOCK_KEY: Final = 0x45
PAUSE_KEY: Final = 0xE11D
DELETE_KEYS: Final = frozenset({DELETE, 0x53})

CHARACTER_KEYS: Final = frozenset(
    {*range(0x02, 0x0E), *range(0x10, 0x1C), *range(0x1E, 0x2A), *range(0x2B, 0x36), 0x39, 0x56, 0x73, 0x7D}
)
"""The keys whose virtual key is the layout's decision."""

_PREFIX_E0: Final = 0xE000
_SYSTEM_REQUEST: Final = 0x54
_CANCEL, _CANCEL_SCAN = 0x03, 0x46
_UNASSIGNED: Final = 0xE8
"""A virtual key that no keyboard has."""


class KeyStroke(NamedTuple):
    """One key in the terms of SendInput."""

    virtual_key: int
    scan: int
    flags: int

    def event(self, *, down: bool) -> InputEvent:
        """Makes the record of a press, or of the release."""
        flags = self.flags if down else self.flags | KEY_UP
        return key_event(virtual_key=self.virtual_key, scan=self.scan, flags=flags)


UNNOTICED: Final = KeyStroke(_UNASSIGNED, 0, 0)
"""A key that no program acts on. Between press and release of Alt or Win it keeps the release from opening a
menu."""


def key_stroke(
    code: int, *, held: Collection[int], layout_keys: Mapping[int, int] = MappingProxyType({})
) -> KeyStroke | None:
    """Returns what a key is sent as while the keys `held` are down; None for codes that no key has.

    `layout_keys` are the virtual keys that the layout gives to character keys.
    """
    key = BY_CODE.get(code)
    if key is None:
        return None
    if code == PAUSE_KEY:
        if not CONTROLS.isdisjoint(held):
            # A keyboard sends another code for Ctrl+Pause, which programs know as Ctrl+Break.
            return KeyStroke(_CANCEL, _CANCEL_SCAN, KEY_EXTENDED)
        return KeyStroke(key.virtual_key, NUM_LOCK_KEY, 0)
    if code == NUM_LOCK_KEY:
        # It and Pause share a scan code, which Windows looks up wrongly (TigerVNC's authors saw it): they
        # go by virtual keys. To programs Num Lock is the extended one, though no keyboard sends the prefix.
        return KeyStroke(key.virtual_key, NUM_LOCK_KEY, KEY_EXTENDED)
    if code == PRINT and (ALT in held or ALTGR in held):
        return KeyStroke(key.virtual_key, _SYSTEM_REQUEST, KEY_SCAN_CODE)
    flags = KEY_SCAN_CODE | (KEY_EXTENDED if code >= _PREFIX_E0 else 0)
    return KeyStroke(layout_keys.get(code) or key.virtual_key, code & 0xFF, flags)
