"""A connected session tells the person at the host's desktop and the host's own names."""

from __future__ import annotations

from contextlib import closing

import pytest

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.computer import Computer, ComputerWatch
from deskagent.delivery import server
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from support.peers.served_here import TOKEN, served


def test_another_person_logs_on_while_the_session_continues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_LOOK_FOR_PERSON", 0.1)
    people = ["ada"]
    computer = ComputerWatch(Computer("lab-pc-7", "Debian GNU/Linux 12 (bookworm)", "ada"), lambda: people[0])
    with served(lambda number: SyntheticGrabber("still", 1, 320, 200), computer=computer) as agent:
        route = DirectRoute(("127.0.0.1", agent.port), TOKEN)
        with closing(Session("lab-01", route, 0, lambda _event: None)) as session:
            session.connect()
            assert session.wait_for(lambda one: one.user == "ada", 60)
            told = session.snapshot()
            assert (told.hostname, told.os_name) == ("lab-pc-7", "Debian GNU/Linux 12 (bookworm)")
            people[0] = "grace"
            assert session.wait_for(lambda one: one.user == "grace", 60)
            people[0] = ""
            assert session.wait_for(lambda one: one.user == "", 60)
            assert session.snapshot().statistics.reconnects == 0
