"""Control of a real X server through a real agent: what programs there see, and what stays down."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deskwire.clipboard import PutClip
from deskwire.control import Button, Control, ControlState, Key, Typing, WantControl
from deskwire.messages import Ping, Welcome
from deskx11.connection import connect
from support.peers.acting_console import ActingConsole
from support.peers.agent_process import AGENT, AgentProcess
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


@pytest.fixture
def server(display: Xvfb, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Opens a connection for the test alone."""
    monkeypatch.setenv("DISPLAY", display.display)
    connection = connect()
    yield connection
    connection.close()


def held(server: Any) -> bool:
    """A key or a button is down, as the server sees it."""
    return any(server.query_keymap()) or bool(server.screen().root.query_pointer().mask & 0x1FFF)


def hold(console: ActingConsole) -> None:
    """Holds a letter, Ctrl and a button."""
    console.take()
    console.act(Button, x=600, y=400, button=1, down=True)
    console.act(Key, code=CTRL, down=True)
    console.done(console.act(Key, code=A, down=True))


def test_what_is_typed_arrives_in_an_xterm(display: Xvfb, agent: AgentProcess, tmp_path: Path) -> None:
    file = tmp_path / "typed"
    display.run("xterm", "-T", "typed", "-e", "sh", "-c", f"cat > {file}")
    display.wait_for_window("typed")
    with closing(ActingConsole(agent)) as console:
        console.take()
        console.act(Button, x=100, y=100, button=1, down=True)
        console.act(Button, x=100, y=100, button=1, down=False)
        console.done(console.act(Typing, text="grüße €, 你好 😀\n"))
        wait_for(lambda: file.read_text() == "grüße €, 你好 😀\n", timeout=20, what="the text")


@pytest.mark.parametrize("how", ["closed", "silent"])
def test_nothing_stays_down_when_the_console_is_gone(server: Any, agent: AgentProcess, how: str) -> None:
    console = ActingConsole(agent)
    hold(console)
    assert held(server)
    if how == "closed":
        console.close()
    wait_for(lambda: not held(server), what="the release")
    console.close()


def test_nothing_stays_down_when_the_agent_is_told_to_end(server: Any, agent: AgentProcess) -> None:
    with closing(ActingConsole(agent)) as console:
        hold(console)
        agent.signal(signal.SIGTERM)
        wait_for(lambda: not held(server), what="the release")


def test_what_a_killed_agent_left_down_is_up_before_the_next_picture(
    server: Any, agent: AgentProcess
) -> None:
    with closing(ActingConsole(agent)) as console:
        hold(console)
        agent.stop()
    assert held(server), "the server released it by itself"
    agent.start()
    with closing(ActingConsole(agent)) as console:
        assert console.until(lambda _: bool(console.packets))
        assert not held(server)


def test_control_taken_by_force_ends_what_the_other_console_holds_and_types(
    display: Xvfb, server: Any, agent: AgentProcess, tmp_path: Path
) -> None:
    file = tmp_path / "typed"
    display.run("xterm", "-T", "forced", "-e", "sh", "-c", f"cat > {file}")
    display.wait_for_window("forced")
    with closing(ActingConsole(agent)) as anna, closing(ActingConsole(agent, name="bob@hall")) as bob:
        anna.take()
        anna.act(Button, x=100, y=100, button=1, down=True)
        anna.act(Button, x=100, y=100, button=1, down=False)
        anna.done(anna.act(Key, code=SHIFT, down=True))
        assert bob.take() == Control(ControlState.OTHER, holder="anna@desk")
        began = time.monotonic()
        bob.send(WantControl(force=True))
        for _ in range(20):
            anna.act(Typing, text="anna ")
        assert "bob@hall" in anna.told(ControlState.OTHER).reason
        assert time.monotonic() - began < 2, "the displaced console is told late"
        bob.grant = bob.told(ControlState.YOURS).grant
        assert not held(server)
        for _ in range(20):
            anna.act(Typing, text="anna ")
        anna.send(Ping(1))
        bob.done(bob.act(Typing, text="\nbob\n"))
        wait_for(lambda: file.read_text().endswith("bob\n"), timeout=20, what="the text")
        assert "anna" not in file.read_text().rsplit("\n", 2)[-2]


def test_two_agents_on_one_desktop_do_not_act_at_once(
    display: Xvfb, server: Any, agent: AgentProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    with AgentProcess(folder, environment=display.environment) as other:
        with closing(ActingConsole(agent)) as anna, closing(ActingConsole(other, name="bob@hall")) as bob:
            anna.take()
            anna.done(anna.act(Key, code=SHIFT, down=True))
            assert bob.take() == Control(ControlState.OTHER, holder="anna@desk")
            assert held(server), "the second agent released what the first one holds"
            assert bob.take(force=True).state is ControlState.YOURS
            assert anna.told(ControlState.OTHER).holder == "bob@hall"
            bob.done(bob.act(Key, code=SHIFT, down=False))
            agent.stop()
            assert bob.take().state is ControlState.YOURS
        other.stop()
    third = AgentProcess(folder, environment=display.environment)
    with third, closing(ActingConsole(third)) as again:
        assert again.take().state is ControlState.YOURS, "the lock outlived its agent"


@pytest.mark.parametrize("kind", [Key, PutClip])
def test_an_agent_that_only_shows_hangs_up_on_an_input(
    display: Xvfb, server: Any, tmp_path: Path, kind: type[Key | PutClip]
) -> None:
    agent = AgentProcess(tmp_path, "--view-only", environment=display.environment)
    with agent, closing(ActingConsole(agent)) as console:
        assert console.take().state is ControlState.OFF
        assert console.all(Welcome)[0].may == ("question", "sign")
        console.grant = 1
        console.act(kind, **({"code": SHIFT, "down": True} if kind is Key else {"text": "x"}))
        assert not console.until(lambda _: False, seconds=20), "the link goes on"
        assert not held(server)


def test_an_agent_that_only_shows_has_loaded_nothing_that_acts(display: Xvfb, tmp_path: Path) -> None:
    script = (
        "import sys\nfrom deskagent import __main__ as agent\n"
        "options = agent._parser().parse_args(['serve', '--view-only', '--token-file', 'x'])\n"
        "agent._gate(options, agent._courtesy(options))\nfrom deskagent.delivery import server\n"
        "sys.exit(any(name.startswith(('deskagent.input', 'deskagent.clipboard')) for name in sys.modules))"
    )
    environment = {**display.environment, "PYTHONPATH": str(AGENT)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=60)
