"""Text of a host is data: nothing in it styles or breaks a screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskconsole.common.errors import ViewerError
from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from support.screens.display_fleet import NOW, DisplayFleet, Running, failure, live
from support.screens.piloting import screen_text, settle, until_shown

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
        deliver(failure(evil, evil))
        fleet.refuses = ViewerError(evil, remedy=evil)
        await pilot.press("v", "e", "tab")
        await pilot.pause()
        await pilot.press("escape", "minus", "escape", "enter")
        await settle(pilot)
        await pilot.press("escape", "w")
        await until_shown(pilot, "▲")
        assert not any(ord(character) < 32 and character != "\n" for character in screen_text(pilot))
        await pilot.press("z")
        await settle(pilot)
        assert not any(ord(character) < 32 and character != "\n" for character in screen_text(pilot))
        await pilot.press("escape", "escape", "down", "enter", "l")
        await settle(pilot)
        seen = screen_text(pilot)
        assert not any(ord(character) < 32 and character != "\n" for character in seen)
        assert pilot.app.is_running
