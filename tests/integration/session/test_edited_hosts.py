"""A host that is edited while it is live: a label changes nothing, another way there connects again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from agent_process import AgentProcess
from deskconsole.hosts import Host
from deskconsole.inventory import Inventory
from deskconsole.session.event import Event
from deskconsole.session.fleet import Fleet
from deskconsole.session.route import DirectRoute, Route
from deskconsole.session.state import State


def test_an_edit_of_a_live_host(tmp_path: Path) -> None:
    path, events = tmp_path / "hosts.toml", list[Event]()
    path.write_text('[[host]]\nname = "lab"\n')
    with AgentProcess(tmp_path, "--source", "synthetic", "--size", "64x48") as agent:

        def open_route(_host: Host) -> Route:
            return DirectRoute(agent.address, agent.token)

        with closing(Fleet(Inventory.load(path), open_route, events.append)) as fleet:
            fleet.connect("lab")
            first = fleet.session("lab")
            assert first.wait_for(lambda one: one.state is State.STREAMING, 20)

            fleet.replace("lab", Host(name="lab", group="room 1"))
            assert fleet.session("lab") is first
            assert first.snapshot().state is State.STREAMING

            path.write_text('[[host]]\nname = "lab"\ngroup = "room 2"\n')
            assert fleet.reload()
            assert fleet.session("lab") is first

            fleet.replace("lab", Host(name="lab-01", address="10.0.0.1"))
            second = fleet.session("lab-01")
            assert second is not first
            assert second.wait_for(lambda one: one.state is State.STREAMING, 20)
            assert "the settings have changed: connecting again" in [event.text for event in events]

            path.write_text("")
            assert fleet.reload()
            assert fleet.hosts == ()
