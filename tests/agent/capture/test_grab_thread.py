"""The thread that grabs, and how long it leaves alone what it looked at."""

from __future__ import annotations

import queue
import time

from deskagent.capture.grab_thread import GrabThread
from deskagent.capture.grabber import Grab
from deskagent.capture.pacing import Pacing
from deskagent.capture.synthetic import SyntheticGrabber
from deskwire.geometry import Rectangle


class Telling(SyntheticGrabber):
    """Tells of a change when it is told of one."""

    def __init__(self) -> None:
        super().__init__("still", 1, 64, 48)
        self.changed: queue.Queue[None] = queue.Queue()
        self.spared: queue.Queue[float] = queue.Queue()

    def wait(self, timeout: float) -> bool:
        try:
            self.changed.get(timeout=timeout)
        except queue.Empty:
            return False
        return True

    def spare(self, area: Rectangle, seconds: float) -> bool:
        self.spared.put(seconds)
        return True


def test_what_the_agent_does_while_nothing_changes_holds_up_no_key_afterwards() -> None:
    grabber = Telling()

    def demand_again(_grab: Grab) -> None:
        thread.demand()

    thread = GrabThread(lambda: grabber, demand_again, lambda _error: None, Pacing())
    thread.start()
    thread.demand()
    try:
        grabber.changed.put(None)
        before = grabber.spared.get(timeout=60)
        time.sleep(0.5)
        burn(1.0)
        grabber.changed.put(None)
        assert grabber.spared.get(timeout=60) < before + 0.05
    finally:
        thread.close()


def burn(seconds: float) -> None:
    """Takes so much of the processor."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
