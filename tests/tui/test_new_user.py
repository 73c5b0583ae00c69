"""A new user's console with everything real behind its keys: the list, a form, the demo, typing, the end."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from deskconsole.cli.console import DemoHosts, UsersHosts
from deskconsole.tui.app import DeskconsoleApp, Outcome
from deskconsole.tui.ports import Backend
from support.processes import running
from support.screens.piloting import screen_text, until, until_shown
from support.xvfb import wait_for


@pytest.fixture(autouse=True)
def _user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone who starts it for the first time, without a screen for windows."""
    monkeypatch.setenv("DESKCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DISPLAY", raising=False)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@asynccontextmanager
async def shown(folder: Path, backend: Backend) -> AsyncIterator[Pilot[Outcome]]:
    """The console, until the block ends."""
    app = DeskconsoleApp(backend, ssh_config=folder / "config", demo_offered=True)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            yield pilot
    finally:
        app.close()


async def test_a_host_that_was_added_is_there_at_the_next_start(tmp_path: Path) -> None:
    hosts = UsersHosts()
    async with shown(tmp_path, hosts) as pilot:
        await until_shown(pilot, "Add a host")
        await pilot.press("a", *"web", "tab", *"10.0.0.9", "enter")
        await until_shown(pilot, "1 host: 1 not connected")
        await pilot.press("q")
    hosts.close()
    hosts = UsersHosts()
    async with shown(tmp_path, hosts) as pilot:
        await until_shown(pilot, "1 host: 1 not connected")
        assert "web" in screen_text(pilot)
    hosts.close()


async def test_the_demo_is_chosen_typed_into_and_leaves_nothing(tmp_path: Path) -> None:
    hosts = UsersHosts()
    async with shown(tmp_path, hosts) as pilot:
        await until_shown(pilot, "Try the demo")
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: pilot.app.return_value == "demo")
    hosts.close()
    async with shown(tmp_path, DemoHosts()) as pilot:
        await until_shown(pilot, "3 hosts: 3 live")
        assert running(tmp_path)
        await pilot.press("t", *"hello")
        await until(
            pilot, lambda: "sent 5 characters" in screen_text(pilot) and "✓ done" in screen_text(pilot)
        )
        await pilot.press("f12")
        await until_shown(pilot, "3 hosts: 3 live")
        await pilot.press("q")
    wait_for(lambda: not running(tmp_path), what="the end of the demo's agents")
    if sys.platform != "win32":  # a window that was still opening keeps its files there until the next start
        assert list((tmp_path / "temporary").iterdir()) == []
