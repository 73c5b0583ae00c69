"""Keys in one burst, as auto-type and slow links send them, and keys typed before the first screen stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from deskconsole.inventory.host import Host
from deskconsole.session.events import Event
from deskconsole.ssh.prompts import Questions
from deskconsole.tui import app
from deskconsole.tui.app import DeskconsoleApp, Outcome
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host_form import HostForm
from deskconsole.tui.widgets.host_table import HostTable
from support.screens.display_fleet import NOW, DisplayFleet, Running, laboratory
from support.screens.piloting import screen_text, until, until_shown

_CHARACTERS = {"slash": "/", "space": " ", "minus": "-"}


def burst(pilot: Pilot[Outcome], *keys: str) -> None:
    """All keys at once: none waits for what the one before led to."""
    for key in keys:
        character = key if len(key) == 1 else _CHARACTERS.get(key)
        pilot.app.post_message(events.Key(key, character))


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("a", "b", "c", "ctrl+u", "d", "e", "f"), "def"),
        (("a", "b", "home", "x"), "xab"),
        (("a", "b", "left", "x", "backspace", "y"), "ayb"),
        (("a", "b", "ctrl+w", "c"), "c"),
        (("a", "space", "b", "delete", "left", "left", "delete", "c"), "acb"),
    ],
)
async def test_editing_keys_in_a_burst_act_in_their_order(
    running: Running, keys: tuple[str, ...], value: str
) -> None:
    async with running(laboratory()) as pilot:
        burst(pilot, "a", "tab", *keys)
        await until(pilot, lambda: isinstance(pilot.app.screen, HostForm))
        await until(pilot, lambda: pilot.app.screen.query_one("#address", Input).value == value)


@pytest.mark.parametrize("leave", ["enter", "escape"])
async def test_what_is_typed_behind_the_filter_is_no_part_of_it(running: Running, leave: str) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        burst(pilot, "slash", *"lab-07", leave, "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, HostForm))
        await until(pilot, lambda: pilot.app.screen.query_one("#name", Input).value == "lab-07")
        filter_ = pilot.app.screen_stack[-2].query_one(Input)
        assert filter_.value == ("lab-07" if leave == "enter" else "")


async def test_escape_and_the_letter_behind_it_are_two_keys_though_a_terminal_sends_them_as_one(
    running: Running,
) -> None:
    async with running(laboratory()) as pilot:
        burst(pilot, "slash", "x")
        pilot.app.post_message(events.Key("alt+j", "j"))
        pilot.app.post_message(events.Key("alt+shift+g", "G"))
        table = pilot.app.screen.query_one(HostTable)
        await until(pilot, lambda: table.selected == "lab-07")
        assert pilot.app.screen.query_one(Input).value == ""


async def test_a_host_is_added_and_used_in_one_burst(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        burst(pilot, "a", *"new", "tab", *"10", "enter", "c", "minus", "right", "enter", "a", *"old", "enter")
        await until(pilot, lambda: ("add", "old") in fleet.asked)
        assert fleet.asked == [("add", "new"), ("connect", "new"), ("remove", "new"), ("add", "old")]


async def test_a_paste_waits_for_the_keys_before_it(running: Running) -> None:
    async with running(laboratory()) as pilot:
        burst(pilot, "a", "x", "ctrl+u")
        pilot.app.post_message(events.Paste("pasted"))
        burst(pilot, "left", "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, HostForm))
        await until(pilot, lambda: pilot.app.screen.query_one("#name", Input).value == "pasteyd")


class SlowFleet(DisplayFleet):
    """Opens once `opened` is set."""

    def __init__(self, hosts: tuple[Host, ...]) -> None:
        super().__init__(hosts)
        self.opened = threading.Event()

    def open(self, questions: Questions, deliver: Callable[[Event], None]) -> DisplayFleet:
        self.opened.wait(30)
        return super().open(questions, deliver)


async def test_keys_typed_before_the_hosts_are_there_reach_the_list(tmp_path: Path) -> None:
    fleet = SlowFleet(laboratory().hosts)
    app = DeskconsoleApp(fleet, ssh_config=tmp_path / "config", clock=lambda: NOW)
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            burst(pilot, "j", "j", "c")
            await pilot.pause(0.1)
            assert isinstance(app.screen, FleetScreen)
            assert app.screen.query_one(Input).value == ""
            fleet.opened.set()
            await until(pilot, lambda: fleet.asked == [("connect", "lab-03")])
            assert app.screen.query_one(HostTable).selected == "lab-03"
            assert not app.screen.has_class("-filtered")
    finally:
        fleet.opened.set()
        app.close()


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_the_console_can_be_left_before_the_hosts_are_there(tmp_path: Path, key: str) -> None:
    fleet = SlowFleet(laboratory().hosts)
    app = DeskconsoleApp(fleet, ssh_config=tmp_path / "config", clock=lambda: NOW)
    try:
        async with app.run_test() as pilot:
            burst(pilot, key)
            await until(pilot, lambda: app.return_value == "quit")
            fleet.opened.set()
    finally:
        fleet.opened.set()
        app.close()


async def test_a_filter_that_is_set_in_any_way_is_seen(running: Running) -> None:
    async with running(laboratory(), size=(80, 24)) as pilot:
        pilot.app.screen.query_one(Input).value = "jj"
        assert "0 of 7" in await until_shown(pilot, "no host matches 'jj'; esc clears")
        await pilot.press("escape")
        await until_shown(pilot, "◌ lab-05")


async def test_a_second_ctrl_c_leaves(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("ctrl+c")
        await until_shown(pilot, "ctrl+c again leaves; q does so at once.")
        assert pilot.app.return_value is None
        await pilot.press("ctrl+c")
        await until(pilot, lambda: pilot.app.return_value == "quit")


async def test_ctrl_c_in_a_marked_field_copies_and_still_leaves_at_the_second_time(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "CTRL_C_AGAIN", 120.0)  # The machine may be busy.
    async with running(laboratory()) as pilot:
        burst(pilot, "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, HostForm))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Copied. ctrl+c again leaves." in screen_text(pilot))
        assert pilot.app.clipboard == "lab-01"
        await pilot.press("ctrl+c")
        await until(pilot, lambda: pilot.app.return_value == "quit")
