"""A Tk program takes what a console types and clicks; so does its menu, which grabs the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskagent.input.injector import Injector
from deskwire.control import Key
from deskwire.keys import BY_NAME
from support.input_log import held_keycodes
from support.tk_entry import TkEntry
from support.xvfb import Xvfb, wait_for


@pytest.fixture
def entry(screen: Xvfb, host: Injector, tmp_path: Path) -> TkEntry:
    """A Tk program with the pointer on its line."""
    entry = TkEntry(screen, tmp_path)
    host.move(100, 60)
    return entry


def test_text_with_characters_that_no_key_has(host: Injector, entry: TkEntry) -> None:
    text = "Zażółć 你好 €" * 3
    host.type(text)
    wait_for(lambda: len(entry.text) >= len(text))
    assert entry.text == text


def test_an_open_menu_takes_keys(host: Injector, entry: TkEntry) -> None:
    host.button(1, down=True, x=15, y=10)
    entry.wait_for_menu()
    host.button(1, down=False, x=15, y=10)
    for name in ("down", "enter"):
        for down in (True, False):
            host.key(Key(1, 1, BY_NAME[name].code, down))
    wait_for(lambda: entry.text == "<chosen>", what="the menu's item")
    assert held_keycodes() == []


def test_an_open_menu_takes_the_pointer(host: Injector, entry: TkEntry) -> None:
    host.button(1, down=True, x=15, y=10)
    entry.wait_for_menu()
    host.move(20, 40)
    host.button(1, down=False, x=20, y=45)
    wait_for(lambda: entry.text == "<chosen>", what="the menu's item")
    assert held_keycodes() == []
