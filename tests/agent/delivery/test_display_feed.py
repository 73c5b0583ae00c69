"""Several consoles on one agent, each looking as closely as it likes.

The agent's real threads and real sockets; only the source of pictures is scripted.
"""

from __future__ import annotations

import gc
import threading
import time
import tracemalloc
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import pytest

from deskagent.capture.source import Grab, whole
from deskagent.capture.synthetic import SyntheticGrabber, render
from deskwire.geometry import Rectangle
from deskwire.limits import MAX_PREVIEW
from deskwire.messages import Preview, Refresh, Watch, WatchMode
from deskwire.packet import Packet
from deskwire.triggers import Trigger
from support.peers.bare_console import Console, has
from support.peers.served_here import ServedHere, served
from support.xvfb import wait_for

PREVIEW = Watch(WatchMode.PREVIEW, width=160, height=120, interval=0.2)


class Counted(SyntheticGrabber):
    """A desktop that changes when it is told to, and knows how often it was looked at and by whom."""

    def __init__(self) -> None:
        super().__init__("still", 1, 320, 200)
        self.picture = render("still", 1, 0, 320, 200).copy()
        self.grabs = 0
        self.threads: set[int] = set()

    def grab(self, region: Rectangle | None = None) -> Grab:
        self.grabs += 1
        self.threads.add(threading.get_ident())
        return whole(self.picture.copy())


class Telling(Counted):
    """A desktop that says by itself when there is something to see: once, as nothing ever changes."""

    def next(self, timeout: float) -> Sequence[Rectangle] | None:
        if not self.grabs:
            return None
        time.sleep(timeout)
        return ()


@pytest.fixture
def desktop() -> Counted:
    return Counted()


@pytest.fixture
def agent(desktop: Counted) -> Iterator[ServedHere]:
    with served(lambda _: desktop) as agent:
        yield agent


def read_on(console: Console) -> None:
    """Takes what comes until nothing does."""
    packets = 0
    while packets != (packets := len(console.packets)):
        console.credit()
        console.until(has(Packet, packets + 1), seconds=1)


def test_who_begins_to_look_closely_at_a_screen_that_stands_still_sees_it() -> None:
    still = Telling()
    with served(lambda _: still) as agent:
        console = Console(agent, watch=PREVIEW)
        assert console.until(has(Preview))
        console.send(Watch(WatchMode.FULL))
        assert console.until(has(Packet))
        assert console.want_digest().digest
        console.close()
        assert still.grabs == 1


def test_two_consoles_see_the_same_screen_by_one_capture(agent: ServedHere, desktop: Counted) -> None:
    first, second = Console(agent), Console(agent)
    assert first.until(has(Packet))
    assert second.until(has(Packet))
    desktop.picture[50:60, 40:90, :3] = (1, 2, 3)
    assert first.until(has(Packet, 2))
    assert second.until(has(Packet, 2))
    assert first.want_digest().digest == second.want_digest().digest
    assert len(desktop.threads) == 1, "one thread grabs for both"
    first.close()
    desktop.picture[0, 0, 0] ^= 1
    assert second.until(has(Packet, 3)), "who stays is served on"
    second.close()


def test_one_that_reads_nothing_holds_up_nobody(agent: ServedHere, desktop: Counted) -> None:
    stuck, quick = Console(agent, packets=1), Console(agent)
    assert quick.until(has(Packet))
    for number in range(1, 30):
        desktop.picture[:, :, :3] = np.random.default_rng(number).integers(0, 256, (200, 320, 3), np.uint8)
        assert quick.until(has(Packet, number + 1))
        quick.credit()
    assert stuck.until(has(Packet))
    stuck.credit()
    assert stuck.until(has(Packet, 2)), "what it missed comes at once, as it is now"
    # Its link counts as slow by now: what there is comes in pieces, each when the one before has arrived.

    def has_all() -> bool:
        read_on(stuck)
        return stuck.want_digest().digest == quick.want_digest().digest

    wait_for(has_all, what="all pieces")
    stuck.close()
    quick.close()


def test_a_large_change_does_not_hold_up_what_is_done_meanwhile() -> None:
    desktop = Counted()
    desktop.picture = np.zeros((2160, 3840, 4), np.uint8)
    with served(lambda _: desktop) as agent:
        console = Console(agent)
        assert console.until(has(Packet))
        noise = np.random.default_rng(1).integers(0, 256, (2160, 3840), np.uint8)
        desktop.picture[..., :3] = noise[..., None]
        assert console.until(has(Packet, 2))
        read_on(console)
        console.want_digest()
        areas = [sum(one.rectangle.area for one in packet.slices) for packet in console.packets[1:]]
        assert max(areas) < desktop.picture.size // 4 // 2, "however fast the link is"
        console.close()


def test_what_consoles_took_is_given_back_when_they_go() -> None:
    desktop = Counted()
    desktop.picture = np.zeros((1080, 1920, 4), np.uint8)
    gc.disable()
    tracemalloc.start()
    try:
        with served(lambda _: desktop) as agent:
            for _ in range(6):
                console = Console(agent)
                assert console.until(has(Packet))
                console.close()
            wait_for(
                lambda: tracemalloc.get_traced_memory()[0] < 2 * desktop.picture.nbytes, what="the memory"
            )
    finally:
        tracemalloc.stop()
        gc.enable()


def test_a_screen_that_nobody_looks_at_is_not_grabbed(agent: ServedHere, desktop: Counted) -> None:
    console = Console(agent)
    assert console.until(has(Packet))
    console.close()
    wait_for(lambda: not agent.links, what="the end of the link")
    time.sleep(0.2)
    grabs = desktop.grabs
    time.sleep(0.5)
    assert desktop.grabs == grabs


def test_a_preview_is_small_and_comes_only_when_something_changed(
    agent: ServedHere, desktop: Counted
) -> None:
    console = Console(agent, watch=PREVIEW)
    assert console.until(has(Preview))
    preview = next(event for event in console.events if isinstance(event, Preview))
    assert (preview.width, preview.height) == (160, 100), "fits, and keeps its shape"
    assert len(preview.picture) <= MAX_PREVIEW
    shown = np.asarray(cv2.imdecode(np.frombuffer(preview.picture, np.uint8), cv2.IMREAD_COLOR))
    small = cv2.resize(desktop.picture[..., :3], (160, 100), interpolation=cv2.INTER_AREA)
    assert np.abs(shown.astype(int) - small).mean() < 8, "the same picture to the eye"
    assert not console.until(has(Preview, 2), seconds=0.8), "nothing changed"
    desktop.picture[100:150, 100:200, :3] = (0, 0, 255)
    assert console.until(has(Preview, 2))
    assert Packet not in console.kinds()
    console.close()


def test_previews_come_no_more_often_than_asked_for(agent: ServedHere, desktop: Counted) -> None:
    console = Console(agent, watch=PREVIEW)
    began = time.monotonic()
    for number in range(1, 6):
        desktop.picture[0, 0, 0] ^= 1
        assert console.until(has(Preview, number))
    took = time.monotonic() - began
    assert took >= 4 * 0.2
    assert desktop.grabs <= took / 0.2 + 4, "no more looks than previews"
    console.close()


def test_who_comes_later_need_not_wait_for_a_preview_of_now(agent: ServedHere, desktop: Counted) -> None:
    rarely = Watch(WatchMode.PREVIEW, interval=3600)
    first = Console(agent, watch=rarely)
    assert first.until(has(Preview))
    desktop.picture[:, :, :3] = (0, 0, 255)
    second = Console(agent, watch=rarely)
    assert second.until(has(Preview, 2))
    preview = next(event for event in reversed(second.events) if isinstance(event, Preview))
    shown = np.asarray(cv2.imdecode(np.frombuffer(preview.picture, np.uint8), cv2.IMREAD_COLOR))
    assert np.abs(shown.astype(int) - (0, 0, 255)).max() < 8
    first.close()
    second.close()


def test_who_looks_closely_gets_everything_at_once_and_may_stop(agent: ServedHere, desktop: Counted) -> None:
    console = Console(agent, watch=Watch(WatchMode.PREVIEW, interval=3600))
    assert console.until(has(Preview))
    console.send(Watch(WatchMode.FULL))
    assert console.until(has(Packet))
    refresh = next(event for event in console.events if isinstance(event, Refresh))
    assert refresh.trigger in (Trigger.REQUEST, Trigger.FIRST_FRAME)
    packet = next(event for event in console.events if isinstance(event, Packet))
    assert packet.refresh
    desktop.picture[5, 5, :3] ^= 255
    assert console.until(has(Packet, 2))
    console.send(PREVIEW)
    desktop.picture[9, 9, :3] ^= 255
    assert console.until(has(Preview, 2))
    assert console.kinds().count(Packet) == 2
    console.close()
