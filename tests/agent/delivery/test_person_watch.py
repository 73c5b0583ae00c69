"""The person at the desktop is looked for beside the links, however long the system takes to say a name."""

from __future__ import annotations

import threading

import pytest

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.computer import Computer, ComputerWatch
from deskagent.delivery import server
from deskwire.messages import Feature, Person
from deskwire.packet import Packet
from support.peers.bare_console import Console, has
from support.peers.served_here import served


def test_a_directory_that_does_not_answer_holds_up_no_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_LOOK_FOR_PERSON", 0.01)
    asked, answers = threading.Event(), threading.Event()

    def find_user() -> str:
        asked.set()
        answers.wait(60)
        return "ada"

    watch = ComputerWatch(Computer(), find_user)
    with served(lambda _: SyntheticGrabber("still", 1, 320, 200), computer=watch) as agent:
        assert asked.wait(60)
        console = Console(agent, speaks=(Feature.PERSON,))
        assert console.until(has(Packet))
        answers.set()
        assert console.until(lambda events: Person("ada") in events)
        console.close()
