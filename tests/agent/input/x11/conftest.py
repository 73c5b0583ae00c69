"""A real X server with one injector that acts on it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import pytest

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)

from deskagent.input.device import DeviceGone
from deskagent.input.injector import Injector
from deskagent.input.platforms import device_opener
from support.input_log import InputLog
from support.typed_file import TypedFile
from support.xvfb import Xvfb, own_display


@pytest.fixture(scope="module")
def screen() -> Iterator[Xvfb]:
    """A screen that DISPLAY names."""
    with own_display(800, 600) as server:
        yield server


@pytest.fixture
def host(screen: Xvfb) -> Iterator[Injector]:
    """A console acts on the screen, whose layout is US; the pointer is where the terminal is."""
    screen.call("setxkbmap", "us")
    injector = Injector(device_opener()())
    injector.release_all()
    injector.begin()
    injector.move(200, 100)
    yield injector
    with contextlib.suppress(DeviceGone):  # a test may have closed it
        injector.end()
    injector.close()


@pytest.fixture(scope="module")
def terminal(screen: Xvfb, tmp_path_factory: pytest.TempPathFactory) -> TypedFile:
    """A terminal that keeps what is typed."""
    return TypedFile(screen, tmp_path_factory.mktemp("typed"))


@pytest.fixture
def log(screen: Xvfb) -> Iterator[InputLog]:
    """A window above everything."""
    log = InputLog()
    yield log
    log.close()
