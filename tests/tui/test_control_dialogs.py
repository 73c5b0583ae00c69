"""Chords and the clipboard from the terminal, each with control taken for it and given back."""

from __future__ import annotations

import pytest

from deskconsole.common.errors import DeskconsoleError
from deskconsole.session.control_status import ControlStatus
from deskconsole.session.sent_inputs import InputResult
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskwire.control import ControlState, InputOutcome
from support.screens.display_control import DisplayControl
from support.screens.display_fleet import NOW, Running, laboratory
from support.screens.piloting import logged, screen_text, settle, until

from .test_typing import paste


async def test_a_chord_is_chosen_sent_and_said(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press("K")
        assert "Send keys to lab-01" in screen_text(pilot)
        await pilot.press("down", "down", "down", "enter")
        await settle(pilot)
        assert fleet.controls["lab-01"].sent == ["take", "+win", "-win", "release"]
        assert "Win sent" in screen_text(pilot)


async def test_a_chord_that_the_host_blocks_says_why(running: Running) -> None:
    fleet = laboratory()
    why = "Windows lets no program send it"
    fleet.controls["lab-01"] = DisplayControl(result=InputResult(InputOutcome.BLOCKED, why, 0.001, None))
    async with running(fleet) as pilot:
        await pilot.press("t", "f12", "s", "enter")
        await settle(pilot)
        assert fleet.controls["lab-01"].sent == ["take", "ctrl alt del"]
        assert f"Ctrl+Alt+Del blocked: {why}" in screen_text(pilot)


async def test_a_hosts_clipboard_is_copied_without_what_acts_on_a_terminal(running: Running) -> None:
    fleet = laboratory()
    fleet.controls["lab-01"] = DisplayControl(clip="ls\x1b]52;c;AAAA\x07 \u202eevil\u2069\n\tgrüß\r\x9b31m\n")
    async with running(fleet) as pilot:
        await pilot.press("y")
        await settle(pilot)
        assert pilot.app.clipboard == "ls]52;c;AAAA evil\n\tgrüß\n31m\n"
        assert "copied to this terminal's clipboard: 3 lines, 28 characters" in screen_text(pilot)
        assert fleet.controls["lab-01"].sent == ["take", "release"]


async def test_a_text_that_terminals_drop_is_said_to_be_long(running: Running) -> None:
    fleet = laboratory()
    fleet.controls["lab-01"] = DisplayControl(clip="ü" * 40_000)
    async with running(fleet) as pilot:
        await pilot.press("y")
        await settle(pilot)
        assert "terminals drop so much: `deskconsole clip get`" in screen_text(pilot)


async def test_a_pasted_text_is_put_into_the_hosts_clipboard(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("p", "enter")
        assert "nothing pasted yet" in screen_text(pilot)
        await paste(pilot, "a" * 64_001)
        assert "too long: 64,001 characters" in screen_text(pilot)
        await paste(pilot, "grüß\r\nx")
        assert "2 lines, 6 characters" in screen_text(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert fleet.controls["lab-01"].clip == "grüß\nx"
        assert "put into its clipboard: 2 lines, 6 characters" in screen_text(pilot)


@pytest.mark.parametrize("key", ["y", "p"])
async def test_a_refused_clipboard_is_said_and_control_given_back(running: Running, key: str) -> None:
    fleet = laboratory()
    refusal = DeskconsoleError("the clipboard is marked as secret")
    fleet.controls["lab-01"] = DisplayControl(refuses=refusal)
    async with running(fleet) as pilot:
        await pilot.press(key)
        if key == "p":
            await paste(pilot, "x")
            await pilot.press("enter")
        await settle(pilot)
        assert any("the clipboard is marked as secret" in line for line in logged(pilot))
        assert fleet.controls["lab-01"].sent == ["take", "release"]


async def test_refused_control_is_said_with_the_hosts_reason(running: Running) -> None:
    fleet = laboratory()
    no = ControlStatus(ControlState.REFUSED, reason="the person at lab-01 said no")
    fleet.controls["lab-01"] = DisplayControl(becomes=no)
    async with running(fleet) as pilot:
        await pilot.press("y")
        await settle(pilot)
        assert any("the person at lab-01 said no" in line for line in logged(pilot))


async def test_a_key_opens_the_window_with_control_on(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("V")
        await settle(pilot)
        assert fleet.asked == [("view and control", "lab-01")]


async def test_a_host_that_does_not_answer_is_no_longer_asked_for_control(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later yes would leave this console in control with no part of it needing that."""
    monkeypatch.setattr("deskconsole.tui.operator.ANSWER_TIMEOUT", 0.1)
    fleet = laboratory()
    fleet.controls["lab-01"] = DisplayControl(becomes=ControlStatus(ControlState.FREE))
    async with running(fleet) as pilot:
        await pilot.press("y")
        said = "did not answer the request for control"
        await until(pilot, lambda: any(said in line for line in logged(pilot)))
        assert fleet.controls["lab-01"].sent == ["take", "release"]


async def test_an_act_ends_no_control_that_began_meanwhile(running: Running) -> None:
    """The type mode was opened while the clipboard was under way."""
    fleet = laboratory()
    control = fleet.controls["lab-01"] = DisplayControl(status=ControlStatus(ControlState.ASKING))
    control.becomes = ControlStatus(ControlState.ASKING)
    async with running(fleet) as pilot:
        await pilot.press("y", "t")
        control.status = ControlStatus(ControlState.YOURS)
        await settle(pilot)
        await pilot.press("a")
        await settle(pilot)
        assert control.sent == ["take", "take", "a"]
        await pilot.press("f12", "x")
        assert control.sent[-1] == "release"


@pytest.mark.parametrize("key", ["t", "T", "K", "y", "p", "r", "D"])
async def test_a_key_that_needs_a_connected_host_says_so(running: Running, key: str) -> None:
    fleet = laboratory()
    fleet.states["lab-01"] = Snapshot("lab-01", state=State.CLOSED, since=NOW)
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press(key, key)
        await settle(pilot)
        assert screen_text(pilot).count("not connected; c connects it") == 1
        assert fleet.asked == []


async def test_a_key_to_a_host_without_control_says_why_there_is_none(running: Running) -> None:
    fleet = laboratory()
    off = ControlStatus(ControlState.OFF, reason="hosts.toml forbids control of this host")
    fleet.controls["lab-01"] = DisplayControl(status=off)
    async with running(fleet, size=(80, 24)) as pilot:
        await pilot.press("t")
        await settle(pilot)
        assert "no control: hosts.toml forbids control of this host" in screen_text(pilot)


async def test_a_toast_is_shown_once_below_a_dialog(running: Running) -> None:
    """Textual shows it on the screen below, too, at another place."""
    fleet = laboratory()
    fleet.controls["lab-01"] = DisplayControl(refuses=DeskconsoleError("the clipboard is marked as secret"))
    async with running(fleet) as pilot:
        await pilot.press("y")
        await settle(pilot)
        await pilot.press("K")
        await settle(pilot)
        toasts = [toast for screen in pilot.app.screen_stack for toast in screen.query("ToastRack")]
        assert [toast.display for toast in toasts].count(True) == 1
        await pilot.press("escape")
        await settle(pilot)
        assert pilot.app.screen.query_one("ToastRack").display
