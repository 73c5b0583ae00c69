"""The thread that grabs: which place it grabs next, and how long it leaves alone what it grabbed."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from deskagent.capture.grab_thread import GrabThread
from deskagent.capture.pacing import Pacing
from deskagent.capture.source import Grab
from deskagent.capture.synthetic import SyntheticGrabber
from deskwire.geometry import Rectangle

EVERYTHING = Rectangle(0, 0, 640, 480)
FILM = Rectangle(100, 100, 320, 200)
BUTTON = Rectangle(600, 20, 30, 20)


class Telling(SyntheticGrabber):
    """Tells of a change where it is told of one."""

    def __init__(self) -> None:
        super().__init__("still", 1, *EVERYTHING.size)
        self.changed: queue.Queue[Sequence[Rectangle] | None] = queue.Queue()

    def next(self, timeout: float) -> Sequence[Rectangle] | None:
        try:
            return self.changed.get(timeout=timeout)
        except queue.Empty:
            return ()

    def grab(self, region: Rectangle | None = None) -> Grab:
        x, y, width, height = region or EVERYTHING
        pixels = super().grab().pixels[y : y + height, x : x + width]
        return Grab(pixels, region or EVERYTHING, EVERYTHING.size)


class Grabbed:
    """What was grabbed and when, always demanded again."""

    def __init__(self, grabber: Telling, work: Callable[[Grab], None] = lambda _grab: None) -> None:
        self._looks: queue.Queue[tuple[Rectangle, float]] = queue.Queue()
        self._work = work
        self.thread = GrabThread(lambda: grabber, self._deliver, lambda _error: None, Pacing())

    def _deliver(self, grab: Grab, _began: float) -> None:
        self._looks.put((grab.area, time.monotonic()))
        self._work(grab)
        self.thread.demand()

    def next(self) -> tuple[Rectangle, float]:
        return self._looks.get(timeout=60)


@contextmanager
def grabbing(grabber: Telling, work: Callable[[Grab], None] = lambda _grab: None) -> Iterator[Grabbed]:
    grabbed = Grabbed(grabber, work)
    assert grabbed.thread.open() is None
    grabbed.thread.demand()
    try:
        yield grabbed
    finally:
        grabbed.thread.close()


def test_the_first_grab_is_of_everything_and_waits_for_no_change() -> None:
    with grabbing(Telling()) as grabbed:
        assert grabbed.next()[0] == EVERYTHING


def test_a_place_that_was_grabbed_waits_and_what_is_elsewhere_does_not() -> None:
    grabber = Telling()

    def work(grab: Grab) -> None:
        if grab.area == FILM:
            burn(0.2)

    with grabbing(grabber, work) as grabbed:
        grabbed.next()
        grabber.changed.put([FILM])
        assert grabbed.next()[0] == FILM
        grabber.changed.put([FILM])
        grabber.changed.put([BUTTON])
        assert [grabbed.next()[0], grabbed.next()[0]] == [BUTTON, FILM]


def test_a_source_that_knows_no_places_is_grabbed_at_the_display_s_pace() -> None:
    grabber = Telling()
    with grabbing(grabber) as grabbed:
        for _ in range(10):
            grabber.changed.put(None)
        times = []
        for _ in range(10):
            area, at = grabbed.next()
            assert area == EVERYTHING
            times.append(at)
        # Nothing moves, as far as anyone has said: 20 times a second.
        assert times[-1] - times[0] > 0.8 * 9 / 20


def test_what_the_agent_does_while_nothing_changes_holds_up_no_key_afterwards() -> None:
    grabber = Telling()
    with grabbing(grabber) as grabbed:
        grabbed.next()
        grabber.changed.put([FILM])
        grabbed.next()
        time.sleep(0.5)
        burn(1.0)
        grabber.changed.put([FILM])
        grabbed.next()
        # This one waits as long as the one before it cost, and the idle time is no part of that.
        began = time.monotonic()
        grabber.changed.put([FILM])
        assert grabbed.next()[1] - began < 0.6


def burn(seconds: float) -> None:
    """Takes so much of the processor."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
