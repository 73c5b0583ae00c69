"""A key that a terminal tells is the same key on a PC's keyboard."""

from __future__ import annotations

import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from deskconsole.tui.strokes import stroke
from deskwire.keys import BY_CODE


@pytest.mark.parametrize(
    ("key", "pressed"),
    [
        ("ctrl+c", "ctrl c 'c'"),
        ("ctrl+shift+left", "ctrl shift left"),
        ("alt+f4", "alt f4"),
        ("alt+shift+a", "alt shift a 'a'"),
        ("alt+A", "alt shift a 'A'"),
        ("super+e", "win e 'e'"),
        ("shift+tab", "shift tab"),
        ("pageup", "page up"),
        ("ctrl+delete", "ctrl delete"),
        ("ctrl+at", "ctrl space ' '"),
        ("ctrl+underscore", "ctrl shift minus '_'"),
        ("ctrl+backslash", "ctrl backslash '\\\\'"),
        ("alt+slash", "alt slash '/'"),
        ("ctrl+plus", "ctrl shift equal '+'"),
        ("alt+é", "alt none 'é'"),
        ("print_screen", "print"),
        ("ctrl+divide", "ctrl keypad /"),
        ("escape", "escape"),
        ("enter", "enter"),
        ("backspace", "backspace"),
    ],
)
def test_a_key_of_the_terminal_is_that_key_of_a_keyboard(key: str, pressed: str) -> None:
    found = stroke(key)
    assert found is not None
    codes = (*found.modifiers, found.code)
    names = [BY_CODE[code].name if code else "none" for code in codes]
    assert " ".join([*names, *([repr(found.text)] if found.text else [])]) == pressed


@pytest.mark.parametrize("key", ["left_super", "right_shift", "caps_lock", "hyper+a", "<scroll-up>", "f35"])
def test_what_cannot_be_let_go_is_not_pressed(key: str) -> None:
    assert stroke(key) is None


def test_every_key_of_a_plain_terminal_is_one() -> None:
    told = {key.value for keys in ANSI_SEQUENCES_KEYS.values() if isinstance(keys, tuple) for key in keys}
    mute = {key for key in told if stroke(key) is None}
    assert mute <= {"<scroll-up>", "<scroll-down>", "<ignore>"}
    assert len(told) > 100
