"""Sessions with a real agent on its own port: what becomes of them when it hangs, dies, returns or lies."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from deskconsole.bootstrap.facts import DesktopWord
from deskconsole.common.errors import AddressError, Cancelled, InternalFault, ProtocolViolation
from deskconsole.session.events import Event, PictureFlat
from deskconsole.session.route import AgentTransport, DirectRoute, StepReport
from deskconsole.session.session import Session
from deskconsole.session.state import State
from support.exactness import is_exact
from support.peers.agent_process import AgentProcess
from support.xvfb import wait_for

STILL = ("--source", "synthetic", "--scene", "still", "--size", "640x400")
OFFICE = ("--source", "synthetic", "--scene", "office", "--size", "640x400")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentProcess]:
    with AgentProcess(tmp_path, *OFFICE) as process:
        yield process


@pytest.fixture
def session(agent: AgentProcess) -> Iterator[Session]:
    route = DirectRoute(agent.address, agent.token)
    with closing(Session("lab-01", route, 0, lambda _event: None)) as one:
        one.connect()
        yield one


class OneColour(DirectRoute):
    """As if the agent had said at its start that it sees one colour only."""

    def open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:
        word = DesktopWord(1, "WinSta0", "Default", "live", "", (640, 400), flat=True)
        return replace(super().open(step, cancelled, reuse=reuse), word=word)


def test_a_first_picture_of_one_colour_is_told_as_a_hint_and_shown_all_the_same(agent: AgentProcess) -> None:
    events: list[Event] = []
    session = Session("lab-01", OneColour(agent.address, agent.token), 0, events.append)
    try:
        session.connect()
        assert session.wait_for(lambda one: one.size is not None, 60)
        assert session.snapshot().session == 1
        assert [event for event in events if isinstance(event, PictureFlat)]
    finally:
        session.close()


def reaches(session: Session, state: State, seconds: float = 60) -> bool:
    return session.wait_for(lambda one: one.state is state, seconds)


def has_picture(session: Session) -> bool:
    return session.wait_for(lambda one: one.size is not None, 60)


def test_it_streams_exactly_and_counts(session: Session) -> None:
    assert has_picture(session)
    wait_for(lambda: session.snapshot().statistics.updates > 0, what="an update")
    wait_for(lambda: session.snapshot().statistics.round_trip is not None, what="the answer to a ping")
    assert is_exact(session)
    snapshot = session.snapshot()
    assert snapshot.state is State.STREAMING
    assert snapshot.size == (640, 400)
    assert snapshot.statistics.refreshes == {"first frame": 1}
    assert snapshot.statistics.updates > 0
    assert snapshot.statistics.round_trip is not None


def test_a_frozen_agent_is_stale_within_three_seconds_and_live_again_once_it_thaws(
    agent: AgentProcess, session: Session
) -> None:
    assert has_picture(session)
    agent.signal(signal.SIGSTOP)
    assert reaches(session, State.STALE, 3)
    agent.signal(signal.SIGCONT)
    assert reaches(session, State.STREAMING, 5)
    assert is_exact(session)


def test_an_agent_that_stays_frozen_is_given_up_and_found_again(
    agent: AgentProcess, session: Session
) -> None:
    assert has_picture(session)
    agent.signal(signal.SIGSTOP)
    assert reaches(session, State.RETRYING, 8)
    assert session.snapshot().reason
    agent.signal(signal.SIGCONT)
    assert reaches(session, State.STREAMING, 20)
    assert is_exact(session)
    assert session.snapshot().statistics.reconnects == 1
    assert session.snapshot().statistics.refreshes["stream restart"] >= 1


def test_a_killed_agent_is_retried_until_it_is_back(
    agent: AgentProcess, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    assert has_picture(session)
    agent.stop()
    assert reaches(session, State.RETRYING)
    agent.start()
    assert reaches(session, State.STREAMING, 30)
    assert is_exact(session)
    lost = [record.getMessage() for record in caplog.records]
    assert len(lost) == 1, "one line a cut in the console's log"
    assert lost[0].startswith("lab-01: lost: ")


def test_disconnecting_ends_at_once_and_connecting_again_goes_on(session: Session) -> None:
    assert has_picture(session)
    session.disconnect()
    assert reaches(session, State.CLOSED, 2)
    session.connect()
    assert reaches(session, State.STREAMING)
    assert is_exact(session)


def test_two_consoles_see_one_host_and_both_exactly(agent: AgentProcess, session: Session) -> None:
    assert has_picture(session)
    route = DirectRoute(agent.address, agent.token)
    with closing(Session("lab-01", route, 0, lambda _event: None)) as second:
        second.connect()
        assert has_picture(second)
        assert is_exact(second)
        assert is_exact(session)
        assert session.snapshot().state is State.STREAMING


def test_a_port_where_nobody_is_fails_with_its_address(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
    session = Session("lab-02", DirectRoute(address, bytes(32)), 0, lambda _event: None)
    session.connect()
    assert reaches(session, State.FAILED, 5)
    assert isinstance(session.failure, AddressError)
    assert f"{address[0]}:{address[1]}" in str(session.failure)
    session.close()


def test_a_login_cancelled_at_a_question_says_so() -> None:
    class Asking(DirectRoute):
        def open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:
            step(State.CONNECTING, None)
            raise Cancelled("logging in to lab-02 was cancelled")

    session = Session("lab-02", Asking(("127.0.0.1", 9), bytes(32)), 0, lambda _event: None)
    session.connect()
    assert reaches(session, State.CLOSED)
    assert session.snapshot().reason == "logging in to lab-02 was cancelled"
    session.close()


@pytest.mark.parametrize(
    "garbage",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n" * 50, os.urandom(4096), bytes(4096)],
    ids=["http", "random", "zeros"],
)
def test_garbage_fails_that_session_and_no_other(garbage: bytes, session: Session) -> None:
    assert has_picture(session)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(garbage)
                while connection.recv(4096):
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        liar = Session("liar", DirectRoute(server.getsockname(), bytes(32)), 0, lambda _event: None)
        liar.connect()
        assert reaches(liar, State.FAILED, 20)
        assert isinstance(liar.failure, ProtocolViolation)
        liar.close()
        thread.join()
    assert session.snapshot().state is State.STREAMING
    assert is_exact(session)


def test_what_is_asked_before_the_greeting_hurts_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        session = Session("slow", DirectRoute(mute.getsockname(), bytes(32)), 0, lambda _event: None)
        session.connect()
        assert reaches(session, State.HANDSHAKE)
        session.request_refresh()
        session.check_exact()
        assert session.snapshot().state is State.HANDSHAKE
        session.close()
        assert session.snapshot().state is State.CLOSED


def test_a_fault_of_our_own_fails_the_session_and_it_can_be_connected_again(agent: AgentProcess) -> None:
    class Faulty(DirectRoute):
        faults = 1

        def open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:
            if self.faults:
                self.faults -= 1
                raise MemoryError("no room")
            return super().open(step, cancelled, reuse=reuse)

    session = Session("lab-03", Faulty(agent.address, agent.token), 0, lambda _event: None)
    session.connect()
    assert reaches(session, State.FAILED)
    assert isinstance(session.failure, InternalFault)
    assert "no room" in session.snapshot().reason
    session.connect()
    assert has_picture(session)
    session.close()


def test_asking_back_and_forth_ends_where_it_was_last_asked_to(session: Session) -> None:
    assert has_picture(session)
    for _ in range(5):
        session.disconnect()
        session.connect()
        session.disconnect()
    assert reaches(session, State.CLOSED)
    time.sleep(0.5)
    assert session.snapshot().state is State.CLOSED
    session.connect()
    assert reaches(session, State.STREAMING)
    assert is_exact(session)


def test_connecting_while_it_waits_to_try_again_tries_at_once(agent: AgentProcess, session: Session) -> None:
    assert has_picture(session)
    agent.stop()
    assert session.wait_for(lambda one: one.state is State.RETRYING and one.attempt >= 5, 60)
    agent.start()
    retry_at = session.snapshot().retry_at
    assert retry_at is not None
    session.connect()
    assert reaches(session, State.STREAMING)
    assert time.time() < retry_at


def test_nothing_of_a_session_is_left_in_shared_memory(session: Session) -> None:
    assert has_picture(session)
    path = session.framebuffer.path
    assert path.exists()
    session.close()
    assert not path.exists()
