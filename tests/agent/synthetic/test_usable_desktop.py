"""A real agent with a synthetic desktop, as the demo has it: consoles act on it and see what they did."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from deskagent.capture.scenes.actions import (
    Action,
    ButtonAction,
    ClipAction,
    KeyAction,
    SignAction,
    TimedAction,
)
from deskagent.capture.synthetic import render
from deskagent.capture.synthetic_desktop import SyntheticDesktop
from deskwire.clipboard import Clip, PutClip, WantClip
from deskwire.control import Button, ControlState, InputOutcome, Key, Pointer, Typing
from deskwire.digest import framebuffer_digest
from deskwire.packet import Packet
from support.peers.acting_console import ActingConsole
from support.peers.agent_process import AgentProcess
from support.peers.bare_console import has

SIZE = (640, 400)
STILL = ("--source", "synthetic", "--scene", "still", "--seed", "1", "--size", "640x400")


@pytest.fixture
def consoles(tmp_path: Path) -> Iterator[tuple[ActingConsole, ActingConsole]]:
    with ExitStack() as stack:
        agent = stack.enter_context(AgentProcess(tmp_path, *STILL))
        first, second = ActingConsole(agent), ActingConsole(agent, name="ben@desk")
        stack.callback(first.close)
        stack.callback(second.close)
        yield first, second


SIGN = SignAction("anna@desk controls this computer - click to end")


def digest(*actions: Action) -> bytes:
    """The digest of the desktop after these, while the first console controls it."""
    picture = render("still", 1, 1, *SIZE, [TimedAction(0, action) for action in (SIGN, *actions)])
    return framebuffer_digest(*SIZE, np.ascontiguousarray(picture[:, :, :3]).data)


def sees(console: ActingConsole, wanted: bytes) -> bool:
    """The console has this picture, soon."""
    assert console.until(has(Packet))
    end = time.monotonic() + 60
    while time.monotonic() < end:
        console.credit()
        if console.want_digest().digest == wanted:
            return True
    return False


def test_what_one_console_types_all_see_to_the_pixel(
    consoles: tuple[ActingConsole, ActingConsole],
) -> None:
    first, second = consoles
    assert first.take().state is ControlState.YOURS
    assert sees(first, digest())
    for down in (True, False):
        first.act(Key, code=0x23, down=down, text="h")
    typed = first.act(Typing, text="i\nß")
    assert first.done(typed).outcome is InputOutcome.DONE
    assert sees(first, digest(*typing("hi\nß")))
    assert sees(second, digest(*typing("hi\nß")))


def typing(text: str) -> list[Action]:
    """The same picture, pasted."""
    return [ClipAction(text), KeyAction(0x1D, down=True), KeyAction(0x2F, down=True)]


def test_a_window_is_dragged_and_the_button_counts(consoles: tuple[ActingConsole, ActingConsole]) -> None:
    console, _ = consoles
    console.take()
    room = SyntheticDesktop("still", *SIZE).room
    plan = room.plan(room.fresh())
    console.act(Button, x=plan.button.x + 5, y=plan.button.y + 5, button=1, down=True)
    console.act(Button, x=plan.button.x + 5, y=plan.button.y + 5, button=1, down=False)
    console.act(Button, x=plan.window.x + 50, y=plan.window.y + 5, button=1, down=True)
    console.act(Pointer, x=100, y=100)
    last = console.act(Button, x=60, y=60, button=1, down=False)
    assert console.done(last).outcome is InputOutcome.DONE
    clicked = [ButtonAction(1, down, plan.button.x + 5, plan.button.y + 5) for down in (True, False)]
    dragged = [
        ButtonAction(1, True, plan.window.x + 50, plan.window.y + 5),
        ButtonAction(1, False, 60, 60),
    ]
    assert sees(console, digest(*clicked, *dragged))


def test_the_clipboard_goes_both_ways(consoles: tuple[ActingConsole, ActingConsole]) -> None:
    console, _ = consoles
    console.take()
    put = console.act(PutClip, text="grüß\nx")
    assert console.done(put).outcome is InputOutcome.DONE
    assert console.clip(console.act(WantClip)) == Clip(console.number, "grüß\nx")


def test_a_desktop_that_only_shows_has_nothing_to_use(tmp_path: Path) -> None:
    with AgentProcess(tmp_path, *STILL, "--view-only") as agent:
        console = ActingConsole(agent)
        assert console.take().state is ControlState.OFF
        shown = np.ascontiguousarray(render("still", 1, 1, *SIZE)[:, :, :3])
        assert sees(console, framebuffer_digest(*SIZE, shown.data))
        console.close()
