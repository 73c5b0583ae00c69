"""A host that is off when it is connected comes by itself once it is on; a command is told at once."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from deskconsole.session import reconnect_policy
from deskconsole.session.events import Event, HostUnreachable
from deskconsole.session.reconnect_policy import Backoff
from deskconsole.session.route import AgentTransport, DirectRoute, StepReport
from deskconsole.session.session import Session
from deskconsole.session.state import State
from support.peers.agent_process import AgentProcess
from support.ports import free_port


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, float]]:
    """Waits of milliseconds instead of minutes; how long they were to be."""
    wanted: list[dict[str, float]] = []

    def make(_rng: object = None, **limits: float) -> Backoff:
        wanted.append(limits)
        return Backoff(first=0.05, longest=0.1)

    monkeypatch.setattr(reconnect_policy, "Backoff", make)
    return wanted


class CuttableRoute(DirectRoute):
    """Keeps the last way to the agent, so that a test can cut it."""

    way: AgentTransport | None = None

    def open(self, step: StepReport, cancelled: threading.Event, *, reuse: bool) -> AgentTransport:
        self.way = super().open(step, cancelled, reuse=reuse)
        return self.way


def test_a_host_that_is_switched_on_later_comes_by_itself(
    quick: list[dict[str, float]], tmp_path: Path
) -> None:
    events: list[Event] = []
    with AgentProcess(tmp_path, "--source", "synthetic", "--size", "64x48") as agent:
        address, token = agent.address, agent.token
        route = DirectRoute(("127.0.0.1", free_port()), token)
        with closing(Session("lab", route, 0, events.append, patient=True)) as session:
            session.connect()
            assert session.wait_for(lambda one: one.state is State.RETRYING and one.unreachable, 60)
            assert session.wait_for(lambda one: one.attempt >= 3, 60)
            assert quick[1] == {"first": 60.0, "longest": 300.0}
            route._address = address  # it is on
            assert session.wait_for(lambda one: one.state is State.STREAMING, 60)
            assert not session.snapshot().unreachable
    said = [event for event in events if isinstance(event, HostUnreachable)]
    assert len(said) == 1, "each attempt of a morning would fill the log"


def test_x_ends_the_waiting(tmp_path: Path) -> None:
    route = DirectRoute(("127.0.0.1", free_port()), bytes(32))
    with closing(Session("lab", route, 0, lambda _event: None, patient=True)) as session:
        session.connect()
        assert session.wait_for(lambda one: one.unreachable, 60)
        session.disconnect()
        assert session.wait_for(lambda one: one.state is State.CLOSED, 60)


def test_a_command_is_told_at_once() -> None:
    route = DirectRoute(("127.0.0.1", free_port()), bytes(32))
    with closing(Session("lab", route, 0, lambda _event: None)) as session:
        session.connect()
        assert session.wait_for(lambda one: one.state is State.FAILED, 60)


def test_each_outage_counts_its_own_attempts(quick: list[dict[str, float]], tmp_path: Path) -> None:
    with AgentProcess(tmp_path, "--source", "synthetic", "--size", "64x48") as agent:
        route = CuttableRoute(agent.address, agent.token)
        with closing(Session("lab", route, 0, lambda _event: None)) as session:
            session.connect()
            for _ in range(3):
                assert session.wait_for(lambda one: one.state is State.STREAMING, 60)
                seen: list[int] = []
                found = threading.Event()

                def note(one: object, seen: list[int] = seen, found: threading.Event = found) -> bool:
                    if getattr(one, "state", None) is State.RETRYING:
                        seen.append(session.snapshot().attempt)
                        found.set()
                    return found.is_set()

                assert route.way is not None
                route.way.close()
                assert session.wait_for(note, 60)
                assert seen[0] == 1
