"""Hosts come and go: the form, removing, what an empty start offers, the SSH configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.widgets import Button, Input

from deskconsole.common.errors import ConfigurationError, HostGone
from deskconsole.inventory.host import Host
from deskconsole.tui.host_edits import save
from deskconsole.tui.screens.confirm import ConfirmScreen
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host_form import HostForm
from deskconsole.tui.widgets.host_table import HostTable
from support.screens.display_fleet import DisplayFleet, Running, laboratory
from support.screens.piloting import console, logged, screen_text, settle, until_screen, until_shown


async def test_a_host_is_added_once_its_fields_are_right(running: Running) -> None:
    fleet = DisplayFleet()
    async with running(fleet) as pilot:
        await pilot.press("a", *"web", "tab", *"10.0.0.9", "tab", *"99999", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HostForm)
        assert not fleet.asked
        assert "a number from 1 to 65535" in screen_text(pilot)
        assert pilot.app.screen.query_one("#port", Input).has_focus
        await pilot.press(*["backspace"] * 5, *"2222", "enter")
        await settle(pilot)
        assert fleet.hosts == (Host(name="web", address="10.0.0.9", port=2222),)
        assert logged(pilot) == ["web  added"]
        assert pilot.app.screen.query_one(HostTable).selected == "web"


async def test_a_name_is_asked_for_and_must_be_free(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("a", "enter")
        await settle(pilot)
        assert "a name of 1 to 64 characters" in screen_text(pilot)
        await pilot.press(*"lab-02", "enter")
        await settle(pilot)
        assert "Another host has this name already" in screen_text(pilot)
        assert not fleet.asked


async def test_rights_on_windows_are_chosen_by_the_arrows(running: Running) -> None:
    fleet = laboratory()
    kept = []
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press("e", *["up"] * 6)
        await until_shown(pilot, "● least  ○ highest  those the user has anyway")
        await pilot.press("right")
        await until_shown(pilot, "○ least  ● highest  elevated windows too")
        await pilot.press("enter")
        await settle(pilot)
        kept.append(fleet.hosts[0].run_level)
        await pilot.press("e")
        await pilot.click("#run_level", offset=(1, 0))
        await until_shown(pilot, "● least")
        await pilot.press("ctrl+s")
        await settle(pilot)
        kept.append(fleet.hosts[0].run_level)
        assert kept == ["highest", "least"]


async def test_control_consent_and_keyboard_are_chosen_and_go_back_to_what_is_usual(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press("e", "up", "up", "up", "right", "up", "right", "up", "right", "right")
        text = await until_shown(pilot, "○ characters  ● position  for virtual machines, games")
        assert "○ allowed  ○ ask  ● never  it only looks" in text
        assert "○ others  ● always  ○ never  every desktop" in text
        await pilot.press("enter")
        await settle(pilot)
        changed = fleet.hosts[0]
        assert (changed.control, changed.consent, changed.keyboard) == ("never", "always", "position")
        await pilot.press("e", "up", "up", "up", "right", "up", "left", "up", "right", "enter")
        await settle(pilot)
        usual = fleet.hosts[0]
        assert (usual.control, usual.consent, usual.keyboard) == (None, "others", None)


async def test_editing_keeps_what_was_not_touched(running: Running) -> None:
    fleet = laboratory()
    odd = Host(name="lab-01", address="10.0.3.1", group="odd\u202egroup")
    fleet.hosts = (odd, *fleet.hosts[1:])
    async with running(fleet) as pilot:
        await pilot.press("e", "tab", *["backspace"] * 30, *"10.9.9.9", "enter")
        await settle(pilot)
        assert fleet.hosts[0].address == "10.9.9.9"
        assert logged(pilot) == ["lab-01  edited"]
        assert fleet.hosts[0].group == odd.group


async def test_a_file_that_cannot_be_written_is_said_in_the_form(running: Running) -> None:
    fleet = laboratory()
    fleet.refuses = ConfigurationError("hosts.toml cannot be written.", remedy="Free some space.")
    async with running(fleet) as pilot:
        await pilot.press("e", *"x", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, HostForm)
        lines = [
            inside[1].strip() if (inside := line.split("│"))[1:] else ""
            for line in screen_text(pilot).splitlines()
        ]
        at = lines.index("hosts.toml cannot be written. Free some space.")
        assert "ask to see" in lines[at - 2]
        assert lines[at - 1] == ""  # it belongs to no field


async def test_removed_host_is_not_an_error(running: Running) -> None:
    fleet = laboratory()
    fleet.refuses = HostGone("there is no host called 'lab-01'")
    async with running(fleet) as pilot:
        await pilot.press("c", "v", "x", "D")
        await settle(pilot)
        await pilot.pause(0.2)
        assert not pilot.app.query("Toast")
        assert "there is no host" not in screen_text(pilot)


async def test_removing_asks_names_the_host_and_keeps_it_by_default(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("minus")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ConfirmScreen)
        assert "Take lab-01 (10.0.3.1) off the list?" in screen_text(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert len(fleet.hosts) == 7
        await pilot.press("minus", "right", "enter")
        await settle(pilot)
        assert next(host.name for host in fleet.hosts) == "lab-02"
        assert fleet.asked == [("remove", "lab-01")]
        assert logged(pilot) == ["lab-01  removed"]


async def test_buttons_answer_to_the_mouse_too(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("a")
        await pilot.pause()
        assert len(pilot.app.screen.query(Button)) == 2
        await pilot.click("#cancel")
        await pilot.pause()
        assert isinstance(pilot.app.screen, FleetScreen)


async def test_an_empty_start_offers_three_ways(running: Running) -> None:
    async with running(DisplayFleet(), size=(80, 24)) as pilot:
        shown = screen_text(pilot)
        assert "nothing but SSH" in shown.replace("\n", " ") or "over nothing" in shown
        for way in ("Add a host", "Import hosts", "Try the demo"):
            assert way in shown
        await pilot.press("end", "enter")
        await pilot.pause()
        assert pilot.app.return_value == "demo"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    (tmp_path / "more").write_text("Host included\n")
    path.write_text(
        "Include more\nHost web db *.lan !not\n  Port 2222\n  User ann\n  HostName 10.0.0.5\n"
        "Host = 'quoted one'\n# Host no\nHost zoo\n"
    )
    return path


async def test_all_that_the_ssh_configuration_names_is_imported_in_its_order(
    running: Running, config: Path
) -> None:
    fleet = DisplayFleet((Host(name="db"),))
    async with running(fleet, size=(80, 24), ssh_config=config) as pilot:
        await pilot.press("i")
        shown = await until_shown(pilot, "space: this one  a: all or none  enter: import 4")
        assert "[x] included" in shown
        assert "[x] web" in shown
        assert "Import 4 hosts" in shown
        await settle(pilot)
        assert re.search(r"\[x\] web +ann@10.0.0.5:2222", screen_text(pilot))
        await pilot.press("enter")
        await settle(pilot)
        assert [host.name for host in fleet.hosts] == ["db", "included", "web", "zoo"]
        assert "the alias quoted one cannot be a host here" in " ".join(logged(pilot))


async def test_what_is_not_ticked_is_not_imported(running: Running, config: Path) -> None:
    fleet = DisplayFleet((Host(name="db"),))
    async with running(fleet, size=(80, 24), ssh_config=config) as pilot:
        await pilot.press("i", "a")
        shown = await until_shown(pilot, "Import 0 hosts")
        assert "[ ] included" in shown
        assert "[x]" not in shown
        assert "enter" not in shown.split("a: all or none")[1].splitlines()[0]
        assert pilot.app.screen.query_one("#take", Button).disabled
        await pilot.press("enter")  # nothing is ticked: the list stays
        await pilot.press("end", "space", "home", "space")
        await until_shown(pilot, "Import 2 hosts")
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert [host.name for host in fleet.hosts] == ["db", "included", "zoo"]


async def test_where_there_is_nothing_to_import_the_button_closes(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("i")
        await until_shown(pilot, "names no hosts that are not here already")
        assert [str(button.label) for button in pilot.app.screen.query(Button)] == ["Close"]
        await pilot.press("enter")
        await until_screen(pilot, FleetScreen)


@pytest.mark.parametrize(
    ("typed", "added"),
    [
        ("root@127.0.0.1:46871", Host(name="lab", address="127.0.0.1", user="root", port=46871)),
        ("ssh://root@lab-01:22/", Host(name="lab", address="lab-01", user="root", port=22)),
        ("desk@[fe80::1%lo]:2222", Host(name="lab", address="fe80::1%lo", user="desk", port=2222)),
        ("[::1]", Host(name="lab", address="::1")),
    ],
)
async def test_an_address_with_user_and_port_is_taken_apart(
    running: Running, typed: str, added: Host
) -> None:
    fleet = DisplayFleet()
    async with running(fleet) as pilot:
        await pilot.press("a", *"lab", "tab", *typed, "enter")
        await settle(pilot)
        assert fleet.hosts == (added,)


async def test_a_destination_may_be_typed_as_the_name(running: Running) -> None:
    fleet = DisplayFleet()
    async with running(fleet) as pilot:
        await pilot.press("a", *"desk@[::1]:2222", "enter")
        await settle(pilot)
        assert fleet.hosts == (Host(name="desk@::1:2222", address="::1", user="desk", port=2222),)


async def test_an_address_that_contradicts_a_field_is_told_beside_it(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("e", "tab", "ctrl+u", *"root@10.0.0.9:22", "enter")
        await settle(pilot)
        shown = screen_text(pilot)
        assert "The address says user root, the field user says ops." in shown
        assert "Clear one of" in shown
        assert not fleet.asked


async def test_an_address_that_is_none_is_told_in_the_form(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("a", *"lab", "tab", *"host:ssh", "enter")
        await settle(pilot)
        assert "Port must be a whole number from 1 to 65535, not 'ssh'" in screen_text(pilot)
        await pilot.press(
            "escape", "a", *"lab", "tab", *"host", "tab", "tab", "tab", "tab", *"gate:0", "enter"
        )
        await settle(pilot)
        assert "Jump host 'gate:0': port must be a whole number" in screen_text(pilot)
        assert not fleet.asked


async def test_a_host_is_marked_to_be_connected_at_the_start(running: Running) -> None:
    fleet = laboratory()
    kept = []
    async with running(fleet, size=(80, 40)) as pilot:
        for _ in range(2):
            await pilot.press("e", *["tab"] * 8)
            await pilot.pause(0.1)
            await pilot.press("right", "enter")
            await settle(pilot)
            kept.append(fleet.hosts[0].autoconnect)
            assert fleet.hosts[0].group == "lab"
    assert kept == [True, False]


async def test_the_address_column_says_where_an_alias_is(running: Running, config: Path) -> None:
    fleet = DisplayFleet((Host(name="web"), Host(name="shop", address="web", port=443), Host(name="other")))
    async with running(fleet, ssh_config=config) as pilot:
        await settle(pilot)
        shown = screen_text(pilot)
        assert re.search(r"web +10\.0\.0\.5:2222", shown)
        assert re.search(r"shop +10\.0\.0\.5:443", shown)
        assert re.search(r"other +other", shown)
        await pilot.press("slash", *"10.0.0.5:443")
        await until_shown(pilot, "1 of 3")


async def test_an_edit_that_ends_a_live_session_says_so_beforehand(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(100, 40)) as pilot:
        await pilot.press("e", *["tab"] * 7, *"2")
        await settle(pilot)
        assert "saves, escape cancels" in screen_text(pilot), "a group is a label"
        await pilot.press(*["shift+tab"] * 6, "end", *"0")
        await until_shown(pilot, "saves and connects again")
        await pilot.press("backspace")
        await until_shown(pilot, "saves, escape cancels")
        await pilot.press("escape", "down", "down", "down", "down", "e", "tab", "end", *"0")
        await settle(pilot)
        assert "saves, escape cancels" in screen_text(pilot), "nothing is connected there"


async def test_a_saved_host_is_selected_though_newer_figures_follow_at_once(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await save(console(pilot).controller, None, Host(name="new"))
        console(pilot).controller.pull()
        await pilot.pause()
        assert pilot.app.screen.query_one(HostTable).selected == "new"
