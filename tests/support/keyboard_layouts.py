"""Layouts of real X servers, as an agent reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deskagent.input.device import KeyboardLayout
from deskagent.input.x11.key_places import key_places, layout_of
from deskx11.connection import connect
from deskx11.xkb import XKeyboard
from support.xvfb import Xvfb


def read_layouts(screen: Xvfb, names: Iterable[str]) -> Mapping[str, KeyboardLayout]:
    """Loads one after another of setxkbmap's layouts into the server that DISPLAY names, and reads each."""
    display = connect()
    try:
        keyboard = XKeyboard(display)
        read = {}
        for name in names:
            screen.call("setxkbmap", name)
            keymap = keyboard.keymap()
            read[name] = layout_of(keymap, key_places(keymap), 0)
        return read
    finally:
        display.close()
