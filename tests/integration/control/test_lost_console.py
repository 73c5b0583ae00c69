"""A console that is lost while keys and a button are held in its window: they go up on the host."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from Xlib import X
from Xlib.display import Display

from support.bootstrap_host import VENV_PATH, end_agents
from support.command_line import CommandLine
from support.screens.control_stage import client, wait_until_released
from support.sshd import Sshd
from support.xvfb import Xvfb, wait_for


@pytest.fixture
def host() -> Iterator[Xvfb]:
    with Xvfb(640, 480) as screen:
        screen.call("xsetroot", "-solid", "#505050")
        yield screen


@pytest.fixture
def console() -> Iterator[Xvfb]:
    with Xvfb(1024, 768) as screen:
        yield screen


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    with Sshd(tmp_path / "server", environment={"PATH": VENV_PATH}) as server:
        yield server
        end_agents(server.home)


def test_everything_goes_up_when_the_console_stands_still_and_when_its_sshd_and_when_itself_is_killed(
    host: Xvfb, console: Xvfb, server: Sshd, tmp_path: Path
) -> None:
    user = CommandLine(tmp_path / "user")
    user.know(server, "lab", x_display=host.display)
    with user.started("view", "lab", "--control", environment={"DISPLAY": console.display}) as process:
        _hold(host, console)
        process.send_signal(signal.SIGSTOP)
        wait_until_released(host)
        _let_go(console)
        process.send_signal(signal.SIGCONT)

        _hold(host, console)
        server.kill_connections()
        wait_until_released(host)
        _let_go(console)

        _hold(host, console)
        process.kill()
        wait_until_released(host)


def _hold(host: Xvfb, console: Xvfb) -> None:
    """Holds a letter, Ctrl and a button in the window, and waits until they are held on the host."""
    with client(host) as display:

        def held() -> bool:
            _let_go(console)
            left, top, _, _ = console.place(console.wait_for_window("^lab - controlled - deskconsole$"))
            console.call("xdotool", "mousemove", str(left + 100), str(top + 100))
            console.call("xdotool", "keydown", "a", "keydown", "Control_L", "mousedown", "1")
            with suppress(TimeoutError):
                wait_for(lambda: _held_all(display))
            return _held_all(display)

        # A press at a picture that is not drawn yet, or is an old one, is aimed at nothing.
        wait_for(held, what="all that is held")


def _held_all(display: Display) -> bool:
    keys = sum(map(int.bit_count, display.query_keymap()))
    return keys == 2 and bool(display.screen().root.query_pointer().mask & X.Button1Mask)


def _let_go(console: Xvfb) -> None:
    console.call("xdotool", "keyup", "a", "keyup", "Control_L", "mouseup", "1")
