"""Reads the characters that a Windows host's keys give, by the layout of the program in front.

Levels with AltGr are left out: what would be needed there is a held AltGr, and whether Windows adds a Ctrl to
one that is injected was not seen. Such characters are sent as characters.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

from deskagent.input.device import SHIFT_LEVEL, KeyboardLayout
from deskwin32.calls import windows
from deskwire.keys import BY_CODE

from .foreground import foreground_window, thread_and_process
from .key_stroke import CHARACTER_KEYS

_SCAN_TO_VIRTUAL_KEY: Final = 1
_KEEP_STATE: Final = 4
"""ToUnicodeEx must not remember a dead key: the next key of the user would be composed with it."""
_SHIFT, _LEFT_SHIFT, _CAPS_LOCK = 0x10, 0xA0, 0x14
_DOWN, _TOGGLED = 0x80, 0x01


def _keyboard(values: Mapping[int, int]) -> bytes:
    return bytes(values.get(key, 0) for key in range(256))


_PLAIN: Final = _keyboard({})
_WITH_SHIFT: Final = _keyboard({_SHIFT: _DOWN, _LEFT_SHIFT: _DOWN})
_WITH_CAPS_LOCK: Final = _keyboard({_CAPS_LOCK: _TOGGLED})

_DEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "'": "\u0301", '"': "\u0308", "`": "\u0300", "^": "\u0302", "~": "\u0303", "°": "\u030a",
        ",": "\u0327", ".": "\u0307", "-": "\u0304", "ˇ": "\u030c", "΄": "\u0301",
    }
)  # fmt: skip
"""The combining characters of dead keys whose own character has no decomposition that names it."""

_KEYPAD: Final = MappingProxyType(
    {code: BY_CODE[code].virtual_key for code in (0x37, 0x4A, 0x4E, 0x53, 0xE035)}
)
"""The keypad's signs. Its digits go by their place alone."""


class SystemLayout(NamedTuple):
    """A layout, and the virtual keys that it gives to the positions of character keys."""

    keys: KeyboardLayout
    virtual_keys: Mapping[int, int]


NO_LAYOUT: Final = SystemLayout(KeyboardLayout(), MappingProxyType({}))


class SystemLayouts:
    """The layouts of a host, each read once."""

    def __init__(self) -> None:
        self._read: dict[int, SystemLayout] = {}

    def current(self) -> SystemLayout:
        """The layout by which the window in front reads keys; empty where the system does not tell.

        It does not for some windows of consoles, whose keys another process reads. Measured under Wine:
        0.05 ms, and 8 ms where the layout is a new one.
        """
        thread, _ = thread_and_process(foreground_window())
        handle = windows("GetKeyboardLayout")(thread) or 0
        if not handle:
            return NO_LAYOUT
        if handle not in self._read:
            self._read[handle] = read_layout(partial(_virtual_key, handle), partial(_text, handle))
        return self._read[handle]


def read_layout(
    virtual_key_of: Callable[[int], int], text_of: Callable[[int, int, bytes], tuple[int, str]]
) -> SystemLayout:
    """Reads a layout by the two questions that Windows answers about it.

    `virtual_key_of` answers for a code, 0 where the layout has no such key; `text_of` for a virtual key, its
    code and the state of the keyboard, with ToUnicodeEx's count (negative for a dead key) and text.
    """
    characters: dict[tuple[int, int], str] = {}
    dead: dict[tuple[int, int], str] = {}
    capitals: set[int] = set()
    virtual_keys = {code: key for code in sorted(CHARACTER_KEYS) if (key := virtual_key_of(code))}
    for code, virtual_key in (virtual_keys | _KEYPAD).items():
        for level, state in ((0, _PLAIN), (SHIFT_LEVEL, _WITH_SHIFT)):
            count, text = text_of(virtual_key, code, state)
            if count < 0 and (combining := _combining(text[:1])):
                dead[code, level] = combining
            elif count == len(text) == 1 and text.isprintable():
                characters[code, level] = text
        _, capital = text_of(virtual_key, code, _WITH_CAPS_LOCK)
        if capital == characters.get((code, SHIFT_LEVEL)) != characters.get((code, 0)):
            capitals.add(code)
    return SystemLayout(KeyboardLayout(characters, dead, frozenset(capitals)), virtual_keys)


def _virtual_key(handle: int, code: int) -> int:
    virtual_key: int = windows("MapVirtualKeyExW")(code, _SCAN_TO_VIRTUAL_KEY, handle)
    return virtual_key


def _text(handle: int, virtual_key: int, code: int, state: bytes) -> tuple[int, str]:
    text = ctypes.create_unicode_buffer(8)
    count = windows("ToUnicodeEx")(virtual_key, code, state, text, len(text), _KEEP_STATE, handle)
    return count, "".join(text[: abs(count)])


def _combining(character: str) -> str:
    """The combining character of a dead key that Windows names by `character`; empty where there is none."""
    decomposed = unicodedata.normalize("NFKD", character)
    if len(decomposed) == 2 and decomposed[0] == " ":
        return decomposed[1]
    return character if character and unicodedata.combining(character) else _DEAD.get(character, "")
