"""The wall's window from the list: what the filter shows, a click, and no display."""

from __future__ import annotations

import asyncio

import pytest

from support.screens.display_fleet import Running, laboratory
from support.screens.piloting import until
from support.xvfb import Xvfb, wait_for


async def test_the_wall_window_shows_what_the_filter_shows_and_opens_what_is_clicked(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = laboratory()
    with Xvfb(1280, 720) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        monkeypatch.delenv("XAUTHORITY", raising=False)
        async with running(fleet) as pilot:
            await pilot.press("slash", *"lab-01", "enter", "W")
            # The console sees to its own events meanwhile.
            await asyncio.to_thread(screen.wait_for_window, "^wall - deskconsole")
            await until(pilot, lambda: ("tiles", "lab-01") in fleet.asked)
            screen.call("xdotool", "mousemove", "640", "300", "click", "1")
            await until(pilot, lambda: ("view", "lab-01") in fleet.asked)
            # Asked for again it shows what the filter shows now.
            await pilot.press("slash", "ctrl+u", *"lab-02", "enter", "W")
            await until(pilot, lambda: fleet.asked[-1] == ("tiles", "lab-02"))
        wait_for(lambda: not screen.windows("^wall - deskconsole"), what="the window's end")


async def test_without_a_display_the_reason_is_told(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    async with running(laboratory()) as pilot:
        await pilot.press("W")
        controller = pilot.app.controller  # type: ignore[attr-defined]
        await until(pilot, lambda: any("no display" in line.text for line in controller.events.lines))
