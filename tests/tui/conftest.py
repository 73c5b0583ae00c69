"""What the TUI's tests share: a running app on a fleet that only displays."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partialmethod
from pathlib import Path

import pytest
from rich.console import Console
from textual.pilot import Pilot

from deskconsole.tui.app import DeskconsoleApp, Outcome
from support.screens.display_fleet import NOW, DisplayFleet, Running


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are local: the same everywhere in tests."""
    if sys.platform == "win32":  # it reads TZ once, at its start
        yield
        return
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def _same_picture_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names in an exported picture are a checksum over reprs, which differ with the tests that ran before."""
    monkeypatch.setattr(Console, "export_svg", partialmethod(Console.export_svg, unique_id="terminal-1"))


@pytest.fixture
def running(tmp_path: Path) -> Running:
    """`async with running(fleet, size=(120, 40)) as pilot`: the app, its fleet opened."""

    @asynccontextmanager
    async def run(
        fleet: DisplayFleet, size: tuple[int, int] = (120, 40), ssh_config: Path | None = None
    ) -> AsyncIterator[Pilot[Outcome]]:
        app = DeskconsoleApp(
            fleet, ssh_config=ssh_config or tmp_path / "config", demo_offered=True, clock=lambda: NOW
        )
        try:
            async with app.run_test(size=size, notifications=True) as pilot:
                while app.controller.fleet is None:
                    await pilot.pause()
                app.controller.pull()
                await pilot.pause()
                yield pilot
        finally:
            app.close()

    return run
