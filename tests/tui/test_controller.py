"""The controller without any screen: it opens the fleet, acts on it and publishes what changed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.app import App

from deskconsole.common.errors import ConfigurationError
from deskconsole.inventory.host import Host
from deskconsole.session.on_screen import OnScreen
from deskconsole.tui.app import DeskconsoleApp
from deskconsole.tui.controller import Controller
from deskconsole.tui.host_edits import save
from deskconsole.tui.key_places import key_places
from deskconsole.tui.user_keys import UserKeys
from deskconsole.tui.view import FleetView
from support.screens.display_fleet import NOW, DisplayFleet, failure, laboratory


@asynccontextmanager
async def controlled(fleet: DisplayFleet, tmp_path: Path) -> AsyncIterator[tuple[Controller, list[object]]]:
    """A controller on `fleet`, and all that it publishes, in order."""
    app: App[None] = App()
    async with app.run_test() as pilot:
        keys = UserKeys(key_places(DeskconsoleApp.BINDINGS), {})
        controller = Controller(
            app,
            fleet,
            ssh_config=tmp_path / "config",
            keys=keys,
            clock=lambda: NOW,
        )
        heard: list[object] = []
        for signal in (controller.view_changed, controller.events_arrived, controller.host_saved):
            signal.subscribe(app, heard.append)
        try:
            await controller.open()
            await pilot.pause()
            yield controller, heard
            await pilot.pause()
        finally:
            controller.close()


def test_it_imports_no_screen_and_no_widget() -> None:
    code = "import sys, deskconsole.tui.controller; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = [name for name in done.stdout.split() if name.startswith("deskconsole.tui.")]
    assert "deskconsole.tui.controller" in loaded
    assert not [name for name in loaded if "tui.screens" in name or "tui.widgets" in name]


async def test_an_opened_fleet_is_published_and_no_host_is_seen(tmp_path: Path) -> None:
    fleet = laboratory()
    fleet.shown(OnScreen("lab-01", ["lab-01"]))
    async with controlled(fleet, tmp_path) as (controller, heard):
        views = [one for one in heard if isinstance(one, FleetView)]
        assert views[-1] is controller.view
        assert controller.view.hosts == fleet.hosts
        assert fleet.looked_at == (None, ())
    assert fleet.closed


async def test_a_delivered_event_is_recorded_once_and_published(tmp_path: Path) -> None:
    fleet = laboratory()
    async with controlled(fleet, tmp_path) as (controller, heard):
        event = failure("lab-04", "the disk is full")
        controller.events.deliver(event)
        controller.take_events()
    assert fleet.recorded == [event]
    assert [line.event for lines in heard if isinstance(lines, list) for line in lines] == [event]


async def test_events_one_after_the_other_are_collected_together(tmp_path: Path) -> None:
    """A hundred hosts that connect say sixty things a second, and each collection shows all rows."""
    fleet = laboratory()
    async with controlled(fleet, tmp_path) as (controller, heard):
        for number in range(5):
            controller.events.deliver(failure("lab-04", f"number {number}"))
            controller.expect_events()
        async with asyncio.timeout(60):
            while len(fleet.recorded) < 5:  # noqa: ASYNC110  # recorded on the event loop, without a word
                await asyncio.sleep(0.02)
        collected = [len(lines) for lines in heard if isinstance(lines, list) and lines]
    assert len(fleet.recorded) == 5
    assert collected == [1, 4]


async def test_a_host_that_was_saved_is_named_behind_the_view_that_has_it(tmp_path: Path) -> None:
    fleet = DisplayFleet()
    async with controlled(fleet, tmp_path) as (controller, heard):
        assert await save(controller, None, Host(name="web")) is None
        refused = await save(controller, None, Host(name="web"))
    assert isinstance(refused, ConfigurationError)
    assert heard.count("web") == 1
    before = heard[: heard.index("web")]
    assert [view for view in before if isinstance(view, FleetView)][-1].host("web") is not None
