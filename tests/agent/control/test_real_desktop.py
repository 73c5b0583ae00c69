"""Control of a real X server through a real agent: what programs there see, and what stays down."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deskwire.clipboard import PutClip
from deskwire.control import (
    Button,
    Control,
    ControlState,
    Effect,
    InputOutcome,
    Key,
    Pointer,
    Typing,
    WantControl,
)
from deskwire.messages import Ping, Welcome
from deskwire.packet import Packet
from deskx11.connection import connect
from support.peers.acting_console import ActingConsole
from support.peers.agent_process import AgentProcess
from support.peers.drawing_console import DrawingConsole
from support.screens.selection import copy, pasted
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
        wait_for(lambda: file.read_text() == "grüße €, 你好 😀\n", what="the text")


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


def test_a_key_of_the_hosts_user_survives_a_killed_agent_whose_lent_keys_do_not(
    display: Xvfb, agent: AgentProcess
) -> None:
    def keys() -> str:
        return display.call("xmodmap", "-pke")

    free = [line.split()[1] for line in keys().splitlines() if line.split()[2:] == ["="]]
    display.call("xmodmap", "-e", f"keycode {free[0]} = U4F60 U4F60")
    before = keys()
    with closing(ActingConsole(agent)) as console:
        console.take()
        console.done(console.act(Typing, text="好"))
        agent.stop()
    assert "U597D" in keys()
    agent.start()
    wait_for(lambda: "U597D" not in keys(), what="the keys that were lent")
    assert keys() == before
    display.call("xmodmap", "-e", f"keycode {free[0]} =")


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
        wait_for(lambda: file.read_text().endswith("bob\n"), what="the text")
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
def test_an_agent_that_only_shows_hangs_up_on_an_input_and_has_loaded_nothing_that_acts(
    display: Xvfb, server: Any, tmp_path: Path, kind: type[Key | PutClip]
) -> None:
    copy(display, "the user's own")
    environment = {**display.environment, "PYTHONPROFILEIMPORTTIME": "1"}
    with (
        (tmp_path / "imports").open("w+") as imports,
        AgentProcess(tmp_path, "--view-only", environment=environment, stderr=imports) as agent,
        closing(ActingConsole(agent)) as console,
    ):
        assert console.take().state is ControlState.OFF
        assert console.all(Welcome)[0].may == ("question", "sign")
        console.grant = 1
        console.act(kind, **({"code": SHIFT, "down": True} if kind is Key else {"text": "x"}))
        assert console.is_ended()
        assert not held(server)
        assert pasted(display) == "the user's own"
        imports.seek(0)
        loaded = {line.rsplit(None, 1)[-1] for line in imports}
    assert "deskagent.delivery.link" in loaded
    assert not [name for name in loaded if name.startswith(("deskagent.input", "deskagent.clipboard"))]


class Typist(ActingConsole, DrawingConsole):
    """Draws what comes, and types."""

    def rest(self) -> None:
        """Draws until nothing has moved for so long that the next input counts."""
        known = -1
        while len(self.packets) > known:
            known = len(self.packets)
            self.draw(0.5)


def test_of_each_letter_in_a_resting_xterm_the_next_packet_after_its_announcement_has_it(
    display: Xvfb, agent: AgentProcess, tmp_path: Path
) -> None:
    up = tmp_path / "up"
    program = f"touch {up}; exec cat"
    display.run("xterm", "-T", "resting", "-geometry", "40x4+0+0", "-e", "sh", "-c", program)
    wait_for(up.exists, what="the terminal's program")
    with closing(Typist(agent)) as console:
        console.take()
        console.act(Pointer, x=100, y=30)
        announced = 0
        for letter in "letters in an xterm":
            console.rest()
            before = console.picture.copy()
            number = console.act(Typing, text=letter)

            def shown() -> int:
                """Counts the events up to the packet with the letter; 0: it has not come."""
                told = Effect(number)  # noqa: B023
                at = console.events.index(told) if told in console.events else len(console.events)
                return at + 2 if len(console.events) > at + 1 else 0

            if not console.until(lambda _: shown() > 0, seconds=3):
                continue  # on a busy machine the terminal may still have been drawing what came before
            assert isinstance(console.events[shown() - 1], Packet)
            console.draw_events(shown())
            rows, columns = np.nonzero((console.picture != before).any(axis=2))
            assert len(rows), f"{letter!r} is not in the packet"
            assert np.ptp(rows) < 20, "more than its line has changed"
            assert np.ptp(columns) < 30, "more than its cell and the cursor's have changed"
            assert console.done(number).outcome is InputOutcome.DONE
            announced += 1
            if announced == 5:
                break
        assert announced == 5
