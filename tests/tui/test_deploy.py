"""The way to a first picture, step by step: shown, put aside, called off."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from deskconsole.common.progress import StepId
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.session.steps import SessionStep, StepOutcome
from deskconsole.tui.app import Outcome
from deskconsole.tui.screens.deploy import DeployScreen
from deskconsole.tui.screens.doctor import DoctorScreen
from deskconsole.tui.screens.fleet import FleetScreen
from support.screens.display_fleet import NOW, UPLOADING, DisplayFleet, Running, laboratory, live, plant
from support.screens.piloting import console, screen_text, settle, until_screen, until_shown

FAILED = Snapshot(
    "lab-05",
    state=State.FAILED,
    since=NOW,
    reason="no room on lab-05 for the agent: 4 MB are needed, 1 MB are free",
    remedy="Free some space where /home/ops/.deskconsole is.",
    steps=(*UPLOADING[:4], replace(UPLOADING[4], outcome=StepOutcome.FAILED)),
)


async def shows(pilot: Pilot[Outcome], fleet: DisplayFleet, snapshot: Snapshot) -> str:
    """The screen once the host is so."""
    fleet.states[snapshot.host] = snapshot
    console(pilot).controller.pull()
    await pilot.pause(0.2)
    await pilot.pause()
    return screen_text(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_each_step_says_its_bytes_its_rate_and_what_is_left(
    running: Running, size: tuple[int, int]
) -> None:
    async with running(laboratory(), size=size) as pilot:
        await pilot.press("down", "down", "d")
        await until_shown(pilot, "4 s left")
        lines = re.findall("│(.+)│", screen_text(pilot))
        words = [" ".join(line.split()) for line in lines]
        assert "✓ connecting 0.3 s" in words
        assert "✓ uploading the Python runtime 27 MB 9.1 MB/s 3.0 s" in words
        assert "◐ uploading the agent 6.2 s" in words
        bars = [line for line in words if line.startswith("█")]
        assert len(bars) == 1
        assert "░ 62.0 % 620 kB of 1.0 MB 100 kB/s 4 s left" in bars[0]
        assert "11.1 s so far" in words
        assert all(len(line) <= size[0] for line in screen_text(pilot).splitlines())


async def test_a_removed_host_takes_its_dialog_and_its_page_away(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("enter", "d")
        await until_screen(pilot, DeployScreen)
        fleet.hosts = fleet.hosts[1:]
        await until_screen(pilot, FleetScreen)


async def test_deploying_a_host_at_rest_connects_it_and_x_cancels_that(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press(*["down"] * 4, "d")
        await settle(pilot)
        assert fleet.asked == [("connect", "lab-05")]
        shown = await shows(pilot, fleet, Snapshot("lab-05", state=State.PROBING, steps=UPLOADING[:2]))
        assert "Hide  esc" in shown
        assert "Cancel  x" in shown
        assert "also on their way: lab-03 deploying: uploading the agent 62.0 %" in shown
        await pilot.press("x")
        await settle(pilot)
        assert fleet.asked == [("connect", "lab-05"), ("disconnect", "lab-05")]
        assert isinstance(pilot.app.screen, FleetScreen)


@pytest.mark.parametrize("key", ["escape", "h", "d", "enter"])
async def test_a_hidden_deploy_continues(running: Running, key: str) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("down", "down", "d")
        await until_screen(pilot, DeployScreen)
        await pilot.press(key)
        await settle(pilot)
        assert isinstance(pilot.app.screen, FleetScreen)
        assert fleet.asked == []


async def test_a_long_remedy_is_whole_in_the_dialog(running: Running) -> None:
    remedy = " ".join(f"step {number} of what helps," for number in range(24)) + " then connect again."
    fleet = laboratory()
    async with running(fleet, size=(120, 40)) as pilot:
        await pilot.press(*["down"] * 4, "d")
        await settle(pilot)
        shown = await shows(pilot, fleet, replace(FAILED, remedy=remedy))
        inside = " ".join(line.split("│")[1] for line in shown.splitlines() if line.count("│") >= 2)
        assert remedy in " ".join(inside.split())


async def test_a_failure_stands_below_its_step_with_the_remedy_and_can_be_tried_again(
    running: Running,
) -> None:
    fleet = laboratory()
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press(*["down"] * 4, "d")
        await settle(pilot)
        shown = await shows(pilot, fleet, FAILED)
        lines = shown.splitlines()
        at = next(index for index, line in enumerate(lines) if "✖ uploading the agent" in line)
        assert "down: no room on lab-05" in lines[at + 1]
        assert "Free some space where /home/ops/.deskconsole is." in shown
        await pilot.press("c")
        await settle(pilot)
        assert fleet.asked == [("connect", "lab-05")] * 2
        await pilot.press("o")
        await until_screen(pilot, DoctorScreen)
        assert fleet.asked[2:] == [("examine", "lab-05")]


async def test_the_first_picture_says_how_long_it_took(running: Running) -> None:
    fleet = laboratory()
    done = (*UPLOADING[:4], SessionStep(StepId.FIRST_PICTURE, StepOutcome.DONE, seconds=0.2))
    fleet.states["lab-01"] = replace(live("lab-01"), steps=done)
    async with running(fleet) as pilot:
        await pilot.press("d")
        await until_shown(pilot, "● first picture after 5.1 s")
        await pilot.press("escape")
        await settle(pilot)
        assert fleet.asked == []


async def test_a_host_without_a_user_says_that_it_waits_and_goes_on_by_itself(running: Running) -> None:
    async with running(plant(), size=(80, 24)) as pilot:
        assert "▲ plant-6   10.0.4.6  waiting for 3 min: log on there" in screen_text(pilot)
        await pilot.press("end", "up", "d")
        shown = await until_shown(pilot, "◐ waiting")
        assert "waiting: nobody is logged on at plant-6" in shown
        assert "it goes on by itself" in shown


async def test_a_long_upload_shows_itself_to_who_connected_the_host_and_goes_with_the_picture(
    running: Running,
) -> None:
    fleet = laboratory()
    del fleet.states["lab-03"]
    uploading = Snapshot("lab-05", state=State.DEPLOYING, since=NOW, steps=UPLOADING)
    async with running(fleet) as pilot:
        await pilot.press(*["down"] * 4, "c")
        await settle(pilot)
        assert isinstance(pilot.app.screen, FleetScreen)
        await shows(pilot, fleet, uploading)
        assert isinstance(pilot.app.screen, DeployScreen)
        await pilot.press("h")
        await until_screen(pilot, FleetScreen)
        await shows(pilot, fleet, uploading)
        assert isinstance(pilot.app.screen, FleetScreen)
        await pilot.press("x")
        await settle(pilot)
        await shows(pilot, fleet, Snapshot("lab-05", state=State.CLOSED))
        await pilot.press("c")
        await settle(pilot)
        await shows(pilot, fleet, uploading)
        assert isinstance(pilot.app.screen, DeployScreen)
        await shows(pilot, fleet, live("lab-05"))
        assert isinstance(pilot.app.screen, FleetScreen)


async def test_nothing_shows_itself_to_who_moved_on_or_only_looks(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("down", "down")
        await pilot.pause(0.1)  # Nothing comes: a condition has nothing to wait for.
        assert isinstance(pilot.app.screen, FleetScreen)
        await pilot.press("down", "down", "c", "up")
        await settle(pilot)
        del fleet.states["lab-03"]
        await shows(pilot, fleet, Snapshot("lab-05", state=State.DEPLOYING, since=NOW, steps=UPLOADING))
        assert isinstance(pilot.app.screen, FleetScreen)


async def test_several_deploys_at_once_stay_in_the_table(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press(*["down"] * 4, "c")
        await settle(pilot)
        await shows(pilot, fleet, Snapshot("lab-05", state=State.DEPLOYING, since=NOW, steps=UPLOADING))
        assert isinstance(pilot.app.screen, FleetScreen)
