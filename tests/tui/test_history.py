"""The history of statistics on its screen: a host's days, all hosts, and a file that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from deskconsole.common.errors import ConfigurationError
from deskconsole.history.day import HostDay
from deskconsole.tui.app import DeskconsoleApp, Outcome
from support.screens.display_fleet import NOW, DisplayFleet, Running, laboratory
from support.screens.piloting import until_gone, until_shown

LAST = date(2023, 11, 14)


def month() -> DisplayFleet:
    """A host with a month, one with yesterday, and one that is no longer listed."""
    fleet = laboratory()
    fleet.days = [
        HostDay(
            host="lab-01",
            day=(LAST - timedelta(days=ago)).isoformat(),
            live=3600.0 * (3 + ago % 7),
            outages=1 if ago % 10 == 4 else 0,
            down=75.0 if ago % 10 == 4 else 0.0,
            slices=18233 + ago,
            updates=4117,
            refreshes={"first frame": 2, "console request": 1},
            received=4_200_000 * (1 + ago % 5),
            saved_against_refreshes=412_000_000,
        )
        for ago in range(30)
        if ago % 7 not in {2, 3}
    ]
    fleet.days += [
        HostDay(
            host="lab-02", day=(LAST - timedelta(days=1)).isoformat(), live=600.0, previews=9, received=9000
        ),
        HostDay(host="old\x1b[31m[b]", day=LAST.isoformat(), live=60.0, received=900),
    ]
    return fleet


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        pytest.param(["H"], (120, 40), id="host-wide"),
        pytest.param(["H", "a"], (80, 24), id="all-narrow"),
    ],
)
def test_pictures(snap_compare: Callable[..., bool], keys: list[str], size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[Outcome]) -> None:
        assert isinstance(pilot.app, DeskconsoleApp)
        while pilot.app.controller.fleet is None:
            await pilot.pause()
        pilot.app.controller.pull()
        await pilot.press(*keys)
        await until_shown(pilot, "received")
        await pilot.pause(0.2)

    app = DeskconsoleApp(month(), ssh_config=Path("config"), demo_offered=True, clock=lambda: NOW)
    try:
        assert snap_compare(app, terminal_size=size, run_before=before)
    finally:
        app.close()


async def test_a_damaged_history_is_told_and_a_mended_one_shown(running: Running) -> None:
    fleet = month()
    good = fleet.history

    def broken(since: date) -> list[HostDay]:
        raise ConfigurationError("history.sqlite is damaged", remedy="Move it away.")

    fleet.history = broken  # type: ignore[method-assign]
    async with running(fleet) as pilot:
        await pilot.press("H")
        await until_shown(pilot, "history.sqlite is damaged. Move it away.")
        fleet.history = good  # type: ignore[method-assign]
        await pilot.press("d")
        assert "2023-08-17" in await until_shown(pilot, "lab-01, 90 days")
        await pilot.press("escape")
        await until_gone(pilot, "90 days")
