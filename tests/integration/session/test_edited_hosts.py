"""A host that is edited while it is live: a label changes nothing, another way there connects again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from deskconsole.common.errors import HostGone
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from deskconsole.session.events import Event, SettingsChanged
from deskconsole.session.fleet import Fleet
from deskconsole.session.route import DirectRoute, Route
from deskconsole.session.state import State
from support.peers.agent_process import AgentProcess


def test_an_edited_live_host_reconnects_only_where_it_must(tmp_path: Path) -> None:
    path, events = tmp_path / "hosts.toml", list[Event]()
    path.write_text('[[host]]\nname = "lab"\n')
    with AgentProcess(tmp_path, "--source", "synthetic", "--size", "64x48") as agent:

        def open_route(_host: Host) -> Route:
            return DirectRoute(agent.address, agent.token)

        with closing(Fleet(Inventory.load(path), open_route, events.append)) as fleet:
            fleet.connect("lab")
            first = fleet.session("lab")
            assert first.wait_for(lambda one: one.state is State.STREAMING, 60)

            fleet.replace("lab", Host(name="lab", group="room 1"))
            assert fleet.session("lab") is first
            assert first.snapshot().state is State.STREAMING

            path.write_text('[[host]]\nname = "lab"\ngroup = "room 2"\n')
            assert fleet.reload()
            assert fleet.session("lab") is first

            fleet.replace("lab", Host(name="desk", address="lab"))
            assert fleet.session("desk") is first, "it is reached as before under its new name"
            assert fleet.snapshots()["desk"].state is State.STREAMING
            assert fleet.snapshots()["desk"].host == "desk"
            first.request_refresh()
            fleet.disconnect("desk")
            assert first.wait_for(lambda one: one.state is State.CLOSED, 60)
            assert events[-1].host == "desk"
            fleet.connect("desk")
            assert first.wait_for(lambda one: one.state is State.STREAMING, 60)

            fleet.replace("desk", Host(name="lab-01", address="10.0.0.1"))
            second = fleet.session("lab-01")
            assert second is not first
            assert second.wait_for(lambda one: one.state is State.STREAMING, 60)
            assert any(isinstance(event, SettingsChanged) for event in events)

            path.write_text("")
            assert fleet.reload()
            assert fleet.hosts == ()


def test_an_own_change_brings_in_what_another_program_wrote(tmp_path: Path) -> None:
    """Each change reads the file again: sessions of hosts that others took out or changed follow as well."""
    path = tmp_path / "hosts.toml"
    path.write_text('[[host]]\nname = "gone"\n[[host]]\nname = "moved"\n[[host]]\nname = "kept"\n')
    with AgentProcess(tmp_path, "--source", "synthetic", "--size", "64x48") as agent:

        def open_route(_host: Host) -> Route:
            return DirectRoute(agent.address, agent.token)

        with closing(Fleet(Inventory.load(path), open_route, lambda _event: None)) as fleet:
            sessions = {name: fleet.session(name) for name in ("gone", "moved", "kept")}
            for session in sessions.values():
                session.connect()
                assert session.wait_for(lambda one: one.state is State.STREAMING, 60)
            path.write_text('[[host]]\nname = "moved"\nport = 2222\n[[host]]\nname = "kept"\n')

            fleet.add(Host(name="new"))
            assert list(fleet.snapshots()) == ["moved", "kept", "new"]
            assert sessions["gone"].wait_for(lambda one: one.state is State.CLOSED, 60)
            assert sessions["moved"].wait_for(lambda one: one.state is State.CLOSED, 60)
            assert fleet.session("moved").wait_for(lambda one: one.state is State.STREAMING, 60)
            assert fleet.session("kept") is sessions["kept"]
            assert sessions["kept"].snapshot().state is State.STREAMING


def test_removed_host_is_told_by_its_own_error(tmp_path: Path) -> None:
    (tmp_path / "hosts.toml").write_text("")
    route = DirectRoute(("127.0.0.1", 1), bytes(32))
    hosts = Inventory.load(tmp_path / "hosts.toml")
    with closing(Fleet(hosts, lambda _host: route, lambda _event: None)) as fleet:
        for ask in (fleet.connect, fleet.view, fleet.disconnect, fleet.check_exact, fleet.remove):
            with pytest.raises(HostGone, match="no host called 'lab-01'"):
                ask("lab-01")
