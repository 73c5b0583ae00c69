"""The wall: tiles of what the filter shows, their keys, what is fetched for them; one picture full size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme

from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.tui.app import DeskconsoleApp, Outcome
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.picture import PictureScreen
from deskconsole.tui.screens.wall import WallScreen
from deskconsole.tui.theme import DARK, LIGHT
from deskconsole.tui.widgets.preview import HALF
from deskconsole.tui.widgets.tile import HostTile
from deskconsole.tui.widgets.tile_grid import TileGrid
from support.screens.contrast import contrast
from support.screens.display_fleet import NOW, DisplayFleet, Running, laboratory, live, plant, rooms
from support.screens.piloting import at_rest, console, opened, screen_text, until, until_screen, until_shown


def many(count: int) -> DisplayFleet:
    names = [f"host-{number:03}" for number in range(count)]
    hosts = tuple(Host(name=name, address="10.0.0.1") for name in names)
    return DisplayFleet(hosts, {name: replace(live(name, busy=False), user="ada") for name in names})


def grid(pilot: Pilot[Outcome]) -> TileGrid:
    return pilot.app.screen.query_one(TileGrid)


async def until_pictured(pilot: Pilot[Outcome], count: int) -> str:
    """Waits until `count` tiles have their picture, half cells in the middle; returns the screen's text."""

    def pictured() -> int:
        seen = grid(pilot)
        return sum(seen.source_of(name) is not None for name in seen.in_sight)

    await until(pilot, lambda: pictured() == count)
    await pilot.pause()
    return screen_text(pilot)


async def test_every_state_is_told_by_word_and_sign_on_its_tile(running: Running) -> None:
    fleet = laboratory()
    more = plant()
    fleet.hosts += more.hosts
    fleet.states |= more.states
    async with running(fleet, size=(200, 60)) as pilot:
        await pilot.press("w")
        await until_screen(pilot, WallScreen)
        shown = await until_pictured(pilot, 14)
        assert HALF in shown
        for words in ("● lab-01", "▲ locked", "◐ deploying", "✖ down", "◌ not connected", "▲ stale"):
            assert words in shown
        # The tile has the list's words for the reason, too.
        assert "unlock it there" in shown
        fleet.states["lab-07"] = replace(fleet.states["lab-07"], black=True)
        console(pilot).controller.pull()
        fleet.states["lab-01"] = replace(fleet.states["lab-01"], size=None)
        fleet.numbers = {"lab-01": 1}
        shown = await until_shown(pilot, "▲ black")
        await until_shown(pilot, "◐ no picture yet")
        assert "1 live, 1 black" in shown, "the line above counts it so, too"


async def test_what_the_filter_shows_is_on_the_wall_and_nothing_else_is_fetched(running: Running) -> None:
    fleet = many(40)
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press("slash", *"host-01", "enter")
        await until_shown(pilot, "10 of 40")
        await pilot.press("w")
        await until_screen(pilot, WallScreen)
        assert "/host-01   10 hosts   page 1 of 2" in await until_pictured(pilot, 6)
        first = tuple(f"host-{number:03}" for number in range(10, 16))
        await until(pilot, lambda: (fleet.looked_at, fleet.wall) == (("host-010", first), True))
        await pilot.press("pagedown")
        await until_shown(pilot, "page 2 of 2")
        await until(
            pilot, lambda: fleet.looked_at == ("host-016", ("host-016", "host-017", "host-018", "host-019"))
        )
        await pilot.press("escape")
        await until_screen(pilot, FleetScreen)
        await until(pilot, lambda: not fleet.wall)


async def test_a_filter_without_a_match_opens_no_wall_and_says_so(running: Running) -> None:
    async with running(many(3)) as pilot:
        for key in "wWC":
            await pilot.press("slash", *"nothing", "enter", key)
            await until_shown(pilot, "no host matches 'nothing'; esc clears the filter")
            pilot.app.clear_notifications()
            await pilot.press("escape")
        assert isinstance(pilot.app.screen, FleetScreen)


async def test_tiles_stand_in_the_order_of_the_list_and_show_marks(running: Running) -> None:
    fleet = rooms()
    async with running(fleet, size=(200, 60)) as pilot:
        await pilot.press("end", "w")
        await until_screen(pilot, WallScreen)
        groups = {host.name: host.group for host in fleet.hosts}
        order = [groups[name] for name in grid(pilot).in_sight]
        assert order == ["Room 2"] * 3 + ["Room 10"] * 3 + [""]
        await pilot.press("home", "space")
        shown = await until_shown(pilot, "✓● lab-01")
        assert "1 marked" in shown
        await pilot.press("right", "enter")  # opens that one, not the marked
        await until(pilot, lambda: fleet.asked == [("view", "lab-03")])


async def test_keys_and_the_mouse_move_and_open(running: Running) -> None:
    fleet = many(12)
    async with running(fleet, size=(120, 40)) as pilot:
        await pilot.press("w")
        await until_screen(pilot, WallScreen)
        await until_pictured(pilot, 12)
        await pilot.press("right", "down", "enter")
        await until(pilot, lambda: fleet.asked == [("view", "host-005")])
        await pilot.click(TileGrid, offset=(4, 3), times=2)
        await until(pilot, lambda: fleet.asked[1:] == [("view", "host-000")])
        before = len(grid(pilot).in_sight)
        await pilot.press("plus", "plus")
        await until(pilot, lambda: len(grid(pilot).in_sight) < before)
        assert grid(pilot).selected == "host-000"
        await pilot.press("minus", "minus", "minus")
        await until(pilot, lambda: len(grid(pilot).in_sight) == before)
        assert not any(what == "remove" for what, _ in fleet.asked)


async def test_another_theme_reaches_every_line_of_a_tile(running: Running) -> None:
    def grounds() -> list[set[object]]:
        tile = grid(pilot).query(HostTile).first()
        lines = tile.render_lines(tile.size.region)
        return [{segment.style and segment.style.bgcolor for segment in line} for line in lines]

    async with running(laboratory()) as pilot:
        await pilot.press("w")
        await until_screen(pilot, WallScreen)
        await until_pictured(pilot, 7)
        before = grounds()
        pilot.app.theme = LIGHT.name
        await until(pilot, lambda: grounds()[0] != before[0])
        assert grounds()[-1] != before[-1]
        pilot.app.theme = DARK.name
        await until(pilot, lambda: grounds() == before)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
async def test_words_on_every_tile_can_be_read_with_and_without_the_cursor(
    running: Running, theme: Theme
) -> None:
    fleet = laboratory()
    async with running(fleet, size=(120, 40)) as pilot:
        pilot.app.theme = theme.name
        await pilot.press("w")
        await until_screen(pilot, WallScreen)
        await until_pictured(pilot, 7)
        for _ in fleet.hosts:
            for tile in pilot.app.screen.query(HostTile):
                for y in (0, tile.size.height - 1):
                    for text, style, _ in tile.render_line(y):
                        if style is not None and style.color and style.bgcolor and text.strip():
                            pair = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
                            assert contrast(*pair) >= 4.5, (text, pair)
            await pilot.press("right")


async def test_five_hundred_hosts_have_pages_and_a_small_terminal_says_so(running: Running) -> None:
    fleet = many(500)
    async with running(fleet, size=(200, 60)) as pilot:
        await pilot.press("w")
        await until_screen(pilot, WallScreen)
        await until_pictured(pilot, 48)
        assert "page 1 of 11" in screen_text(pilot)
        await pilot.press("end")
        await until_shown(pilot, "host-499")
        await pilot.resize_terminal(10, 6)
        await until_shown(pilot, "too small")
        await pilot.resize_terminal(80, 24)
        await until_shown(pilot, "host-499")


@pytest.mark.parametrize("where", ["list", "wall"])
async def test_one_picture_fills_the_terminal_and_follows_its_host(running: Running, where: str) -> None:
    fleet = laboratory()
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press(*(["w"] if where == "wall" else []), "z")
        await until_screen(pilot, PictureScreen)
        await until(pilot, lambda: screen_text(pilot).count(HALF) > 60 * 20)
        assert "● lab-01   live" in screen_text(pilot)
        await until(pilot, lambda: fleet.full)
        fleet.states["lab-01"] = Snapshot("lab-01", state=State.CLOSED, since=NOW, size=(1920, 1080))
        console(pilot).controller.pull()
        await until_shown(pilot, "◌ lab-01   disconnected")
        await pilot.press("escape")
        await until_screen(pilot, WallScreen if where == "wall" else FleetScreen)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["narrow", "wide", "large"])
def test_picture(
    snap_compare: Callable[..., bool], size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wall with one host for each state."""
    fleet = laboratory()
    more = plant()
    fleet.hosts += more.hosts
    fleet.states |= more.states

    async def before(pilot: Pilot[Outcome]) -> None:
        await opened(pilot)
        await pilot.press("w", "right")
        await until_screen(pilot, WallScreen)
        await until_pictured(pilot, len(grid(pilot).in_sight))
        await at_rest(pilot)

    app = DeskconsoleApp(fleet, ssh_config=Path("config"), demo_offered=True, clock=lambda: NOW)
    try:
        assert snap_compare(app, terminal_size=size, run_before=before)
    finally:
        app.close()
