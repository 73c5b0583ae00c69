"""The X screen that grabbers are tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.xvfb import Xvfb, own_display


@pytest.fixture
def screen() -> Iterator[Xvfb]:
    """800 x 500, and may grow; what opens a display opens this one."""
    with own_display(800, 500, maximum=(1024, 768)) as server:
        yield server
