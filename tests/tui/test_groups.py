"""Groups with headings that fold, and the order of the list."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.color import Color
from textual.theme import Theme

from deskconsole.inventory.host import Host
from deskconsole.tui.theme import DARK, LIGHT
from deskconsole.tui.widgets.host_table import HostTable
from support.screens.contrast import contrast
from support.screens.display_fleet import NOW, DisplayFleet, Running, live, rooms
from support.screens.piloting import console, screen_text, until, until_gone, until_shown


async def test_a_group_folds_and_space_on_its_heading_marks_its_hosts(running: Running) -> None:
    fleet = rooms()
    async with running(fleet) as pilot:
        table = pilot.app.screen.query_one(HostTable)
        assert table.selected == "lab-01"
        assert "▾ Room 2   3 hosts: 2 live, 1 connecting" in screen_text(pilot)
        await pilot.press("left")
        shown = await until_gone(pilot, "● lab-01")
        assert "▸ Room 2" in shown
        assert table.selected is None
        await pilot.press("v")
        await until_shown(pilot, "this is the heading of a group")
        await pilot.press("space")
        await until_shown(pilot, "▸ Room 2   3 hosts: 2 live, 1 connecting   3 marked")
        assert console(pilot).controller.marked == ("lab-01", "lab-03", "lab-07")
        assert fleet.asked == [], "no key acts on a heading"
        await pilot.press("enter", "space")
        await until_shown(pilot, "● lab-01")
        assert console(pilot).controller.marked == ()
        await pilot.click(HostTable, offset=(5, 5))
        await until_shown(pilot, "▸ Room 10")


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
async def test_every_word_of_the_table_can_be_read_with_and_without_the_cursor(
    running: Running, theme: Theme
) -> None:
    """A contrast of 4.5 to the background, as WCAG 2 demands."""
    async with running(rooms()) as pilot:
        pilot.app.theme = theme.name
        table = pilot.app.screen.query_one(HostTable)
        await until_shown(pilot, "▾ Room 2")
        for line in range(table.height_of_all):
            for y in range(table.size.height):
                for text, style, _ in table.render_line(y):
                    if style is not None and style.color and style.bgcolor and text.strip(" ▁▂▃▄▅▆▇█"):
                        pair = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
                        assert contrast(*pair) >= 4.5, (line, text, pair)
            await pilot.press("down")


async def test_the_selection_stays_with_its_host_while_rows_are_sorted_by_traffic(running: Running) -> None:
    fleet = rooms()
    async with running(fleet) as pilot:
        table = pilot.app.screen.query_one(HostTable)
        await pilot.press("h", "less_than_sign", "home", "down")
        heading = (await until_shown(pilot, "kB/s ▾")).splitlines()[1]
        assert "group" in heading
        assert table.selected == "lab-01"
        fleet.states["lab-01"] = live("lab-01", scale=99.0)
        console(pilot).controller.pull()
        await until(pilot, lambda: table.cursor == 0)
        assert table.selected == "lab-01"
        await pilot.click(HostTable, offset=(4, 0))
        await until_shown(pilot, "host ▴")
        await pilot.press("tilde")
        shown = await until_shown(pilot, "host ▾")
        assert "lab-07" in shown.splitlines()[2]
        assert table.selected == "lab-01"


async def test_hosts_of_one_group_have_no_heading(running: Running) -> None:
    hosts = tuple(Host(name=f"lab-{number}", group="lab") for number in range(3))
    async with running(DisplayFleet(hosts)) as pilot:
        assert "▾" not in screen_text(pilot)


async def test_five_hundred_hosts_in_groups_follow_a_key_at_once(running: Running) -> None:
    hosts = tuple(Host(name=f"pc-{number:03}", group=f"Room {number % 20}") for number in range(500))
    fleet = DisplayFleet(hosts, {host.name: live(host.name) for host in hosts})
    async with running(fleet) as pilot:
        table = pilot.app.screen.query_one(HostTable)
        await pilot.press("G")
        await until(pilot, lambda: table.selected == "pc-499")
        await pilot.press("asterisk")
        await until_shown(pilot, "500 hosts, 500 marked")
        fleet.states["pc-000"] = replace(fleet.states["pc-000"], since=NOW - 60)
        console(pilot).controller.pull()
        assert table.selected == "pc-499"
