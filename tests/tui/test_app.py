"""The console as its user meets it: keys in, hosts and words on the screen out."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, SelectionList, Static

from deskconsole.errors import ConfigurationError, ViewerError
from deskconsole.hosts import Host
from deskconsole.session.event import Event
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.ssh.questions import SecretRequest, UnknownHostKey
from deskconsole.tui.app import DeskconsoleApp, Outcome
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.host import HostScreen
from deskconsole.tui.screens.host_form import HostForm
from deskconsole.tui.screens.question import ConfirmScreen, SecretScreen, TrustScreen
from deskconsole.tui.toasts import Toasts
from deskconsole.tui.widgets.event_log import EventLog, LogLine
from deskconsole.tui.widgets.host_table import HostTable
from display_fleet import NOW, DisplayFleet, Running, laboratory, live

FINGERPRINT = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLW6tZ9BHgc3aDlMiA"


def console(pilot: Pilot[Outcome]) -> DeskconsoleApp:
    assert isinstance(pilot.app, DeskconsoleApp)
    return pilot.app


def screen_text(pilot: Pilot[Outcome]) -> str:
    """What stands on the screen, line by line."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()  # what the terminal gets, and no public way to it
    return "\n".join("".join(segment.text for segment in strip)[:width] for strip in strips[:height])


def logged(pilot: Pilot[Outcome]) -> list[str]:
    """What the log says, without the times."""
    return [f"{line.host}  {line.text}" for line in console(pilot).events]


async def settle(pilot: Pilot[Outcome]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_each_host_says_its_state_its_reason_and_what_to_do(running: Running) -> None:
    async with running(laboratory()) as pilot:
        shown = screen_text(pilot)
        assert "7 hosts: 2 live, 1 locked, 1 retrying, 1 deploying, 1 down, 1 idle" in shown
        assert "● lab-01" in shown
        assert "live 2 h 10 min" in shown
        assert "1920x1080" in shown
        assert "locked: nobody can see it until it is unlocked" in shown
        assert "deploying: uploading the agent 62.0 %, 4 s left" in shown
        assert "down: The host key of lab-04 has changed. Press enter to compare" in shown
        assert "retrying in 6 s (attempt 3): The link was cut." in shown
        assert "exact ✓ (packet 4,120" in shown
        assert "slices 18,233" in shown
        assert "saved 412 MB (98.9 %)" in shown


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


async def test_the_selection_stays_with_its_host_when_rows_come_and_go(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("down", "down")
        fleet.hosts = (Host(name="first"), *fleet.hosts[1:])
        console(pilot).pull()
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
        console(pilot).pull()
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
        await pilot.press("down", "down", "slash", *"nobody", "enter")
        await pilot.pause(0.1)
        shown = screen_text(pilot)
        assert "no host has these words; esc shows all" in shown
        assert "esc All" in shown.splitlines()[-1]
        assert "q Quit" in shown.splitlines()[-1]
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert table.selected == "lab-03"
        assert "no host has these words" not in screen_text(pilot)
        assert "esc All" not in screen_text(pilot)


async def test_long_names_never_cut_a_time(running: Running) -> None:
    hosts = tuple(Host(name=f"a-host-with-a-long-name-{number}") for number in range(3))
    since = (NOW - 2 * 3600 - 600, NOW - 59 * 60, NOW - 364 * 86400 - 7200)
    states = {host.name: live(host.name, since=at) for host, at in zip(hosts, since, strict=True)}
    async with running(DisplayFleet(hosts, states), size=(80, 24)) as pilot:
        for width, seen in ((60, "live 2 h"), (70, "live 2 h"), (80, "live 2 h"), (100, "live 2 h 10 min")):
            await pilot.resize_terminal(width, 24)
            await pilot.pause(0.2)
            lines = screen_text(pilot).splitlines()
            assert re.search(rf"{seen} ", lines[2]), lines[2]
            assert re.search(r"live 59 min ", lines[3]), lines[3]
            assert re.search(r"live 364 d ", lines[4]), lines[4]
            if width >= 70:
                assert all(line.rstrip().endswith("98.9 %") for line in lines[2:5])


async def test_enter_opens_a_host_and_escape_comes_back(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HostScreen)
        shown = screen_text(pilot)
        assert "updates per second" in shown
        assert "5 min ago" in shown
        assert "lab-02" in shown
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, FleetScreen)


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
        lines = [line.strip(" │") for line in screen_text(pilot).splitlines()]
        at = lines.index("hosts.toml cannot be written. Free some space.")
        assert "Python" in lines[at - 2]
        assert lines[at - 1] == ""  # it belongs to no field


async def test_removing_asks_names_the_host_and_keeps_it_by_default(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("minus")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ConfirmScreen)
        assert "lab-01 (10.0.3.1) goes from the list" in screen_text(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert len(fleet.hosts) == 7
        await pilot.press("minus", "right", "enter")
        await settle(pilot)
        assert next(host.name for host in fleet.hosts) == "lab-02"
        assert fleet.asked == [("remove", "lab-01")]
        assert logged(pilot) == ["lab-01  removed"]


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


async def test_what_went_wrong_is_said_where_the_eyes_are_at_every_size(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(80, 24)) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        deliver(Event(NOW, "lab-01", "streaming", "info"))
        await pilot.pause(0.1)
        assert "streaming" not in screen_text(pilot)
        deliver(Event(NOW, "lab-01", "no window: There is no display here. Set [DISPLAY].", "error"))
        await pilot.pause(0.2)
        assert "no window: There is no display here. Set [DISPLAY]." in screen_text(pilot)


async def test_a_host_that_talks_much_has_one_toast_and_an_error_wins(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(80, 24)) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        for number in range(200):
            deliver(Event(NOW, "lab-02", f"warning {number}", "warning"))
        deliver(Event(NOW, "lab-04", "this is what matters", "error"))
        deliver(Event(NOW, "lab-02", "one more", "warning"))
        await pilot.pause(1.3)
        shown = screen_text(pilot)
        assert shown.count("l shows all") == 1
        assert "this is what matters" in shown


def test_toasts_keep_their_distance_and_warnings_wait_for_errors() -> None:
    toasts = Toasts()

    def said(now: float) -> str | None:
        toast = toasts.take(now)
        return None if toast is None else toast.text

    toasts.add([LogLine(NOW, "a", "first", "warning")])
    assert said(10.0) == "first"
    toasts.add([LogLine(NOW, "a", "down", "error"), LogLine(NOW, "b", "hm", "warning")])
    assert said(10.5) is None
    assert said(11.0) == "down (and 1 more: l shows all)"
    toasts.add([LogLine(NOW, "a", "well", "warning")])
    assert said(12.5) is None
    toasts.add([LogLine(NOW, "a", "worse", "error")])
    assert said(12.5) == "worse (and 1 more: l shows all)"
    toasts.add([LogLine(NOW, "a", "later", "warning")])
    assert said(17.6) == "later"
    assert said(30.0) is None


# Questions


def ask(fleet: DisplayFleet, asked: UnknownHostKey | SecretRequest) -> tuple[threading.Thread, list[object]]:
    """Asks as a session does: on a thread of its own."""
    answers: list[object] = []
    questions = fleet.questions
    assert questions is not None

    def body() -> None:
        if isinstance(asked, UnknownHostKey):
            answers.append(questions.trust_host_key(asked))
        else:
            answers.append(questions.secret(asked))

    thread = threading.Thread(target=body)
    thread.start()
    return thread, answers


async def until(pilot: Pilot[Outcome], kind: type[object]) -> None:
    for _ in range(100):
        await pilot.pause(0.01)
        if isinstance(pilot.app.screen, kind):
            await pilot.pause(0.05)
            return
    raise AssertionError(f"no {kind.__name__} came up, but {pilot.app.screen}")


KEY = UnknownHostKey("lab-03", "10.0.3.3:22", "ssh-ed25519", FINGERPRINT)
SECRET = SecretRequest("lab-03", "password", "ops@10.0.3.3's password:", attempt=2)


@pytest.mark.parametrize(
    ("keys", "trusted"), [(["enter"], False), (["escape"], False), (["right", "enter"], True)]
)
async def test_a_host_key_is_trusted_only_on_purpose(
    running: Running, keys: list[str], *, trusted: bool
) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, KEY)
        await until(pilot, TrustScreen)
        assert "SHA256: uNiVztks CsDhcc0u 9e8BgrJX VGLW6tZ9 BHgc3aDl MiA" in screen_text(pilot)
        await pilot.press(*keys)
        await until(pilot, FleetScreen)
        thread.join(5)
        assert answers == [trusted]
        await pilot.pause()
        assert logged(pilot) == ([f"lab-03  trusted the key {FINGERPRINT}"] if trusted else [])


async def test_a_password_is_never_shown(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, SECRET)
        await until(pilot, SecretScreen)
        await pilot.press(*"hush")
        shown = screen_text(pilot)
        assert "hush" not in shown
        assert "••••" in shown
        assert "Attempt 2" in shown
        await pilot.press("enter")
        await until(pilot, FleetScreen)
        thread.join(5)
        assert answers == ["hush"]


async def test_questions_wait_for_their_turn_and_for_the_form(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("a")
        first, first_answers = ask(fleet, SECRET)
        while not console(pilot).questions.hosts():
            await pilot.pause(0.01)
        second, second_answers = ask(fleet, KEY)
        await pilot.press(*"web")
        assert isinstance(pilot.app.screen, HostForm)
        await pilot.press("escape")
        console(pilot).pull()
        await until(pilot, SecretScreen)
        await pilot.press("escape")
        await until(pilot, TrustScreen)
        await pilot.press("escape")
        first.join(5)
        second.join(5)
        assert (first_answers, second_answers) == ([None], [False])


async def test_calling_off_the_connection_withdraws_its_question(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, KEY)
        await until(pilot, TrustScreen)
        fleet.states["lab-03"] = Snapshot("lab-03", state=State.CLOSED, since=NOW)
        console(pilot).pull()
        await until(pilot, FleetScreen)
        thread.join(5)
        assert answers == [False]


async def test_quitting_answers_everything_with_no(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        thread, answers = ask(fleet, SECRET)
        await until(pilot, SecretScreen)
        await pilot.app.action_quit()
        thread.join(5)
        assert answers == [None]
    assert fleet.closed


# Events, help, palette, first start


async def test_events_come_from_any_thread_into_pane_and_log(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        thread = threading.Thread(
            target=lambda: [deliver(Event(NOW + n, "lab-01", f"event {n}", "warning")) for n in range(50)]
        )
        thread.start()
        thread.join(5)
        await pilot.pause(0.1)
        assert "event 49" in screen_text(pilot)
        deliver(Event(NOW, "lab-02", "a needle", "info"))
        await pilot.press("l", "slash", *"needle")
        pilot.app.clear_notifications()
        await pilot.pause(0.1)
        shown = screen_text(pilot)
        assert "a needle" in shown
        assert "event 49" not in shown
        assert "1 of 51" in shown
        await pilot.press("enter", "y")
        await pilot.pause()
        assert pilot.app.clipboard == "22:13:20   lab-02  a needle"
        assert len(pilot.app.screen.query_one(EventLog).lines) == 1


async def test_help_lists_the_keys_of_the_screen(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        text = "\n".join(str(static.render()) for static in pilot.app.screen.query(Static))
        for words in (
            "Open the desktop in a window",
            "Compare the host's picture with ours",
            "- del",
            "Filter",
            "f1 ?",
            "^p",
        ):
            assert words in text
        assert "Scroll Left" not in text
        assert "Page Right" not in text
        await pilot.press("escape")
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.2)
        assert "^p Menu" in screen_text(pilot).splitlines()[-1]
        await pilot.press("f1")
        await pilot.pause(0.2)
        lines = screen_text(pilot).splitlines()
        first = next(index for index, line in enumerate(lines) if "End the session" in line)
        assert lines[first + 1].index("list") == lines[first].index("End the session")


async def test_the_palette_knows_what_the_keys_do(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("ctrl+p", *"exactness")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.2)
        await settle(pilot)
        assert fleet.asked == [("check", "lab-01")]


async def test_an_empty_start_offers_three_ways(running: Running) -> None:
    async with running(DisplayFleet(), size=(80, 24)) as pilot:
        shown = screen_text(pilot)
        assert "nothing but SSH" in shown.replace("\n", " ") or "over nothing" in shown
        for way in ("Add a host", "Import hosts", "Try the demo"):
            assert way in shown
        await pilot.press("end", "enter")
        await pilot.pause()
        assert pilot.app.return_value == "demo"


async def test_hosts_are_imported_from_the_ssh_configuration(running: Running, tmp_path: Path) -> None:
    config = tmp_path / "config"
    (tmp_path / "more").write_text("Host included\n")
    config.write_text("Include more\nHost web db *.lan !not\n  Port 22\nHost = 'quoted one'\n# Host no\n")
    fleet = DisplayFleet((Host(name="db"),))
    async with running(fleet, ssh_config=config) as pilot:
        await pilot.press("i")
        await pilot.pause()
        assert pilot.app.screen.query_one(SelectionList).option_count == 3
        await pilot.press("space", "down", "space", "ctrl+s")
        await pilot.pause(0.1)
        await settle(pilot)
        assert [host.name for host in fleet.hosts] == ["db", "included", "web"]


# What a host sends, and small terminals

EVIL = (
    "[/bad]",
    "[@click=app.bell]x[/]",
    "\x1b]0;pwned\x07",
    "\x1b]52;c;cHduZWQ=\x07",
    "a\nb\u202ec",
    "$error[",
)


@pytest.mark.parametrize("evil", EVIL)
async def test_nothing_a_host_sends_styles_or_breaks_the_screen(running: Running, evil: str) -> None:
    host = Host(name="evil", address=evil, group=evil, user=evil, jump=evil)
    named = live(evil)
    shown = replace(
        live("evil"),
        platform=evil,
        agent=evil,
        screen=evil,
        screen_reason=evil,
        remedy=evil,
        statistics=replace(named.statistics, refreshes={evil: 3}),
    )
    fleet = DisplayFleet((host, Host(name="down")), {"evil": shown})
    fleet.states["down"] = Snapshot("down", state=State.FAILED, since=NOW, reason=evil, remedy=evil)
    async with running(fleet) as pilot:
        deliver = fleet.deliver
        assert deliver is not None
        deliver(Event(NOW, evil, evil, "error"))
        fleet.refuses = ViewerError(evil, remedy=evil)
        await pilot.press("v", "e", "tab")
        await pilot.pause()
        await pilot.press("escape", "minus", "escape", "enter")
        await settle(pilot)
        await pilot.press("escape", "down", "enter", "l")
        await settle(pilot)
        seen = screen_text(pilot)
        assert not any(ord(character) < 32 and character != "\n" for character in seen)
        assert pilot.app.is_running


async def test_a_small_terminal_keeps_the_table_and_never_wraps(running: Running) -> None:
    async with running(laboratory(), size=(80, 24)) as pilot:
        lines = screen_text(pilot).splitlines()
        assert all(f"lab-0{number}" in lines[number + 1] for number in range(1, 8))
        assert "10.0.3.2" not in "\n".join(lines[:9])
        assert "98.9 %" in lines[2]
        assert not pilot.app.screen.query_one(EventLog).display
        await pilot.resize_terminal(120, 40)
        await pilot.pause(0.2)
        assert pilot.app.screen.query_one(EventLog).display
        assert "10.0.3.2" in screen_text(pilot)


async def test_buttons_answer_to_the_mouse_too(running: Running) -> None:
    async with running(laboratory()) as pilot:
        await pilot.press("a")
        await pilot.pause()
        assert len(pilot.app.screen.query(Button)) == 2
        await pilot.click("#cancel")
        await pilot.pause()
        assert isinstance(pilot.app.screen, FleetScreen)
