"""What a host's messages make of its session's status and events."""

from __future__ import annotations

from contextlib import closing

from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.session.events import Event, ScreenHidden
from deskconsole.session.host_control import HostControl
from deskconsole.session.host_window import HostWindow
from deskconsole.session.state import State
from deskconsole.session.statistics import StatisticsMeter
from deskconsole.session.status import SessionStatus
from deskconsole.session.status_observer import StatusObserver
from deskconsole.session.steps import Steps
from deskwire.messages import WIRE_VERSION, Screen, ScreenState, Welcome


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


def test_questions_and_refusals_about_the_picture_are_all_told() -> None:
    events: list[Event] = []
    status = SessionStatus("lab")
    status.move(State.CONNECTING)
    status.move(State.HANDSHAKE)
    with closing(Framebuffer()) as framebuffer:
        window = HostWindow("lab", framebuffer, HostControl(lambda _: None), events.append)
        observer = StatusObserver(
            0,
            status,
            Steps(),
            StatisticsMeter(),
            framebuffer,
            window,
            events.append,
            lambda: None,
        )
        observer.welcomed(Welcome(WIRE_VERSION, "test", (), bytes(16), screen=ScreenState.ASKING))
        observer.screen(Screen(ScreenState.LIVE, ""))
        observer.screen(Screen(ScreenState.REFUSED, "no"))
    assert [one.state for one in events if isinstance(one, ScreenHidden)] == ["asking", "refused"]
