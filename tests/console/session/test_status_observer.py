"""What a host's messages make of its session's status and events."""

from __future__ import annotations

from contextlib import closing

from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.session.events import Event
from deskconsole.session.host_control import HostControl
from deskconsole.session.host_window import HostWindow
from deskconsole.session.statistics import StatisticsMeter
from deskconsole.session.status import SessionStatus
from deskconsole.session.status_observer import StatusObserver
from deskconsole.session.steps import Steps
from deskwire.messages import Screen, ScreenState


def test_a_host_that_says_something_else_all_the_time_does_not_drown_the_log() -> None:
    events: list[Event] = []
    status = SessionStatus("loud")
    with closing(Framebuffer()) as framebuffer:
        window = HostWindow("loud", framebuffer, HostControl(lambda _: None), events.append)
        observer = StatusObserver(
            0, status, Steps(), StatisticsMeter(), framebuffer, window, events.append, lambda: None
        )
        for number in range(1000):
            observer.screen(Screen(ScreenState.LOCKED, f"reason {number}"))
    assert status.now.screen_reason == "reason 999"
    assert 1 <= len(events) <= 5
