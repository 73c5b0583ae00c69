"""Keys and texts of a console arrive in a real xterm."""

from __future__ import annotations

import contextlib
import re
import struct
import subprocess
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import cycle

import pytest
from Xlib import Xatom

from deskagent.input.device import ALTGR_LEVEL, SHIFT_LEVEL, InputBlocked, KeyboardLayout
from deskagent.input.injector import Injector
from deskagent.input.platforms import device_opener
from deskagent.input.x11 import spare_keys
from deskagent.input.x11.spare_keys import SpareKeys
from deskwire.control import CAPS_LOCK, Key
from deskwire.keys import ALTGR, BY_NAME
from deskx11.connection import connect
from deskx11.xkb import Keymap
from support.endless_property import ENDLESS, make_endless, memory_at_most
from support.input_log import held_keycodes
from support.typed_file import TypedFile
from support.xvfb import Xvfb, wait_for

FOREIGN = "Zażółć 你好 😀 €"
SHIFT = BY_NAME["shift"].code


def press(host: Injector, layout: KeyboardLayout, text: Iterable[str], *, locks: int = 0) -> None:
    """Presses the keys that a console with this layout has for a text."""
    for character in text:
        dead = [place for place, mark in layout.dead.items() if mark == character]
        code, level = dead[0] if dead else layout.find(character, 0, caps=bool(locks & CAPS_LOCK)) or (0, 0)
        held = [key for bit, key in ((SHIFT_LEVEL, SHIFT), (ALTGR_LEVEL, ALTGR)) if level & bit]
        for key in held:
            host.key(Key(1, 1, key, down=True, locks=locks))
        host.key(Key(1, 1, code, down=True, text=character, dead=bool(dead), locks=locks))
        host.key(Key(1, 1, code, down=False, locks=locks))
        for key in reversed(held):
            host.key(Key(1, 1, key, down=False, locks=locks))


def test_keys_of_an_equal_layout(
    host: Injector, terminal: TypedFile, layouts: Mapping[str, KeyboardLayout]
) -> None:
    text = "hello WORLD 123 !@#~"
    press(host, layouts["us"], text)
    assert terminal.expect(text) == text
    assert held_keycodes() == []


def test_german_keys_on_a_us_host(
    host: Injector, terminal: TypedFile, layouts: Mapping[str, KeyboardLayout]
) -> None:
    text = "Zürich @ € {[]}\\ ß"
    press(host, layouts["de"], text)
    assert terminal.expect(text) == text
    assert held_keycodes() == []


@pytest.mark.parametrize("layout", ["de", "fr", "ru", "pl", "jp"])
def test_us_keys_on_another_host(
    screen: Xvfb, host: Injector, terminal: TypedFile, layouts: Mapping[str, KeyboardLayout], layout: str
) -> None:
    screen.call("setxkbmap", layout)
    text = "the QUICK brown fox, 123 [~`'\"^] #\\|"
    press(host, layouts["us"], text)
    assert terminal.expect(text) == text


def test_dead_keys_that_the_host_has_not(
    host: Injector, terminal: TypedFile, layouts: Mapping[str, KeyboardLayout]
) -> None:
    press(host, layouts["de"], "\u0301e\u0301 ")
    assert terminal.expect("é´") == "é´"


@pytest.mark.parametrize("layout", ["us", "ru"])
def test_characters_that_no_key_has(screen: Xvfb, host: Injector, terminal: TypedFile, layout: str) -> None:
    screen.call("setxkbmap", layout)
    for _ in range(20):
        host.type(FOREIGN)
    assert terminal.expect(FOREIGN * 20) == FOREIGN * 20


def test_borrowed_keycodes_are_given_back_though_control_goes_on(
    screen: Xvfb, host: Injector, terminal: TypedFile
) -> None:
    before = screen.call("xmodmap", "-pke")
    host.type(FOREIGN)
    assert screen.call("xmodmap", "-pke") != before
    assert terminal.expect(FOREIGN) == FOREIGN
    wait_for(lambda: screen.call("xmodmap", "-pke") == before, what="the map from before")


def test_more_characters_than_there_are_spare_keycodes(host: Injector, terminal: TypedFile) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(45))
    host.type(text)
    assert terminal.expect(text) == text


def test_borrowed_keycodes_are_given_back_with_the_device(
    screen: Xvfb, host: Injector, terminal: TypedFile
) -> None:
    before = screen.call("xmodmap", "-pke")
    other = Injector(device_opener()())
    other.type(FOREIGN)
    other.close()
    assert screen.call("xmodmap", "-pke") == before
    assert terminal.expect(FOREIGN) == FOREIGN


def test_another_layout_in_between_loses_no_borrowed_key(
    screen: Xvfb, host: Injector, terminal: TypedFile
) -> None:
    host.type("ż你")
    assert terminal.expect("ż你") == "ż你"
    screen.call("setxkbmap", "de")
    host.type("ż你")
    assert terminal.expect("ż你") == "ż你"


def test_a_map_that_changes_during_a_text_ends_nothing(screen: Xvfb, host: Injector) -> None:
    with ThreadPoolExecutor(1) as pool:
        typing = pool.submit(host.type, FOREIGN * 12)
        for layout in cycle(("de", "ru", "us")):
            screen.call("setxkbmap", layout)
            if typing.done():
                break
    typing.result()
    assert held_keycodes() == []


def test_keycodes_are_not_given_back_between_two_pieces_of_a_text(
    host: Injector, terminal: TypedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = SpareKeys.room

    def room(keys: SpareKeys, keymap: Keymap) -> int:
        found = count(keys, keymap)
        time.sleep(0.3)
        return found

    terminal.expect("")
    monkeypatch.setattr(spare_keys, "_IDLE", 0.1)
    monkeypatch.setattr(SpareKeys, "room", room)
    text = "".join(chr(0x4E00 + number) for number in range(45))
    host.type(text)
    assert terminal.expect(text) == text


def test_a_key_that_the_hosts_user_has_given_a_use_meanwhile_keeps_it(
    screen: Xvfb, host: Injector, terminal: TypedFile
) -> None:
    host.type("ż")
    assert terminal.expect("ż") == "ż"
    lent = re.findall(r"keycode +(\d+) = U017C|keycode +(\d+) = zabovedot", screen.call("xmodmap", "-pke"))
    (keycode,) = {number for numbers in lent for number in numbers if number}
    screen.call("xmodmap", "-e", f"keycode {keycode} = F20")
    host.end()
    host.close()
    assert re.search(f"keycode +{keycode} = F20", screen.call("xmodmap", "-pke"))
    screen.call("xmodmap", "-e", f"keycode {keycode} =")


def test_a_note_of_lent_keycodes_that_another_program_made_endless_does_no_harm(
    host: Injector, terminal: TypedFile
) -> None:
    with closing(connect()) as other:
        note = other.intern_atom(spare_keys._NOTE)
        pairs = struct.pack("=50000I", *range(1000, 51000))
        make_endless(other.screen().root, note, Xatom.CARDINAL, pairs, bits=32)
        with memory_at_most(ENDLESS // 2):
            host.type("ż")
        assert terminal.expect("ż") == "ż"
        host.end()
        host.close()
        other.screen().root.delete_property(note)
        other.sync()


def test_a_host_without_spare_keycodes_says_what_it_cannot_type(
    screen: Xvfb, host: Injector, terminal: TypedFile
) -> None:
    taken = "".join(f"keycode {line.split()[1]} = F20\n" for line in no_symbols(screen))
    subprocess.run(("xmodmap", "-"), input=taken.encode(), env=screen.environment, check=True)
    host.key(Key(1, 1, SHIFT, down=True))
    with pytest.raises(InputBlocked, match="no key of the host has 'ż', and none is spare for it"):
        host.type("aż")
    assert held_keycodes() == []
    assert not host.held
    terminal.expect("")


def no_symbols(screen: Xvfb) -> list[str]:
    """The lines of xmodmap for the keycodes that give nothing."""
    return [line for line in screen.call("xmodmap", "-pke").splitlines() if line.split()[2:] == ["="]]


def test_text_has_lines_and_tabs_and_no_control_characters(host: Injector, terminal: TypedFile) -> None:
    host.type("a\tb\r\nc\x1b\x07d\n")
    assert terminal.expect("a\tb\ncd\n") == "a\tb\ncd\n"


def test_text_is_itself_while_modifiers_are_held(host: Injector, terminal: TypedFile) -> None:
    for name in ("shift", "ctrl"):
        host.key(Key(1, 1, BY_NAME[name].code, down=True))
    host.type("ab€")
    assert terminal.expect("ab€") == "ab€"
    assert len(held_keycodes()) == 3, "both are down again, and the mask says so"


def test_caps_lock_of_the_console_counts_and_the_host_has_its_own_back(
    screen: Xvfb, host: Injector, terminal: TypedFile, layouts: Mapping[str, KeyboardLayout]
) -> None:
    def led() -> bool:
        return "Caps Lock:   on" in screen.call("xset", "q")

    press(host, layouts["us"], "ABC", locks=CAPS_LOCK)
    host.type("xż")
    assert led()
    assert terminal.expect("ABCxż") == "ABCxż"
    host.end()
    assert not led()


def test_the_layout_that_is_active_counts(
    screen: Xvfb, host: Injector, terminal: TypedFile, layouts: Mapping[str, KeyboardLayout]
) -> None:
    screen.call("setxkbmap", "-layout", "us,ru", "-option", "grp:sclk_toggle")
    host.key(Key(1, 1, BY_NAME["scroll lock"].code, down=True))
    host.key(Key(1, 1, BY_NAME["scroll lock"].code, down=False))
    text = "привет, hello"
    press(host, layouts["us"], text)
    assert terminal.expect(text) == text
    screen.call("setxkbmap", "-option", "")


def test_an_agent_that_lost_the_desktop_leaves_the_keys_of_the_one_that_has_it(host: Injector) -> None:
    with contextlib.closing(Injector(device_opener()())) as other:
        for injector, name in ((host, "f1"), (other, "f2")):
            injector.key(Key(1, 1, BY_NAME[name].code, down=True))
        f1, f2 = 67, 68
        assert held_keycodes() == [f1, f2]
        host.release_held()
        assert held_keycodes() == [f2]
        other.release_all()
        assert held_keycodes() == []


def test_a_key_that_is_down_goes_up_though_the_host_has_another_map_by_then(
    host: Injector, screen: Xvfb
) -> None:
    up, a = BY_NAME["up"].code, BY_NAME["a"].code
    host.key(Key(1, 1, up, down=True))
    held = held_keycodes()
    try:
        screen.call("setxkbmap", "-keycodes", "xfree86", "us")
        for down in (True, False):
            host.key(Key(1, 1, a, down=down, text="a"))
        host.key(Key(1, 1, up, down=False))
        assert held_keycodes() == []
        host.key(Key(1, 1, up, down=True))
        assert held_keycodes() not in ([], held), "the map is the same, which would show nothing"
    finally:
        screen.call("setxkbmap", "-keycodes", "evdev", "us")
