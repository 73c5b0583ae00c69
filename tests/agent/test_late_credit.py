"""A console that takes its time: what waited for it comes as the screen is by then, within what a packet may
hold.

The agent's real threads and real sockets; only the source of pictures is scripted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from bare_console import has
from deskagent.capture.grabber import Grab, whole
from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.wire.packet import Packet
from drawing_console import DrawingConsole
from served_here import ServedHere, served

_RANDOM = np.random.default_rng(3)


def noise(width: int, height: int) -> NDArray[np.uint8]:
    """Pixels that no compressor makes anything of."""
    return _RANDOM.integers(0, 256, (height, width, 3), np.uint8)


class Desktop(SyntheticGrabber):
    """Shows what it is told to, and knows when that was looked at."""

    tells = True

    def __init__(self) -> None:
        super().__init__("still", 1, 64, 64)
        self._news = threading.Condition()
        self._new = True
        self.picture = np.zeros((64, 64, 4), np.uint8)

    def show(self, picture: NDArray[np.uint8]) -> None:
        """From now on; returns when the agent has looked at it, if it looks at all."""
        with self._news:
            height, width = picture.shape[:2]
            self.picture = np.zeros((height, width, 4), np.uint8)
            self.picture[..., :3] = picture
            self._new = True
            self._news.notify_all()
            self._news.wait_for(lambda: not self._new, timeout=1)

    def wait(self, timeout: float) -> bool:
        with self._news:
            return self._news.wait_for(lambda: self._new, timeout)

    def grab(self) -> Grab:
        with self._news:
            self._new = False
            self._news.notify_all()
            return whole(self.picture)

    def spare(self, *_: object) -> bool:
        return True


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


@pytest.fixture
def agent(desktop: Desktop) -> Iterator[ServedHere]:
    with served(lambda _: desktop) as agent:
        yield agent


def shows(console: DrawingConsole, picture: NDArray[np.uint8]) -> bool:
    """Whether the console comes to show it, to the bit."""
    return console.sees(lambda seen: np.array_equal(seen, picture), 10)


def test_a_desktop_that_shrank_while_much_was_owed(agent: ServedHere, desktop: Desktop) -> None:
    desktop.show(noise(1200, 900))
    console = DrawingConsole(agent, packets=1)
    console.busy = True
    assert console.until(has(Packet))
    desktop.show(noise(1200, 900))
    small = noise(300, 200)
    desktop.show(small)
    # So late that the link counts as one that is too narrow for all of it.
    time.sleep(1)
    console.busy = False
    assert shows(console, small)
    assert console.is_exact()
    changed = small.copy()
    changed[:9] = 0
    desktop.show(changed)
    assert shows(console, changed)
    console.close()


def test_a_page_that_scrolled_far_while_the_console_was_busy(agent: ServedHere, desktop: Desktop) -> None:
    page = noise(640, 4000)
    desktop.show(page[:480])
    console = DrawingConsole(agent, packets=1)
    console.busy = True
    assert console.until(has(Packet))
    for line in range(20, 320, 20):
        desktop.show(page[line : line + 480])
    console.busy = False
    assert shows(console, page[300:780])
    assert console.is_exact()
    console.close()
