"""A session acts through a real agent on a real X server, beside a console that acts too."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from Xlib.display import Display as XDisplay

from deskconsole.app import host_actions
from deskconsole.app.key_chord import parse_chord
from deskconsole.common.errors import (
    ConfigurationError,
    ControlBusy,
    ControlNotAllowed,
    ControlRefused,
    ProtocolViolation,
)
from deskconsole.session.control_status import ControlSettings
from deskconsole.session.events import ControlEnded, ControlTakenOver, Event
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from deskconsole.session.state import State
from deskwire.clipboard import Clip, NoClip
from deskwire.control import Ability, Consent, Control, ControlState, Done, Effect
from deskwire.message import Message
from deskwire.messages import WIRE_VERSION, Feature, Welcome
from support.peers.acting_console import ActingConsole
from support.peers.agent_process import AgentProcess
from support.peers.lying_agent import TOKEN, lying_agent
from support.xvfb import Xvfb, wait_for

A, SHIFT = 0x1E, 0x2A
LETTERS = 20


@pytest.fixture(scope="module")
def display() -> Iterator[Xvfb]:
    with Xvfb(640, 480) as xvfb:
        xvfb.run("xterm", "-geometry", "70x20+0+60", "-T", "quiet", "+bc", "-e", "cat > /dev/null")
        xvfb.wait_for_window("quiet")
        yield xvfb


@pytest.fixture(scope="module")
def agent(display: Xvfb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentProcess]:
    with AgentProcess(tmp_path_factory.mktemp("agent"), environment=display.environment) as process:
        yield process


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def session(agent: AgentProcess, events: list[Event]) -> Iterator[Session]:
    with closing(Session("lab", DirectRoute(agent.address, agent.token), 0, events.append)) as one:
        one.connect()
        yield one


def acts(session: Session) -> None:
    assert session.wait_for(lambda one: one.control.state is ControlState.FREE and one.size is not None, 60)
    session.control.take()
    assert session.wait_for(lambda one: one.control.yours, 60)


def test_a_host_that_another_console_controls_is_busy_until_it_is_taken_by_force(
    session: Session, agent: AgentProcess, events: list[Event]
) -> None:
    with closing(ActingConsole(agent, name="ben@desk", console=bytes(16))) as ben:
        assert ben.take().state is ControlState.YOURS
        with pytest.raises(ControlBusy, match="ben@desk controls lab"):
            host_actions.type_text(session, "a", force=False, watch=False)
        assert host_actions.press_keys(session, [parse_chord("a")], force=True, watch=False).chords == 1
        ben.told(ControlState.FREE)
        acts(session)
        ben.take(force=True)
        assert session.wait_for(lambda one: one.control.state is ControlState.OTHER, 60)
        assert session.control.key(A, down=True, text="a") == 0
        wait_for(lambda: any(isinstance(one, ControlTakenOver) for one in events), what="the event")
        assert [one.holder for one in events if isinstance(one, ControlTakenOver)] == ["ben@desk"]


def test_a_place_outside_of_the_picture_is_refused(session: Session) -> None:
    with pytest.raises(
        ConfigurationError, match="640, 10 is outside of the picture of lab, which is 640x480"
    ):
        host_actions.click(session, 640, 10, button="left", double=False, force=False, watch=False)


def test_held_keys_stay_down_as_long_as_the_console_is_there(session: Session, display: Xvfb) -> None:
    acts(session)
    session.control.wait(session.control.key(SHIFT, down=True), 20)
    with closing(XDisplay(display.display)) as host:
        # The agent lets go after 1.2 s without a word; the console itself, too, after 1.2 s without `hold`.
        for _ in range(5):
            session.control.hold()
            time.sleep(0.3)
        assert any(host.query_keymap())
        session.close()
        wait_for(lambda: not any(host.query_keymap()), what="the release")


def test_control_that_is_ended_at_the_host_is_told_and_not_taken_again(
    display: Xvfb, events: list[Event], tmp_path: Path
) -> None:
    def ended() -> bool:
        display.call("xdotool", "mousemove", "320", "8", "click", "1")
        return any(isinstance(one, ControlEnded) for one in events)

    # The agent remembers the click, so the agent of the other tests must not see it.
    with (
        AgentProcess(tmp_path, environment=display.environment) as agent,
        closing(Session("lab", DirectRoute(agent.address, agent.token), 0, events.append)) as session,
    ):
        session.connect()
        acts(session)
        wait_for(ended, what="the end of control")
        assert [one.reason for one in events if isinstance(one, ControlEnded)] == ["ended at the host"]
        assert not session.control.type("a")
        assert session.control.status.state is ControlState.FREE
        session.control.take()
        assert session.wait_for(lambda one: one.control.state is ControlState.REFUSED, 60)


def test_a_no_at_the_host_is_told(agent: AgentProcess, display: Xvfb) -> None:
    route = DirectRoute(agent.address, agent.token)
    settings = ControlSettings(consent=Consent.ALWAYS)
    with closing(Session("lab", route, 0, lambda _event: None, control=settings)) as one:
        one.connect()
        assert one.wait_for(lambda snapshot: snapshot.screen == "asking", 60)
        window = display.wait_for_window("deskconsole question")
        x, y, width, height = display.place(window)

        def answered() -> bool:
            display.call("xdotool", "mousemove", str(x + width // 4), str(y + height - 40), "click", "1")
            return one.snapshot().screen == "refused"

        wait_for(answered, what="the answer")
        with pytest.raises(ControlRefused, match="lab may not be seen: the person at the host said no"):
            host_actions.type_text(one, "a", force=False, watch=False)


def test_what_hosts_toml_forbids_is_not_even_asked(agent: AgentProcess) -> None:
    route = DirectRoute(agent.address, agent.token)
    settings = ControlSettings(control="never")
    with closing(Session("lab", route, 0, lambda _event: None, control=settings)) as one:
        one.connect()
        with pytest.raises(ControlNotAllowed, match=r"hosts\.toml forbids control of this host"):
            host_actions.type_text(one, "a", force=True, watch=False)


def test_an_agent_that_only_shows_says_so(tmp_path: Path) -> None:
    scene = ("--source", "synthetic", "--scene", "office", "--size", "320x200", "--view-only")
    with AgentProcess(tmp_path, *scene) as viewed:
        route = DirectRoute(viewed.address, viewed.token)
        with closing(Session("lab", route, 0, lambda _event: None)) as one:
            one.connect()
            with pytest.raises(ControlNotAllowed, match="only shows"):
                host_actions.type_text(one, "a", force=False, watch=False)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(Done(5), id="done, never sent"),
        pytest.param(Effect(1), id="effect of nothing"),
        pytest.param(Control(ControlState.YOURS, 1), id="control, not asked for"),
        pytest.param(Clip(1, "text"), id="clipboard, not asked for"),
        pytest.param(NoClip(1, "why"), id="no clipboard, not asked for"),
    ],
)
def test_an_agent_that_answers_what_was_never_sent_ends_its_link(message: Message) -> None:
    welcome = Welcome(WIRE_VERSION, "test", (), bytes(16), speaks=tuple(Feature), may=tuple(Ability))
    with (
        lying_agent(welcome, message) as address,
        closing(Session("liar", DirectRoute(address, TOKEN), 0, lambda _event: None)) as misled,
    ):
        misled.connect()
        assert misled.wait_for(lambda one: one.state is State.FAILED, 60)
        assert isinstance(misled.failure, ProtocolViolation)
        assert not misled.control.status.yours


def test_round_trips_are_those_that_a_person_would_measure(session: Session) -> None:
    acts(session)
    host_actions.click(session, 200, 200, button="left", double=False, force=False, watch=False)
    assert session.control.status.yours  # One act ends only its own claim.
    own = []
    for _ in range(LETTERS):
        session.control.wait_for_rest(5)
        before = session.framebuffer.pixels.copy()
        began = time.monotonic()
        session.control.key(A, down=True, text="a")
        while np.array_equal(session.framebuffer.pixels, before):
            assert time.monotonic() - began < 10
            time.sleep(0.0002)
        own.append(time.monotonic() - began)
        session.control.wait(session.control.key(A, down=False), 20)
    trips = session.control.round_trips
    assert trips.shown_p50 is not None
    assert trips.done_p50 is not None
    assert trips.shown_p50 == pytest.approx(statistics.median(own), rel=0.2)
