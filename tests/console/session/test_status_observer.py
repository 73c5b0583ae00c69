"""What a host's messages make of its session's status and events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.session.events import Event, EventsLeftOut, ScreenHidden, StreamStarted
from deskconsole.session.host_control import HostControl
from deskconsole.session.host_events import MOST, HostEvents
from deskconsole.session.host_window import HostWindow
from deskconsole.session.shown_display import ShownDisplay
from deskconsole.session.state import State
from deskconsole.session.statistics import StatisticsMeter
from deskconsole.session.status import SessionStatus
from deskconsole.session.status_observer import StatusObserver
from deskconsole.session.steps import Steps
from deskwire.messages import WIRE_VERSION, Screen, ScreenState, Welcome


@contextmanager
def observed(
    host: str, *, unasked: bool = False
) -> Iterator[tuple[StatusObserver, SessionStatus, list[Event]]]:
    """An observer of a host's links, the status that it keeps, and the events that it tells."""
    events: list[Event] = []
    status = SessionStatus(host)
    status.move(State.CONNECTING)
    status.move(State.HANDSHAKE)
    with closing(Framebuffer()) as framebuffer:
        window = HostWindow(host, framebuffer, HostControl(lambda _: None), events.append)
        observer = StatusObserver(
            ShownDisplay(0),
            status,
            Steps(),
            StatisticsMeter(),
            framebuffer,
            window,
            events.append,
            HostEvents(events.append),
            lambda: None,
            unasked=unasked,
        )
        yield observer, status, events


def test_a_host_that_says_something_else_all_the_time_does_not_drown_the_log() -> None:
    with observed("loud") as (observer, status, events):
        for number in range(1000):
            observer.screen(Screen(ScreenState.LOCKED, f"reason {number}"))
        assert status.now.screen_reason == "reason 999"
        assert len(events) == MOST
        observer.ended()
    last = events[-1]
    assert isinstance(last, EventsLeftOut)
    assert last.count == 1000 - MOST


def test_questions_and_refusals_about_the_picture_are_all_told() -> None:
    with observed("lab") as (observer, _, events):
        observer.welcomed(Welcome(WIRE_VERSION, "test", (), bytes(16), screen=ScreenState.ASKING))
        observer.screen(Screen(ScreenState.LIVE, ""))
        observer.screen(Screen(ScreenState.REFUSED, "no"))
    assert [one.state for one in events if isinstance(one, ScreenHidden)] == ["asking", "refused"]


def test_a_host_at_which_nobody_is_to_be_asked_is_marked_when_its_stream_begins() -> None:
    with observed("lab", unasked=True) as (observer, _, events):
        observer.welcomed(Welcome(WIRE_VERSION, "test", (), bytes(16)))
    assert [one.unasked for one in events if isinstance(one, StreamStarted)] == [True]
