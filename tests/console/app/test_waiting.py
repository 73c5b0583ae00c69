"""What waiting for sessions comes to: a picture, what kept it away, or the end of patience."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from deskconsole.app.measuring import compare, measure
from deskconsole.app.waiting import settled, wait_for, wait_for_closed_window, wait_for_picture
from deskconsole.common.errors import (
    AuthenticationFailed,
    Cancelled,
    NobodyLoggedOn,
)
from deskconsole.inventory.host import Host
from deskconsole.session.route import AgentTransport, StepReport
from deskconsole.session.session import Session
from deskconsole.session.state import State

Way = Callable[[StepReport, threading.Event], None]


class NoWay:
    """A route that leads nowhere: it does what a test says, and is cancelled at its end."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:
        self._way(step, cancelled)
        raise Cancelled("connecting was cancelled")

    def rename(self, host: Host) -> None: ...

    def hurry(self) -> None: ...


def hang(_step: StepReport, cancelled: threading.Event) -> None:
    cancelled.wait(30)


def refuse(_step: StepReport, _cancelled: threading.Event) -> None:
    raise AuthenticationFailed("no key was accepted")


def find_nobody(step: StepReport, cancelled: threading.Event) -> None:
    for state in (State.PROBING, State.DEPLOYING, State.LAUNCHING):
        step(state)
    step(State.WAITING, trouble=NobodyLoggedOn("nobody is logged on", remedy="Log on there."))
    cancelled.wait(30)


@pytest.fixture
def connected() -> Iterator[Callable[[Way], Session]]:
    with ExitStack() as stack:

        def connect(way: Way) -> Session:
            session = stack.enter_context(closing(Session("lab", NoWay(way), 0, lambda _event: None)))
            session.connect()
            return session

        yield connect


def test_what_kept_the_picture_away_is_raised(connected: Callable[[Way], Session]) -> None:
    with pytest.raises(AuthenticationFailed, match="no key"):
        wait_for_picture(connected(refuse))


def test_nobody_logged_on_is_an_error_for_who_waits(connected: Callable[[Way], Session]) -> None:
    with pytest.raises(NobodyLoggedOn) as caught:
        wait_for_picture(connected(find_nobody))
    assert caught.value.remedy == "Log on there."


def test_a_session_that_a_user_ended_is_cancelled(connected: Callable[[Way], Session]) -> None:
    session = connected(hang)
    session.disconnect()
    with pytest.raises(Cancelled, match="lab was cancelled"):
        wait_for_picture(session)


def test_waiting_ends_in_time_where_one_of_many_never_gets_there(
    connected: Callable[[Way], Session],
) -> None:
    sessions = [connected(refuse), connected(hang), connected(refuse)]
    began = time.monotonic()
    assert not wait_for(sessions, settled, 0.7)
    assert 0.7 <= time.monotonic() - began < 5
    sessions[1].disconnect()
    assert wait_for(sessions, settled, None)


def test_sessions_that_have_ended_are_not_waited_for_to_compare(
    connected: Callable[[Way], Session],
) -> None:
    session = connected(refuse)
    assert wait_for([session], settled, 60)
    began = time.monotonic()
    (snapshot,) = compare([session])
    assert snapshot.exactness is None
    assert time.monotonic() - began < 5


def test_figures_of_a_session_that_failed_are_its_error(connected: Callable[[Way], Session]) -> None:
    with pytest.raises(AuthenticationFailed):
        measure(connected(refuse), 30)


def test_waiting_for_a_window_ends_with_the_session(connected: Callable[[Way], Session]) -> None:
    with pytest.raises(AuthenticationFailed):
        wait_for_closed_window(connected(refuse), None)
