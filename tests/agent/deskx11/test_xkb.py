"""The keys of a real X server: what they are called and give."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

from Xlib import X

from deskx11.connection import connect
from deskx11.xkb import GROUP_SHIFT, LOCK_MASK, SHIFT_MASK, Keymap, XKeyboard
from support.xvfb import Xvfb, own_display, wait_for

ALTGR = 0x80
NUM_LOCK = 0x10
SECOND_GROUP = 1 << GROUP_SHIFT


@pytest.fixture(scope="module")
def screen() -> Iterator[Xvfb]:
    with own_display(64, 64) as server:
        yield server


@pytest.fixture
def display(screen: Xvfb) -> Iterator[Any]:
    display = connect()
    yield display
    display.close()


def given(keymap: Keymap, name: str, state: int) -> str:
    """The text of the key with that name; a dead key's after a d."""
    (keycode,) = (code for code, one in keymap.names.items() if one == name)
    text, dead = keymap.text(keycode, state)
    return f"d{text}" if dead else text


CASES = (
    ("us", "AE02", 0, "2"),
    ("us", "AE02", SHIFT_MASK, "@"),
    ("us", "AE02", LOCK_MASK, "2"),
    ("us", "AC01", LOCK_MASK, "A"),
    ("us", "AC01", LOCK_MASK | SHIFT_MASK, "a"),
    ("us", "RTRN", 0, ""),
    ("us", "FK01", 0, ""),
    ("us", "KP7", 0, ""),
    ("us", "KP7", NUM_LOCK, "7"),
    ("us", "KP7", SHIFT_MASK | NUM_LOCK, ""),
    ("us", "KPDL", NUM_LOCK, "."),
    ("de", "KPDL", NUM_LOCK, ","),
    ("de", "AD01", ALTGR, "@"),
    ("de", "AD03", ALTGR, "€"),
    ("de", "AE12", 0, "d\u0301"),
    ("de", "AE12", SHIFT_MASK, "d\u0300"),
    ("de", "TLDE", 0, "d\u0302"),
    ("de", "AC10", LOCK_MASK, "Ö"),
    ("fr", "AE02", 0, "é"),
    ("fr", "AE02", LOCK_MASK, "É"),
    ("pl", "AC01", ALTGR, "ą"),
    ("pl", "AC01", ALTGR | LOCK_MASK, "Ą"),
    ("ru", "AC01", 0, "ф"),
    ("ru", "AC01", SHIFT_MASK, "Ф"),
    ("gr", "AC01", 0, "α"),
    ("th", "AC01", 0, "ฟ"),
    ("ara", "AC01", 0, "ش"),
    ("il", "AC01", 0, "ש"),
    ("us,de", "AD06", 0, "y"),
    ("us,de", "AD06", SECOND_GROUP, "z"),
    ("us,de", "AD01", SECOND_GROUP | ALTGR, "@"),
    ("us,de", "ESC", SECOND_GROUP, ""),
    ("us,de", "SPCE", SECOND_GROUP, " "),
)


@pytest.mark.parametrize("layout", sorted({case[0] for case in CASES}))
def test_a_key_gives(screen: Xvfb, display: Any, layout: str) -> None:
    screen.call("setxkbmap", layout)
    keymap = XKeyboard(display).keymap()
    cases = [case[1:] for case in CASES if case[0] == layout]
    assert [(name, state, given(keymap, name, state)) for name, state, _ in cases] == cases


def test_a_new_map_is_told(screen: Xvfb, display: Any) -> None:
    screen.call("setxkbmap", "us")
    keyboard = XKeyboard(display)
    assert given(keyboard.keymap(), "AD06", 0) == "y"

    def told() -> bool:
        keyboard.state()
        events = [display.next_event() for _ in range(display.pending_events())]
        return any(keyboard.is_new_map(event) for event in events)

    assert not told()
    screen.call("setxkbmap", "de")
    wait_for(told, what="word of the new layout")
    assert given(keyboard.keymap(), "AD06", 0) == "z"
    screen.call("xmodmap", "-e", "keycode 248 = Cyrillic_yu")
    wait_for(told, what="word of one key")
    assert keyboard.keymap().text(248, 0) == ("ю", False)


def test_a_lock_is_set_without_a_key(display: Any) -> None:
    keyboard = XKeyboard(display)
    keyboard.lock(LOCK_MASK, on=True)
    assert keyboard.state().locked == LOCK_MASK
    keyboard.lock(LOCK_MASK, on=False)
    assert keyboard.state().locked == 0


def test_a_held_key_repeats_without_releases(screen: Xvfb, display: Any) -> None:
    assert XKeyboard(display).detect_repeat()
    window = display.screen().root.create_window(0, 0, 64, 64, 0, X.CopyFromParent, override_redirect=True)
    window.change_attributes(event_mask=X.KeyPressMask | X.KeyReleaseMask)
    window.map()
    display.sync()
    screen.call("xset", "r", "rate", "50", "50")
    screen.call("xdotool", "mousemove", "9", "9", "keydown", "a", "sleep", "0.3", "keyup", "a")
    seen: list[int] = []

    def released() -> bool:
        seen.extend(display.next_event().type for _ in range(display.pending_events()))
        return X.KeyRelease in seen

    wait_for(released)
    assert seen.count(X.KeyRelease) == 1
    assert seen.count(X.KeyPress) > 3
