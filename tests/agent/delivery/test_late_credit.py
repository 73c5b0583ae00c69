"""A console that takes its time: what waited for it comes as the screen is by then, within what a packet may
hold, and nothing waits for ever beside what never rests.

The agent's real threads and real sockets; only the source of pictures is scripted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from deskagent.capture.source import Grab, whole
from deskagent.capture.synthetic import SyntheticGrabber
from deskwire.encodings import Encoding
from deskwire.geometry import Rectangle
from deskwire.messages import Lossy, Watch, WatchMode
from deskwire.packet import Packet
from support.peers.bare_console import has
from support.peers.drawing_console import DrawingConsole
from support.peers.served_here import ServedHere, served

_RANDOM = np.random.default_rng(3)


def noise(width: int, height: int) -> NDArray[np.uint8]:
    """Pixels that no compressor makes anything of."""
    return _RANDOM.integers(0, 256, (height, width, 3), np.uint8)


class Desktop(SyntheticGrabber):
    """Shows what it is told to, and knows when that was looked at."""

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

    def next(self, timeout: float) -> Sequence[Rectangle] | None:
        with self._news:
            return None if self._news.wait_for(lambda: self._new, timeout) else ()

    def grab(self, region: Rectangle | None = None) -> Grab:
        with self._news:
            self._new = False
            self._news.notify_all()
            return whole(self.picture)


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


def lossy(console: DrawingConsole) -> int:
    """Pixels that are not exact, as the agent last said."""
    told = [event.pixels for event in console.events if isinstance(event, Lossy)]
    return told[-1] if told else 0


def test_a_desktop_that_shrank_while_much_was_pending_is_exact(agent: ServedHere, desktop: Desktop) -> None:
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


def test_a_film_that_has_stopped_becomes_exact_beside_one_that_has_not(
    agent: ServedHere, desktop: Desktop
) -> None:
    picture = noise(704, 320)
    desktop.show(picture)
    # One part of the other film is more than a packet should hold at that rate.
    console = DrawingConsole(agent, packets=1, watch=Watch(WatchMode.FULL, rate=3_000_000))
    console.busy = True
    assert console.until(has(Packet))

    def next_packet() -> None:
        console.draw(0)
        console.acknowledge()
        assert console.until(has(Packet, len(console.packets) + 1))

    while lossy(console) < 200_000:
        picture = noise(704, 320)
        desktop.show(picture)
        next_packet()
    for _ in range(200):
        picture[:192] = noise(704, 192)
        desktop.show(picture)
        next_packet()
        if np.array_equal(console.picture[192:], picture[192:]):
            break
    else:
        pytest.fail("it never becomes exact")
    console.close()


def test_what_is_made_exact_does_not_make_a_packet_too_large(agent: ServedHere, desktop: Desktop) -> None:
    desktop.show(noise(320, 200))
    console = DrawingConsole(agent, packets=1, encodings=(Encoding.PNG, Encoding.JPEG))
    while not lossy(console):
        desktop.show(noise(320, 200))
        console.draw(0.05)
    console.busy = True
    packets = len(console.packets)
    desktop.show(noise(320, 200))
    assert console.until(has(Packet, packets + 1))
    # Until it no longer counts as a film.
    time.sleep(4)
    still = noise(320, 200)
    desktop.show(still)
    console.draw(0)
    console.busy = False
    console.acknowledge()
    assert shows(console, still)
    console.close()


def test_on_a_narrow_link_what_is_made_exact_comes_in_small_packets(
    agent: ServedHere, desktop: Desktop
) -> None:
    desktop.show(noise(704, 320))
    console = DrawingConsole(agent, watch=Watch(WatchMode.FULL, rate=1_000_000))
    while not lossy(console):
        desktop.show(noise(704, 320))
        console.draw(0.05)
    still = noise(704, 320)
    desktop.show(still)
    begin = len(console.packets)
    assert shows(console, still)
    refining = [
        sum(len(one.body) for one in packet.slices)
        for packet in console.packets[begin:]
        if not any(one.body[0] == Encoding.JPEG for one in packet.slices)
    ]
    assert len(refining) > 5
    assert max(refining) < 100_000, "what somebody does meanwhile waits for one of them"
    console.close()
