"""The window as a session opens it: a real agent, a real X display, a real window."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from deskconsole.session.events import Event, WindowFailed, WindowLost, WindowOpened
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from deskconsole.session.state import State
from support.peers.agent_process import AgentProcess
from support.processes import children
from support.xvfb import Xvfb, wait_for

SIZE = (640, 400)
WINDOW = "deskconsole.viewer"


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def session(tmp_path: Path, events: list[Event]) -> Iterator[Session]:
    with AgentProcess(tmp_path, "--source", "synthetic", "--scene", "still", "--size", "640x400") as agent:
        one = Session("lab-01", DirectRoute(agent.address, agent.token), 0, events.append)
        yield one
        one.close()


def test_the_window_shows_the_hosts_pixels_and_goes_with_the_session(
    session: Session, xvfb: Xvfb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", xvfb.display)
    session.view()
    assert session.wait_for(lambda one: one.viewing, 60)
    xvfb.wait_for_window("lab-01 - live - deskconsole")
    width, height = SIZE

    def shown() -> bool:
        return np.array_equal(xvfb.screenshot()[:height, :width], session.framebuffer.pixels)

    wait_for(shown, what="the host's picture in the window")
    session.close()
    wait_for(lambda: not children(WINDOW), what="the end of the window's process")


def test_a_window_without_an_agent_keeps_the_last_picture_grey_and_says_of_when_it_is(
    tmp_path: Path, xvfb: Xvfb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", xvfb.display)
    with AgentProcess(tmp_path, "--source", "synthetic", "--scene", "still", "--size", "640x400") as agent:
        session = Session("lab-01", DirectRoute(agent.address, agent.token), 0, lambda _event: None)
        session.view()
        assert session.wait_for(lambda one: one.viewing, 60)
        xvfb.wait_for_window("lab-01 - live - deskconsole")
        first = session.snapshot().picture_at
        assert first is not None
        # Nothing changes on that desktop, and yet the picture does not age.
        assert session.wait_for(lambda one: one.picture_at is not None and one.picture_at > first + 1, 60)
    try:
        xvfb.wait_for_window("lab-01 - retrying - deskconsole")
        last = session.snapshot().picture_at
        width, height = SIZE
        shown = xvfb.screenshot()[:height, :width]
        below = shown[200:].astype(int)
        assert (below.max(axis=2) - below.min(axis=2)).max() == 0, "it is not grey"
        assert shown[:30].max() > 200, "no words across the top"
        wait_for(lambda: not np.array_equal(xvfb.screenshot()[:30, :width], shown[:30]), what="a greater age")
        assert session.snapshot().picture_at == last
    finally:
        session.close()


def test_a_window_that_dies_hurts_nobody_and_can_be_opened_again(
    session: Session, xvfb: Xvfb, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", xvfb.display)
    session.view()
    assert session.wait_for(lambda one: one.viewing, 60)
    (window,) = wait_for(lambda: children(WINDOW), what="the window's process")
    window.send_signal(signal.SIGKILL)
    assert session.wait_for(lambda one: not one.viewing, 60)
    assert session.snapshot().state is State.STREAMING
    wait_for(lambda: any(isinstance(event, WindowLost) for event in events), what="the event")
    opened, lost = [event for event in events if isinstance(event, WindowOpened | WindowLost)]
    assert isinstance(opened, WindowOpened)
    assert isinstance(lost, WindowLost)
    assert lost.reason == "its process was ended by SIGKILL"
    session.view()
    assert session.wait_for(lambda one: one.viewing, 60)
    assert session.snapshot().statistics.reconnects == 0


def test_without_a_screen_there_is_a_sentence_and_the_session_goes_on(
    session: Session, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    session.view()
    wait_for(lambda: any(isinstance(event, WindowFailed) for event in events), what="the sentence")
    (told,) = [event.failure.reason for event in events if isinstance(event, WindowFailed)]
    assert "no display here" in told
    assert "\n" not in told
    assert session.snapshot().state is State.STREAMING
    assert "DISPLAY" not in os.environ
