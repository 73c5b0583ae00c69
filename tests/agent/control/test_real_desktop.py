"""Control of a real X server through a real agent: what programs there see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deskwire.control import Button, Typing
from support.peers.acting_console import ActingConsole
from support.peers.agent_process import AgentProcess
from support.xvfb import Xvfb, wait_for

SHIFT, CTRL, A = 0x2A, 0x1D, 0x1E


@pytest.fixture(scope="module")
def display() -> Iterator[Xvfb]:
    with Xvfb(640, 480) as xvfb:
        yield xvfb


@pytest.fixture
def agent(display: Xvfb, tmp_path: Path) -> Iterator[AgentProcess]:
    with AgentProcess(tmp_path, environment=display.environment) as process:
        yield process


def test_what_is_typed_arrives_in_an_xterm(display: Xvfb, agent: AgentProcess, tmp_path: Path) -> None:
    file = tmp_path / "typed"
    display.run("xterm", "-T", "typed", "-e", "sh", "-c", f"cat > {file}")
    display.wait_for_window("typed")
    with closing(ActingConsole(agent)) as console:
        console.take()
        console.done(console.act(Button, x=100, y=100, button=1, down=True))
        console.done(console.act(Button, x=100, y=100, button=1, down=False))
        console.done(console.act(Typing, text="grüße €, 你好 😀\n"))
        wait_for(lambda: file.read_text() == "grüße €, 你好 😀\n", timeout=20, what="the text")
