"""The type mode: what a person types in the terminal is what a host gets, and nothing else happens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot

from deskconsole.session.control_status import NOT_CONNECTED, ControlStatus
from deskconsole.session.events import ControlTakenOver
from deskconsole.session.sent_inputs import InputResult, RoundTrips
from deskconsole.tui.app import Outcome
from deskconsole.tui.screens.fleet import FleetScreen
from deskconsole.tui.screens.typing import TypingScreen
from deskconsole.tui.widgets.preview import PreviewPane
from deskwire.control import ControlState, InputOutcome
from support.screens.display_control import DisplayControl
from support.screens.display_fleet import NOW, Running, laboratory
from support.screens.piloting import screen_text, settle, until, until_screen


async def paste(pilot: Pilot[Outcome], text: str) -> None:
    pilot.app.post_message(events.Paste(text))
    await settle(pilot)


async def test_what_is_typed_reaches_the_host_in_its_order(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press(
            "t", *"qx?", "ctrl+c", "space", "up", "ctrl+p", "escape", "f1", "alt+f", "ctrl+q", "é"
        )
        pilot.app.post_message(events.Key("zero_width_joiner", "\u200d"))
        await settle(pilot)
        assert isinstance(pilot.app.screen, TypingScreen)
        assert fleet.controls["lab-01"].sent == [
            *("take", "q", "x", "?"),
            *("+ctrl", "+c", "-c", "-ctrl"),
            " ",
            *("+up", "-up", "+ctrl", "+p", "-p", "-ctrl", "+escape", "-escape", "+f1", "-f1"),
            *("+alt", "+f", "-f", "-alt", "+ctrl", "+q", "-q", "-ctrl", "é", "\u200d"),
        ]
        text = screen_text(pilot)
        assert "controlled by you" in text
        assert "sent 6 characters, 7 keys" in text
        assert "✓ done" in text


async def test_the_way_out_leaves_and_gives_control_back_once_it_was_taken_for_this(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("t", "a", "f12", "f12", "b", "f12")
        await until_screen(pilot, FleetScreen)
        assert fleet.controls["lab-01"].sent == ["take", "a", "+f12", "-f12", "b", "release"]
        fleet.controls["lab-01"].sent.clear()
        await pilot.press("T", "t", "c", "f12", "c")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, TypingScreen)
        assert fleet.controls["lab-01"].sent == ["take", "c"]
        assert fleet.asked == []
        await pilot.press("t", "f12")
        await paste(pilot, "x")
        assert not isinstance(pilot.app.screen, TypingScreen)
        assert fleet.controls["lab-01"].sent == ["take", "c"]
        await pilot.press("T")
        assert fleet.controls["lab-01"].sent[-1] == "release"


async def test_a_long_paste_or_one_with_lines_is_asked_about_first(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("t")
        await paste(pilot, "rm -rf x")
        await paste(pilot, "one\r\ntwo\rthree")
        assert "Type the pasted text: 3 lines, 13 characters?" in screen_text(pilot)
        await pilot.press("x", "enter")
        await paste(pilot, "y" * 501)
        assert "1 line, 501 characters" in screen_text(pilot)
        await pilot.press("right", "enter")
        await settle(pilot)
        assert fleet.controls["lab-01"].sent == ["take", "rm -rf x", "y" * 501]
        await paste(pilot, "z" * 64_001)
        assert "too long to be typed: 64,001 characters, 64,000 at most" in screen_text(pilot)
        assert isinstance(pilot.app.screen, TypingScreen)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ControlStatus(ControlState.ASKING), "asking the person at the host"),
        (
            ControlStatus(ControlState.REFUSED, reason="the person there said no"),
            "refused: the person there",
        ),
        (ControlStatus(ControlState.OTHER, holder="anna@desk"), "controlled by anna@desk"),
        (
            ControlStatus(ControlState.FREE, reason="ended at the host"),
            "no console controls this host (ended at the host): nothing is sent",
        ),
    ],
)
async def test_without_control_nothing_is_sent_and_the_screen_says_why(
    running: Running, status: ControlStatus, words: str
) -> None:
    fleet = laboratory()
    fleet.controls["lab-01"] = DisplayControl(becomes=status)
    async with running(fleet) as pilot:
        await pilot.press("t", *"abc", "enter")
        await settle(pilot)
        assert fleet.controls["lab-01"].sent == ["take"]
        text = screen_text(pilot)
        assert words in text
        assert "not sent 4" in text


async def test_blocked_input_says_the_hosts_reason_and_how_long_inputs_take(running: Running) -> None:
    fleet = laboratory()
    fleet.controls["lab-01"] = DisplayControl(
        result=InputResult(InputOutcome.BLOCKED, "the window in front has more\x1b[31m rights", 0.004, None),
        round_trips=RoundTrips(0.004, 0.011, 0.042, 0.09),
    )
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press("t", "a")
        await settle(pilot)
        text = screen_text(pilot)
        assert "✖ blocked: the window in front has more␛[31m rights" in text
        assert "input done after 4.0 ms (95 % within 11 ms)" in text
        assert "seen after 42 ms (95 % within 90 ms)" in text
        assert "F12 leaves" in text


async def test_who_took_control_while_one_types_is_said_and_nothing_more_is_sent(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("t", "a")
        fleet.controls["lab-01"].status = ControlStatus(ControlState.OTHER, holder="anna@desk")
        assert fleet.deliver is not None
        fleet.deliver(ControlTakenOver(host="lab-01", at=NOW, holder="anna@desk"))
        await pilot.press("b")
        await settle(pilot)
        assert fleet.controls["lab-01"].sent == ["take", "a"]
        text = screen_text(pilot)
        assert "controlled by anna@desk" in text
        assert "anna@desk took control" in text
        assert "not sent 1" in text


async def test_a_blocked_key_is_said_though_it_was_let_go_all_right(running: Running) -> None:
    fleet = laboratory()
    blocked = InputResult(InputOutcome.BLOCKED, "no rights", 0.004, None)
    fleet.controls["lab-01"] = DisplayControl(result=blocked, blocked="+c")
    async with running(fleet) as pilot:
        await pilot.press("t", "ctrl+c")
        await settle(pilot)
        assert "✖ blocked: no rights" in screen_text(pilot)


async def test_control_is_taken_from_another_console_only_after_a_question(
    running: Running,
) -> None:
    fleet = laboratory()
    other = ControlStatus(ControlState.OTHER, holder="anna@desk")
    fleet.controls["lab-01"] = DisplayControl(status=other)
    async with running(fleet) as pilot:
        await pilot.press("T")
        assert "anna@desk controls this host. Take control over?" in screen_text(pilot)
        await pilot.press("enter")
        assert fleet.controls["lab-01"].sent == []
        await pilot.press("t", "right", "enter")
        await settle(pilot)
        assert fleet.controls["lab-01"].sent == ["take by force"]
        assert isinstance(pilot.app.screen, TypingScreen)


async def test_the_table_and_the_detail_say_who_acts(running: Running) -> None:
    fleet = laboratory()
    fleet.controls["lab-02"] = DisplayControl(status=ControlStatus(ControlState.OTHER, holder="anna@desk"))
    async with running(fleet) as pilot:
        assert "anna@desk" in screen_text(pilot)
        assert "controlled by you" not in screen_text(pilot)
        await pilot.press("T")
        await settle(pilot)
        text = screen_text(pilot)
        assert "● controlled by you" in text
        assert "control" in text.splitlines()[1]


async def test_a_host_that_is_gone_ends_the_type_mode(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("t", "a")
        fleet.hosts = fleet.hosts[1:]
        pilot.app.controller.pull()  # type: ignore[attr-defined]
        await settle(pilot)
        assert not isinstance(pilot.app.screen, TypingScreen)
        assert fleet.controls["lab-01"].sent == ["take", "a", "release"]


async def test_another_host_of_the_same_name_is_not_typed_into(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("t", "a")
        before, fleet.controls["lab-01"] = fleet.controls["lab-01"], DisplayControl()
        pilot.app.controller.pull()  # type: ignore[attr-defined]
        await settle(pilot)
        assert not isinstance(pilot.app.screen, TypingScreen)
        assert before.sent == ["take", "a", "release"]


async def test_control_that_the_window_needs_too_outlasts_the_type_mode(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("t", "a")
        fleet.controls["lab-01"].take(claim="window")
        await pilot.press("f12", "x")
        await settle(pilot)
        assert fleet.controls["lab-01"].sent == ["take", "a"]
        await pilot.press("T")
        assert fleet.controls["lab-01"].sent == ["take", "a"]
        assert "its window still controls it" in screen_text(pilot)


async def test_the_picture_of_the_host_that_is_typed_into_follows_at_once(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        assert not fleet.typing
        await pilot.press("t")
        await settle(pilot)
        assert (fleet.looked_at, fleet.typing) == (("lab-01", ()), True)
        drawn = pilot.app.screen.query_one(PreviewPane)._lines
        fleet.brightness = 0.5
        await until(pilot, lambda: pilot.app.screen.query_one(PreviewPane)._lines != drawn)
        await pilot.press("f12", "x")
        pilot.app.controller.pull()  # type: ignore[attr-defined]
        await settle(pilot)
        assert not fleet.typing


async def test_no_question_comes_over_what_is_typed(running: Running) -> None:
    """A dialog would take what is typed for the host, such as a password, for an answer."""
    async with running(laboratory()) as pilot:
        await pilot.press("t")
        assert pilot.app.controller.foreground is None  # type: ignore[attr-defined]


async def test_a_host_can_be_typed_into_as_soon_as_it_is_live(running: Running) -> None:
    """The view that said that the host is live is older than the host's word on control."""
    fleet = laboratory()
    fleet.controls["lab-01"] = DisplayControl(status=NOT_CONNECTED)
    async with running(fleet) as pilot:
        fleet.controls["lab-01"].status = ControlStatus(ControlState.FREE)
        await pilot.press("t", "a")
        assert fleet.controls["lab-01"].sent == ["take", "a"]


async def test_a_host_that_is_not_live_cannot_be_typed_into(running: Running) -> None:
    fleet = laboratory()
    fleet.states["lab-01"] = replace(fleet.states["lab-05"], host="lab-01")
    async with running(fleet) as pilot:
        await pilot.press("t", "T", "K", "y", "p")
        assert fleet.controls.get("lab-01", DisplayControl()).sent == []
        assert "Send keys to" not in screen_text(pilot)
