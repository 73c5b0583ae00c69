"""What a test sees of a running app, screen and log as text, and the wait until it did what keys asked."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.pilot import Pilot

from deskconsole.tui.app import DeskconsoleApp, Outcome


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
    return [f"{line.host}  {line.text}" for line in console(pilot).controller.events.lines]


async def until(pilot: Pilot[Outcome], holds: Callable[[], bool]) -> None:
    """Until it holds; what came with it has then been drawn too."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, screen_text(pilot)
        await pilot.pause(0.02)
    await pilot.pause(0.05)


async def settle(pilot: Pilot[Outcome]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def until_shown(pilot: Pilot[Outcome], words: str) -> str:
    """Until the words stand on the screen, which is returned."""
    await until(pilot, lambda: words in screen_text(pilot))
    return screen_text(pilot)


async def until_gone(pilot: Pilot[Outcome], words: str) -> str:
    """Until the words stand on the screen no more, which is returned."""
    await until(pilot, lambda: words not in screen_text(pilot))
    return screen_text(pilot)


async def until_screen(pilot: Pilot[Outcome], kind: type[object]) -> None:
    """Until the screen is of that kind."""
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))


async def opened(pilot: Pilot[Outcome]) -> None:
    assert isinstance(pilot.app, DeskconsoleApp)
    while pilot.app.controller.fleet is None:
        await pilot.pause()
    pilot.app.controller.pull()
    await pilot.pause(0.1)


async def at_rest(pilot: Pilot[Outcome]) -> None:
    """Waits until the screen has looked the same for a second: a busy machine takes its time to draw one."""
    seen: list[str] = []
    while len(seen) < 6 or len(set(seen[-6:])) > 1:
        await settle(pilot)
        await pilot.pause(0.2)
        seen.append(screen_text(pilot))
