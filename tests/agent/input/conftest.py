"""Real layouts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from deskagent.input.device import KeyboardLayout
from support.xvfb import own_display

LAYOUTS = ("us", "de", "fr", "ru", "pl", "jp", "bd", "dz", "lt", "sy", "es")


@pytest.fixture(scope="session")
def layouts() -> Mapping[str, KeyboardLayout]:
    """Layouts as a real X server has them, by setxkbmap's name."""
    from support.keyboard_layouts import read_layouts  # its Xlib is not there on Windows

    with own_display(64, 64) as screen:
        return read_layouts(screen, LAYOUTS)
