"""The first screen: hosts and their states, the keys that act on them, the filter, every size."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from deskconsole.common.errors import ViewerError
from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Exactness, Snapshot
from deskconsole.session.state import State
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host import HostScreen
from deskconsole.tui.widgets.event_pane import EventPane
from deskconsole.tui.widgets.host_table import HostTable
from deskconsole.tui.widgets.preview import HALF
from support.screens.display_fleet import NOW, DisplayFleet, Running, laboratory, live, plant
from support.screens.piloting import (
    console,
    logged,
    screen_text,
    settle,
    until,
    until_gone,
    until_screen,
    until_shown,
)


async def test_each_host_says_its_state_its_reason_and_what_to_do(running: Running) -> None:
    async with running(laboratory()) as pilot:
        shown = screen_text(pilot)
        assert "7 hosts: 2 live, 1 locked, 1 retrying, 1 deploying, 1 down, 1 not connected" in shown
        assert "● lab-01" in shown
        assert "live 2 h 10 min" in shown
        assert "1920x1080" in shown
        assert "locked: unlock it there" in shown
        assert "deploying: uploading the agent 62.0 %, 4 s left" in shown
        assert "down: The host key of lab-04 has changed. Press enter to compare" in shown
        assert "retrying in 6 s (attempt 3): The link was cut." in shown
        assert "exact ✓ (packet 4,120" in shown
        assert "slices 18,233" in shown
        assert "saved of refreshes 412 MB (98.9 %)" in shown


@pytest.mark.parametrize(
    ("key", "asked"),
    [("v", "view"), ("x", "disconnect"), ("r", "refresh"), ("D", "check")],
)
async def test_keys_act_on_the_selected_host(running: Running, key: str, asked: str) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("end", key)
        await settle(pilot)
        assert fleet.asked == [(asked, "lab-07")]


async def test_only_a_host_at_rest_can_be_connected(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("c", "down", "down", "down", "c", "down", "c")
        await settle(pilot)
        assert fleet.asked == [("connect", "lab-04"), ("connect", "lab-05")]


async def test_one_key_connects_all_that_the_filter_shows(running: Running) -> None:
    """Those that are live or on their way stay as they are."""
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("C")
        await settle(pilot)
        everyone = [name for what, name in fleet.asked if what == "connect"]
        assert set(everyone) == {"lab-04", "lab-05"}
        fleet.asked.clear()
        await pilot.press("slash", *"lab-05", "enter", "C")
        await settle(pilot)
        assert fleet.asked == [("connect", "lab-05")]


async def test_a_host_that_is_off_says_when_it_is_tried_again(running: Running) -> None:
    off = Snapshot(
        "lab", since=NOW, state=State.RETRYING, unreachable=True, retry_at=NOW + 40, attempt=1,
        reason="nothing listens at 10.0.0.1:22 (connection refused)",
    )  # fmt: skip
    fleet = DisplayFleet((Host(name="lab", address="10.0.0.1"),), {"lab": off})
    async with running(fleet) as pilot:
        assert "down, next try in 40 s: nothing listens at 10.0.0.1:22" in screen_text(pilot)
        assert "1 host: 1 down" in screen_text(pilot)
        await pilot.press("c")
        await settle(pilot)
        assert fleet.asked == [("connect", "lab")]


async def test_the_selection_stays_with_its_host_when_rows_come_and_go(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("down", "down")
        fleet.hosts = (Host(name="first"), *fleet.hosts[1:])
        console(pilot).controller.pull()
        await pilot.pause()
        assert pilot.app.screen.query_one(HostTable).selected == "lab-03"


async def test_the_scroll_stays_when_figures_change(running: Running) -> None:
    hosts = tuple(Host(name=f"host-{number:02}") for number in range(60))
    fleet = DisplayFleet(hosts, {host.name: live(host.name) for host in hosts})
    async with running(fleet) as pilot:
        table = pilot.app.screen.query_one(HostTable)
        await pilot.press(*["down"] * 30)
        before = table.scroll_offset.y
        assert before > 0
        fleet.states = {host.name: live(host.name, scale=2.0) for host in hosts}
        console(pilot).controller.pull()
        await pilot.pause()
        assert (table.scroll_offset.y, table.selected) == (before, "host-30")
        assert "host-30" in screen_text(pilot)


async def test_the_filter_finds_names_addresses_groups_and_states(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("slash", *"down")
        await pilot.pause()
        table = pilot.app.screen.query_one(HostTable)
        assert [row.name for row in table.rows] == ["lab-04"]
        await pilot.press("enter")
        assert table.has_focus
        await pilot.press("escape")
        await pilot.pause()
        assert len(table.rows) == 7


async def test_a_filter_that_finds_nothing_says_so_and_escape_goes_back(running: Running) -> None:
    async with running(laboratory(), size=(80, 24)) as pilot:
        table = pilot.app.screen.query_one(HostTable)
        assert "esc All" not in screen_text(pilot)
        await pilot.press("down", "down", "slash", *"zzz", "enter")
        shown = await until_shown(pilot, "no host matches 'zzz'; esc clears")
        assert "esc All" in shown.splitlines()[-1]
        assert "q Quit" in shown.splitlines()[-1]
        await pilot.press("escape")
        assert "esc All" not in await until_gone(pilot, "no host matches")
        assert table.selected == "lab-03"


async def test_long_names_never_cut_a_time(running: Running) -> None:
    hosts = tuple(Host(name=f"a-host-with-a-long-name-{number}") for number in range(3))
    since = (NOW - 2 * 3600 - 600, NOW - 59 * 60, NOW - 364 * 86400 - 7200)
    states = {host.name: live(host.name, since=at) for host, at in zip(hosts, since, strict=True)}
    async with running(DisplayFleet(hosts, states), size=(80, 24)) as pilot:
        for width, seen in ((60, "live 2 h"), (70, "live 2 h 10 min"), (80, "live 2 h 10 min")):
            await pilot.resize_terminal(width, 24)
            lines = (await until_shown(pilot, f"{seen} ")).splitlines()
            assert f"{seen} " in lines[2]
            assert re.search(r"live 59 min ", lines[3]), lines[3]
            assert re.search(r"live 364 d ", lines[4]), lines[4]
            assert all(line.rstrip().endswith("2 min       18") for line in lines[2:5])


async def test_enter_opens_a_host_and_escape_comes_back(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("end", "enter")
        await until_screen(pilot, HostScreen)
        shown = await until_shown(pilot, "Updates per second")
        assert "5 min ago" in shown
        assert "lab-07" in shown
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, FleetScreen)


async def test_a_small_terminal_keeps_the_table_and_never_wraps(running: Running) -> None:
    async with running(laboratory(), size=(80, 24)) as pilot:
        lines = screen_text(pilot).splitlines()
        assert all(f"lab-0{number}" in lines[number + 1] for number in range(1, 8))
        assert re.search(
            r"lab-01 +lab +10\.0\.3\.1 +live 2 h 10 min +1920x1080 +2 min +18$", lines[2].rstrip()
        )
        assert not pilot.app.screen.query_one(EventPane).display
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: pilot.app.screen.query_one(EventPane).display)


async def test_a_key_shows_what_the_streams_do_instead_of_who_is_there(running: Running) -> None:
    async with running(laboratory()) as pilot:
        heading = screen_text(pilot).splitlines()[1]
        assert heading.split() == ["host", "group", "address", "state", "screen", "picture", "kB/s"]
        await pilot.press("f")
        heading, first = (await until_shown(pilot, "upd/s")).splitlines()[1:3]
        assert heading.split()[-6:] == ["30", "s", "upd/s", "slices/s", "kB/s", "saved"]
        assert first.rstrip().endswith("98.9 %")
        await pilot.press("f")
        await until_gone(pilot, "upd/s")


async def test_who_is_logged_on_has_a_column_and_is_found_by_the_filter(running: Running) -> None:
    fleet = laboratory()
    fleet.states["lab-07"] = replace(fleet.states["lab-07"], user="LAB\\eva")
    async with running(fleet) as pilot:
        lines = screen_text(pilot).splitlines()
        assert "logged on" in lines[1]
        assert "eva" in lines[8]
        await pilot.press("slash", *"eva")
        table = pilot.app.screen.query_one(HostTable)
        await until(pilot, lambda: [row.name for row in table.rows] == ["lab-07"])


@pytest.mark.parametrize("number", [0, 1, 7, 100])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 12)])
async def test_nothing_is_below_the_last_line(running: Running, number: int, size: tuple[int, int]) -> None:
    """Heights that add up to more than the screen hide the last lines and show a bar to scroll by."""
    hosts = tuple(Host(name=f"host-{index}") for index in range(number))
    fleet = DisplayFleet(hosts, {host.name: live(host.name) for host in hosts[:3]})
    async with running(fleet, size=size) as pilot:
        for keys in ((), ("slash", *"nobody", "enter"), ("escape",)):
            await pilot.press(*keys)
            await pilot.pause(0.2)
            assert pilot.app.screen.max_scroll_y == 0


async def test_a_window_that_cannot_be_shown_is_said_and_the_console_goes_on(running: Running) -> None:
    fleet = laboratory()
    fleet.refuses = ViewerError("There is no display to show a window on.", remedy="Set DISPLAY.")
    async with running(fleet) as pilot:
        await pilot.press("v")
        await settle(pilot)
        await pilot.pause()
        assert "There is no display to show a window on. Set DISPLAY." in screen_text(pilot)
        await pilot.press("down")
        assert pilot.app.screen.query_one(HostTable).selected == "lab-02"


@pytest.mark.parametrize(
    ("name", "short", "full"),
    [
        ("plant-1", "locked: unlock it there", "locked: the session is locked. Unlock it there"),
        ("plant-2", "nobody logged on: log on there", "nobody is logged on in session 1. Log on there."),
        ("plant-3", "desktop disconnected: log on again", "its Remote Desktop window was closed"),
        ("plant-4", "display off: wake it up there", "the display is switched off. Wake it up"),
        (
            "plant-5",
            "no picture: BitBlt failed with error 5: access is denied ",
            "BitBlt failed with error 5: access is denied",
        ),
        ("plant-6", "waiting for 3 min: log on there", "nobody is logged on at plant-6. Log on there"),
        ("plant-7", "stale: nothing heard for 10 s", "stale: nothing heard for 10 s"),
    ],
)
async def test_what_keeps_a_screen_from_being_seen_is_said_in_a_narrow_row_and_in_full_below(
    running: Running, name: str, short: str, full: str
) -> None:
    async with running(plant(), size=(80, 24)) as pilot:
        await pilot.press(*["down"] * (int(name[-1]) - 1))

        def below() -> str:
            lines = screen_text(pilot).splitlines()[9:]
            return " ".join(" ".join(line.split(HALF)[0] for line in lines).split())

        await until(pilot, lambda: full in below())
        assert any(name in line and short in line for line in screen_text(pilot).splitlines()[:9])
        assert ("picture of 22:11:10 (2 min old)" in below()) == (name != "plant-6")


async def test_the_header_sums_up_where_it_has_no_room_for_every_state(running: Running) -> None:
    async with running(plant(), size=(80, 24)) as pilot:
        assert screen_text(pilot).splitlines()[0].startswith(" 7 hosts: 7 need attention ")
        await pilot.resize_terminal(200, 40)
        shown = await until_shown(pilot, "7 hosts: 1 desktop disconnected, 1 display off, 1 locked")
        assert "7 hosts: 1 desktop" in shown.splitlines()[0]


async def test_a_host_that_is_down_names_the_doctor_where_the_footer_has_no_room(running: Running) -> None:
    async with running(laboratory(), size=(80, 24)) as pilot:
        assert "o Doctor" not in screen_text(pilot)
        await pilot.press("down", "down", "down")
        await until_shown(pilot, "o looks for what is wrong, step by step")
    async with running(laboratory(), size=(120, 40)) as pilot:
        assert "d Deploy" in (await until_shown(pilot, "o Doctor")).splitlines()[-1]


async def test_the_first_host_is_shown_though_the_table_was_scrolled_by_the_wheel(running: Running) -> None:
    hosts = tuple(Host(name=f"host-{number:02}") for number in range(60))
    async with running(DisplayFleet(hosts), size=(80, 24)) as pilot:
        table = pilot.app.screen.query_one(HostTable)
        for key, seen in (("g", "host-00"), ("home", "host-00"), ("k", "host-00"), ("G", "host-59")):
            table.scroll_to(y=20, animate=False, immediate=True)
            await pilot.pause()
            await pilot.press(key)
            await until_shown(pilot, f"◌ {seen}")
            assert table.selected == seen


async def test_a_comparison_and_a_refresh_show_their_answer(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press("D", "r")
        await settle(pilot)
        seen = fleet.states["lab-01"]
        compared = Exactness(packet=4121, exact=True, digest="77", at=NOW)
        figures = replace(seen.statistics, refreshes={"console request": 9})
        fleet.states["lab-01"] = replace(seen, exactness=compared, statistics=figures)
        console(pilot).controller.pull()

        def shown() -> str:
            return " ".join(screen_text(pilot).split())

        await until(pilot, lambda: "verified: every pixel is as on the host (packet 4,121)" in shown())
        await until(pilot, lambda: "the whole picture was sent again" in shown())
        assert "lab-01  the whole picture was sent again" in logged(pilot)
        await pilot.press("D")
        await settle(pilot)
        fleet.states["lab-01"] = Snapshot("lab-01")
        console(pilot).controller.pull()
        missing = "lab-01  the comparison did not come: see the state of the host"
        await until(pilot, lambda: missing in logged(pilot))
