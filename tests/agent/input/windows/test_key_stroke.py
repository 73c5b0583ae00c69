"""Keys in the terms of SendInput; the Windows stand-in's test sees them arrive."""

from __future__ import annotations

import pytest

from deskagent.input.windows.key_stroke import CHARACTER_KEYS, KeyStroke, key_stroke
from deskwin32.input_event import KEY_EXTENDED, KEY_SCAN_CODE
from deskwire.keys import BY_CODE, BY_NAME, KEYS

EXTENDED = KEY_SCAN_CODE | KEY_EXTENDED


def stroke(name: str, *held: str) -> KeyStroke | None:
    return key_stroke(BY_NAME[name].code, held=[BY_NAME[each].code for each in held])


@pytest.mark.parametrize(
    ("name", "held", "expected"),
    [
        ("a", (), (0x41, 0x1E, KEY_SCAN_CODE)),
        ("enter", (), (0x0D, 0x1C, KEY_SCAN_CODE)),
        ("keypad enter", (), (0x0D, 0x1C, EXTENDED)),
        ("left", (), (0x25, 0x4B, EXTENDED)),
        ("altgr", (), (0xA5, 0x38, EXTENDED)),
        ("right ctrl", (), (0xA3, 0x1D, EXTENDED)),
        # Unlike other keys on the right it has another code than its twin, and no prefix.
        ("right shift", (), (0xA1, 0x36, KEY_SCAN_CODE)),
        # By their virtual keys: they share a scan code, which Windows would look up wrongly.
        ("num lock", (), (0x90, 0x45, KEY_EXTENDED)),
        ("pause", (), (0x13, 0x45, 0)),
        ("pause", ("ctrl",), (0x03, 0x46, KEY_EXTENDED)),
        ("pause", ("right ctrl",), (0x03, 0x46, KEY_EXTENDED)),
        ("print", (), (0x2C, 0x37, EXTENDED)),
        ("print", ("alt",), (0x2C, 0x54, KEY_SCAN_CODE)),
        ("print", ("altgr",), (0x2C, 0x54, KEY_SCAN_CODE)),
    ],
)
def test_a_key_is_sent_as_a_keyboard_sends_it(
    name: str, held: tuple[str, ...], expected: tuple[int, int, int]
) -> None:
    assert stroke(name, *held) == expected


def test_a_code_that_no_key_has_is_no_stroke() -> None:
    assert key_stroke(0, held=()) is None
    assert key_stroke(0xFFFF, held=()) is None


def test_the_layout_decides_the_virtual_key_of_a_character_key() -> None:
    position = BY_NAME["y"].code
    found = key_stroke(position, held=(), layout_keys={position: ord("Z")})
    assert found == KeyStroke(ord("Z"), position, KEY_SCAN_CODE)


def test_keys_that_do_not_write_are_none_of_the_layouts() -> None:
    assert all(code in BY_CODE for code in CHARACTER_KEYS)
    names = {key.name for key in KEYS if key.code in CHARACTER_KEYS}
    assert names.isdisjoint({"enter", "tab", "escape", "backspace", "ctrl", "shift", "alt", "keypad 7"})
    assert {"a", "1", "less", "ro", "yen", "space"} <= names
