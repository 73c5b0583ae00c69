"""A fleet with a budget and real agents: who is looked at comes first, the rest has slower previews."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from deskconsole.session.fleet import Fleet
from deskconsole.session.on_screen import OnScreen
from deskconsole.session.route import DirectRoute
from deskwire.messages import Watch, WatchMode
from support.peers.agent_process import AgentProcess
from support.xvfb import wait_for

OFFICE = ("--source", "synthetic", "--scene", "office", "--size", "640x400")


def test_the_budget_is_shared_by_who_is_looked_at(tmp_path: Path) -> None:
    with ExitStack() as stack:
        agents = {}
        inventory = Inventory.load(tmp_path / "hosts.toml")
        for name in ("near", "seen", "far"):
            folder = tmp_path / name
            folder.mkdir()
            agents[name] = stack.enter_context(AgentProcess(folder, *OFFICE))
            inventory.add(Host(name=name))

        def open_route(host: Host) -> DirectRoute:
            return DirectRoute(agents[host.name].address, agents[host.name].token)

        fleet = stack.enter_context(closing(Fleet(inventory, open_route, lambda _: None, budget=100_000)))

        def asked(name: str) -> Watch:
            return fleet.session(name)._watch_policy.wanted()

        for host in fleet.hosts:
            fleet.connect(host.name)
            assert fleet.session(host.name).wait_for(lambda one: one.preview is not None, 60)
        fleet.shown(OnScreen("near", ("near", "seen")))
        assert [asked(name).mode for name in agents] == [WatchMode.PREVIEW] * 3
        assert [asked(name).interval for name in agents] == [1.0, 2.0, 5.0]
        fleet.check_exact("near")
        fleet.shown(OnScreen("near", ("near", "seen")))
        assert asked("near").mode is WatchMode.FULL
        assert 75_000 <= asked("near").rate < 100_000
        near = fleet.session("near")
        assert near.wait_for(lambda one: one.exactness is not None and one.exactness.exact, 60)
        picture = fleet.picture("near", 64, 40)
        assert picture is not None
        fleet.shown(OnScreen("far", full=True))
        assert fleet.session("far").wait_for(lambda one: one.size == (640, 400), 60)
        wait_for(lambda: fleet.session("far").framebuffer.size is not None, what="the full stream")
        assert picture.shape == (40, 64, 3)
        assert fleet.picture("nobody", 64, 40) is None
