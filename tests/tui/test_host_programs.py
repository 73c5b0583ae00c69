"""A host in other programs: a shell in the terminal, the Remote Desktop client; and how it is woken."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskconsole.common.errors import ConfigurationError
from support.bootstrap_host import ssh_host
from support.screens.console_home import list_hosts
from support.screens.display_fleet import Running, laboratory
from support.screens.piloting import logged, screen_text, until, until_shown
from support.screens.terminal import Terminal


def test_a_shell_has_the_terminal_and_its_end_leads_back(tmp_path: Path) -> None:
    home = tmp_path / "user"
    with ssh_host(tmp_path / "host") as (server, host):
        list_hosts(home, host, known_hosts=server.known_hosts_line)
        terminal = Terminal(home, size=(80, 24))
        try:
            terminal.until(lambda shown: "1 host: 1 not connected" in shown)
            terminal.keys("s")
            terminal.until(lambda shown: "its end (exit, ctrl+d) leads back" in shown)
            terminal.type("echo $((6*7)) in $PWD")
            terminal.keys("Enter")
            terminal.until(lambda shown: f"42 in {server.home}"[:60] in shown.replace("\n", ""))
            terminal.keys("C-c")
            terminal.type("exit")
            terminal.keys("Enter")
            terminal.until(lambda shown: "1 host: 1 not connected" in shown)
            # The console's own key for leaving still works, and only that one leaves.
            terminal.keys("q")
            terminal.until(lambda _: terminal.exited())
        finally:
            terminal.close()


async def test_a_terminal_that_cannot_be_left_says_where_a_shell_can_be_had(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("s")
        await until_shown(pilot, "cannot be left to ssh")
        assert fleet.asked == [("shell", "lab-01")]


async def test_the_remote_desktop_is_opened_once_and_its_end_is_logged(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("R")
        await until(pilot, lambda: "lab-01  opened in xfreerdp3" in logged(pilot))
        await pilot.press("R")
        await until_shown(pilot, "its Remote Desktop is open, or on its way")
        fleet.patience.set()
        await until(pilot, lambda: "lab-01  its Remote Desktop was closed" in logged(pilot))
        assert fleet.asked == [("remote desktop", "lab-01")]


async def test_a_host_that_is_off_is_woken(running: Running) -> None:
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("down", "down", "down", "O")
        await until(pilot, lambda: "lab-04  sent the packet that wakes a0:b1:c2:d3:e4:f5" in logged(pilot))
        assert fleet.asked == [("wake", "lab-04")]
        fleet.refuses = ConfigurationError("the MAC address of lab-04 is not known", remedy="Give it.")
        await pilot.press("O")
        await until_shown(pilot, "the MAC address of lab-04 is not known")
        assert "lab-04" in screen_text(pilot)


async def test_as_many_desktops_as_there_may_be_hold_up_nothing_else(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskconsole.tui.host_programs._AT_ONCE", 1)
    fleet = laboratory()
    async with running(fleet) as pilot:
        await pilot.press("R")
        await until(pilot, lambda: ("remote desktop", "lab-01") in fleet.asked)
        await pilot.press("down", "R")
        await until_shown(pilot, "close one first")
        await pilot.press("O")
        await until(pilot, lambda: ("wake", "lab-02") in fleet.asked)
        fleet.patience.set()
        assert ("remote desktop", "lab-02") not in fleet.asked
