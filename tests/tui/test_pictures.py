"""Pictures of the main screens: what changes in them was meant to change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from deskconsole.common.errors import AuthenticationFailed
from deskconsole.session.events import StreamStarted
from deskconsole.tui.app import DeskconsoleApp, Outcome
from support.screens.display_fleet import NOW, DisplayFleet, failure, laboratory, plant, rooms, warning
from support.screens.piloting import at_rest, opened

WIDE, NARROW = (120, 40), (80, 24)


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        pytest.param([], WIDE, id="fleet-wide"),
        pytest.param([], NARROW, id="fleet-narrow"),
        pytest.param([], (200, 60), id="fleet-large"),
        pytest.param(["enter"], WIDE, id="host-wide"),
        pytest.param(["enter"], NARROW, id="host-narrow"),
        pytest.param(["enter"], (200, 60), id="host-large"),
        pytest.param(["down", "down", "down"], WIDE, id="host-down"),
        pytest.param(["f1"], WIDE, id="help"),
        pytest.param(["minus"], NARROW, id="remove"),
        pytest.param(["l"], NARROW, id="log"),
        pytest.param(["down", "down", "d"], NARROW, id="deploy-narrow"),
        pytest.param(["down", "down", "d"], WIDE, id="deploy-wide"),
        pytest.param(["t", *"ab", "ctrl+c"], WIDE, id="typing-wide"),
        pytest.param(["t", *"ab"], NARROW, id="typing-narrow"),
        pytest.param(["K"], NARROW, id="chords"),
        pytest.param(["e", *["up"] * 6], NARROW, id="form"),
    ],
)
def test_fleet(
    snap_compare: Callable[..., bool], keys: list[str], size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The toast is part of the picture, however busy the machine is.
    monkeypatch.setattr(DeskconsoleApp, "NOTIFICATION_TIMEOUT", 600.0)
    fleet = laboratory()

    async def before(pilot: Pilot[Outcome]) -> None:
        await opened(pilot)
        assert fleet.deliver is not None
        fleet.deliver(failure("lab-04", "The host key of lab-04 has changed.", at=NOW - 90))
        fleet.deliver(warning("lab-06", "The link was cut.", NOW - 4))
        fleet.deliver(StreamStarted(host="lab-01", at=NOW - 1))
        await pilot.pause(0.1)
        await pilot.press(*keys)
        await at_rest(pilot)

    app = DeskconsoleApp(fleet, ssh_config=Path("config"), demo_offered=True, clock=lambda: NOW)
    try:
        assert snap_compare(app, terminal_size=size, run_before=before)
    finally:
        app.close()


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        pytest.param([], NARROW, id="fleet-narrow"),
        pytest.param(["end", "up"], WIDE, id="fleet-wide"),
        pytest.param(["end", "up", "d"], NARROW, id="deploy-waits"),
    ],
)
def test_without_a_picture(snap_compare: Callable[..., bool], keys: list[str], size: tuple[int, int]) -> None:
    """Hosts that cannot be seen, one for each reason."""

    async def before(pilot: Pilot[Outcome]) -> None:
        await opened(pilot)
        await pilot.press(*keys)
        await at_rest(pilot)

    app = DeskconsoleApp(plant(), ssh_config=Path("config"), demo_offered=True, clock=lambda: NOW)
    try:
        assert snap_compare(app, terminal_size=size, run_before=before)
    finally:
        app.close()


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        pytest.param(["space", "left", "down"], NARROW, id="groups-narrow"),
        pytest.param(["space", "end", "space", "up", "left"], WIDE, id="groups-wide"),
        pytest.param(["h", "asterisk", "greater_than_sign", "greater_than_sign"], (200, 60), id="sorted"),
        pytest.param(["asterisk", "c"], NARROW, id="report"),
    ],
)
def test_groups(snap_compare: Callable[..., bool], keys: list[str], size: tuple[int, int]) -> None:
    fleet = rooms()
    fleet.refuses = AuthenticationFailed("it did not accept the key", remedy="Look at the key.")

    async def before(pilot: Pilot[Outcome]) -> None:
        await opened(pilot)
        for key in keys:  # each is drawn: the next one acts on what is seen
            await pilot.press(key)
            await pilot.pause(0.1)
        await at_rest(pilot)

    app = DeskconsoleApp(fleet, ssh_config=Path("config"), demo_offered=True, clock=lambda: NOW)
    try:
        assert snap_compare(app, terminal_size=size, run_before=before)
    finally:
        app.close()


def test_first_start(snap_compare: Callable[..., bool]) -> None:
    app = DeskconsoleApp(DisplayFleet(), ssh_config=Path("config"), demo_offered=True, clock=lambda: NOW)
    try:
        assert snap_compare(app, terminal_size=NARROW, run_before=opened)
    finally:
        app.close()
