"""Manners that people expect: the mouse works, a toast hides nothing new, colours can be read."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme

from deskconsole.common.settings import Settings
from deskconsole.tui.app import DeskconsoleApp, Outcome
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host import HostScreen
from deskconsole.tui.screens.log import LogScreen
from deskconsole.tui.theme import DARK, LIGHT, THEMES
from support.screens.contrast import contrast
from support.screens.display_fleet import NOW, Running, laboratory, warning
from support.screens.piloting import console, screen_text, until, until_gone, until_screen, until_shown


def place_of(pilot: Pilot[Outcome], words: str) -> tuple[int, int]:
    """Column and line of the words on the screen."""
    lines = screen_text(pilot).splitlines()
    return next((line.index(words), number) for number, line in enumerate(lines) if words in line)


async def click(pilot: Pilot[Outcome], words: str, *, times: int = 1) -> None:
    await until_shown(pilot, words)
    await pilot.click(offset=place_of(pilot, words), times=times)


async def test_the_mouse_reaches_hosts_keys_and_buttons(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await click(pilot, "lab-05")
        await until_shown(pilot, "─lab-05─")
        await click(pilot, "Connect ")
        await until(pilot, lambda: ("connect", "lab-05") in fleet.asked)
        await click(pilot, "lab-01", times=2)
        await until_screen(pilot, HostScreen)
        await click(pilot, "Back")
        await until_screen(pilot, FleetScreen)
        await pilot.press("minus")
        await click(pilot, "Keep")
        await until_screen(pilot, FleetScreen)
        assert len(fleet.hosts) == 7
        await click(pilot, "Log")
        await until_screen(pilot, LogScreen)
        await click(pilot, "Menu")
        await until_shown(pilot, "Search")


@pytest.mark.parametrize("events", [6, 60])
async def test_a_toast_does_not_hide_the_newest_events_of_the_log(running: Running, events: int) -> None:
    async with running(laboratory(), size=(80, 24)) as pilot:
        controller = console(pilot).controller
        for number in range(events):
            controller.events.deliver(warning("lab-06", f"event {number}", NOW))
        await pilot.press("l")
        await until_shown(pilot, f"event {events - 1}")
        controller.say("4 lines copied, and a sentence that is long enough to be as wide as a toast may be")
        shown = await until_shown(pilot, "4 lines copied")
        assert all(f"event {number}" in shown for number in range(events - 5, events))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_colours_can_be_read(theme: Theme) -> None:
    """Text has a contrast of 4.5 to its background, as WCAG 2 demands."""
    signs = (theme.foreground, theme.accent, theme.primary, theme.success, theme.warning, theme.error)
    for behind in filter(None, (theme.background, theme.surface, theme.panel)):
        for colour in filter(None, signs):
            assert contrast(Color.parse(colour), Color.parse(behind)) >= 4.5, (colour, behind)


@pytest.mark.parametrize("name", THEMES)
async def test_the_theme_of_the_settings_is_shown(tmp_path: Path, name: str) -> None:
    settings = msgspec.convert({"theme": name}, Settings)
    app = DeskconsoleApp(laboratory(), ssh_config=tmp_path / "none", clock=lambda: NOW, settings=settings)
    try:
        async with app.run_test() as pilot:
            await until_shown(pilot, "7 hosts: 2 live")
            assert app.theme == THEMES[name].name
            background = app.screen.styles.background
            assert (background.ansi is not None) == (name == "terminal")
            assert name == "terminal" or (background.brightness > 0.5) == (name == "light")
            await pilot.press("minus")
            await until_shown(pilot, "Remove lab-01")
            await until_shown(pilot, "7 hosts: 2 live")  # behind the dialog
    finally:
        app.close()


@pytest.mark.parametrize("keys", [[], ["enter"]])
async def test_a_terminal_that_is_too_small_is_told_so_in_one_sentence(
    running: Running, keys: list[str]
) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press(*keys)
        await pilot.resize_terminal(30, 8)
        shown = await until_shown(pilot, "the terminal is too small")
        assert "40 columns and 10 lines" in " ".join(shown.split())
        assert "lab-01" not in shown
        pilot.app.notify("something happened")
        await until(pilot, lambda: bool(pilot.app.screen.query("Toast")))
        await pilot.pause()
        assert "happened" not in screen_text(pilot), "nothing lies over the sentence"
        await pilot.resize_terminal(80, 24)
        await until_shown(pilot, "lab-01")


async def test_the_help_leaves_a_margin_and_names_the_keys_that_scroll_and_close(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("f1")
        shown = await until_shown(pilot, "↑ ↓ more keys   escape closes")
        box = [row for row, line in enumerate(shown.splitlines()) if "╭" in line or "╰" in line]
        assert box[0] >= 3
        assert box[1] <= 36
        await pilot.press("end")
        await until_shown(pilot, "needs a look")
        await pilot.press("escape")
        await until_gone(pilot, "escape closes")
