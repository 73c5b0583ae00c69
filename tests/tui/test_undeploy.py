"""Undeploying from the list of hosts: asked first, told what it removed, offered when a host is removed."""

from __future__ import annotations

from deskconsole.bootstrap.facts import Removed
from deskconsole.common.errors import AuthenticationFailed
from deskconsole.tui.screens.confirm import ConfirmScreen
from deskconsole.tui.screens.fleet import FleetScreen
from support.screens.display_fleet import Running, laboratory
from support.screens.piloting import logged, screen_text, settle


async def test_a_host_is_undeployed_once_that_is_confirmed(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("down", "down", "down", "down", "u")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ConfirmScreen)
        assert "lab-05 (10.0.3.5)" in screen_text(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert fleet.asked == [], "the safe answer has the focus"
        await pilot.press("u", "right", "enter")
        await settle(pilot)
        assert fleet.asked == [("undeploy", "lab-05")]
        assert len(fleet.hosts) == 7
        assert logged(pilot)[-1] == "lab-05  undeployed: 1 agent ended, 856 files (215 MB) removed"


async def test_the_session_of_a_host_ends_before_it_is_undeployed(running: Running) -> None:
    """Else it would deploy again what is being removed."""
    fleet = laboratory()
    fleet.settles = True
    async with running(fleet) as pilot:
        await pilot.press("u", "right", "enter")
        await settle(pilot)
        assert fleet.asked == [("disconnect", "lab-01"), ("undeploy", "lab-01")]


async def test_a_host_that_is_removed_may_be_undeployed_first(running: Running) -> None:
    fleet = laboratory()
    fleet.settles = True
    async with running(fleet) as pilot:
        await pilot.press("minus", "left", "enter")
        await settle(pilot)
        assert fleet.asked == [("disconnect", "lab-01"), ("undeploy", "lab-01"), ("remove", "lab-01")]
        assert isinstance(pilot.app.screen, FleetScreen)
        assert logged(pilot)[-1] == "lab-01  removed"


async def test_a_host_that_could_not_be_undeployed_stays_on_the_list(running: Running) -> None:
    fleet = laboratory()
    fleet.settles = True
    fleet.refuses_undeploy = AuthenticationFailed("lab-01 did not accept the key", remedy="Look at the key.")
    async with running(fleet) as pilot:
        await pilot.press("minus", "left", "enter")
        await settle(pilot)
        assert len(fleet.hosts) == 7
        assert logged(pilot)[-1] == "lab-01  lab-01 did not accept the key. Look at the key."


async def test_what_could_not_be_removed_is_named(running: Running) -> None:
    fleet = laboratory()
    fleet.removed = Removed(0, 3, 1000, left=("agent-1\x1b[31m",))
    async with running(fleet) as pilot:
        await pilot.press("down", "down", "down", "down", "minus", "left", "enter")
        await settle(pilot)
        assert len(fleet.hosts) == 7
        assert "not everything could be removed from lab-05: agent-1␛[31m" in logged(pilot)[-1]


async def test_a_host_with_nothing_on_it_says_so(running: Running) -> None:
    fleet = laboratory()
    fleet.removed = Removed(0, 0, 0)
    async with running(fleet) as pilot:
        await pilot.press("down", "down", "down", "down", "u", "right", "enter")
        await settle(pilot)
        assert logged(pilot)[-1] == "lab-05  undeployed: no deskconsole files were on the host"
