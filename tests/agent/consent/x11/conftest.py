"""The X screen at which a person sits: xdotool."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.xvfb import Xvfb, own_display


@pytest.fixture
def screen() -> Iterator[Xvfb]:
    """A screen of 800 x 500 that may grow, and that DISPLAY names."""
    with own_display(800, 500, maximum=(1024, 768)) as server:
        yield server
