"""Sessions that nobody looks at closely, with a real agent: previews, a close look, and back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from deskconsole.common.errors import ProtocolViolation
from deskconsole.picture.framebuffer import shared_folders
from deskconsole.session.events import Event
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from deskconsole.session.state import State
from deskconsole.session.watch_policy import GRACE
from deskwire.messages import WIRE_VERSION, Preview, WatchMode, Welcome
from support.exactness import is_exact
from support.peers.agent_process import AgentProcess
from support.peers.lying_agent import TOKEN, lying_agent
from support.xvfb import Xvfb, wait_for

OFFICE = ("--source", "synthetic", "--scene", "office", "--size", "1280x720")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentProcess]:
    with AgentProcess(tmp_path, *OFFICE) as process:
        yield process


@pytest.fixture
def session(agent: AgentProcess) -> Iterator[Session]:
    route = DirectRoute(agent.address, agent.token)
    with closing(Session("lab-01", route, 0, lambda _event: None, full_stream=False)) as one:
        one.connect()
        yield one


def previewed(session: Session) -> bool:
    return session.wait_for(lambda one: one.preview is not None, 60)


def watch(session: Session) -> str:
    return session.snapshot().watch


def framebuffers() -> list[Path]:
    """Files of this process that hold a picture."""
    mapped = Path("/proc/self/maps").read_text()
    found = [path for folder in shared_folders() for path in folder.glob("deskconsole-*.bgr")]
    return [path for path in found if str(path) in mapped]


def test_previews_come_without_a_framebuffer(session: Session) -> None:
    assert previewed(session)
    first = session.snapshot().preview
    # The office is at work: another picture comes, and as a small one again.
    assert session.wait_for(lambda one: one.preview != first, 60)
    snapshot = session.snapshot()
    assert snapshot.state is State.STREAMING
    assert snapshot.size == (1280, 720)
    assert snapshot.watch == WatchMode.PREVIEW
    assert snapshot.lossy_share is None
    assert snapshot.statistics.packets == 0
    assert snapshot.statistics.previews >= 2
    assert framebuffers() == []
    small = session.picture(60, 40)
    assert small is not None
    assert small.shape == (34, 60, 3)
    assert small.std() > 5


def test_a_comparison_takes_a_close_look_and_previews_come_back(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskconsole.session.session._FULL_FOR", 2.0)
    assert previewed(session)
    assert is_exact(session)
    snapshot = session.snapshot()
    assert snapshot.lossy_share == 0
    assert snapshot.statistics.refreshes == {"first frame": 1}
    assert len(framebuffers()) == 1
    wait_for(lambda: framebuffers() == [], what="the framebuffer's end")
    assert watch(session) == WatchMode.PREVIEW
    before = session.snapshot().statistics.previews
    wait_for(lambda: session.snapshot().statistics.previews > before, what="another preview")
    # And closely once more: what was on its way meanwhile has spoilt nothing.
    assert is_exact(session)


def test_a_window_has_the_full_stream_at_once_and_gives_it_back_when_it_closes(
    session: Session, xvfb: Xvfb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", xvfb.display)
    assert previewed(session)
    session.view()
    wait_for(lambda: session.snapshot().statistics.packets > 0, what="the full stream")
    assert session.wait_for(lambda one: one.viewing, 60)
    assert is_exact(session)
    time.sleep(GRACE + 1)
    assert watch(session) == WatchMode.FULL
    assert len(framebuffers()) == 1
    xvfb.ask_to_close(xvfb.wait_for_window("lab-01"))
    wait_for(lambda: framebuffers() == [], what="the framebuffer's end")
    # What the window showed last is the preview until the agent sends one.
    assert session.snapshot().preview is not None


def test_a_window_keeps_the_last_picture_of_a_host_whose_link_is_lost(
    agent: AgentProcess, session: Session, xvfb: Xvfb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", xvfb.display)
    session.view()
    assert session.wait_for(lambda one: one.viewing and one.size is not None, 60)
    wait_for(lambda: session.snapshot().statistics.packets > 0, what="the first picture")
    agent.stop()
    assert session.wait_for(lambda one: one.state is State.RETRYING, 60)
    time.sleep(GRACE + 0.5)
    assert len(framebuffers()) == 1
    session.disconnect()
    assert session.wait_for(lambda one: one.state is State.CLOSED, 60)
    assert len(framebuffers()) == 1
    assert session.snapshot().viewing


def test_a_window_asked_for_while_the_session_still_ends_comes_with_the_next_link(
    session: Session, xvfb: Xvfb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", xvfb.display)
    assert previewed(session)
    session.disconnect()
    session.view()
    assert session.wait_for(lambda one: one.viewing and one.state is State.STREAMING, 60)


def test_of_two_consoles_one_previews_while_the_other_looks_closely(
    agent: AgentProcess, session: Session
) -> None:
    near = Session("near", DirectRoute(agent.address, agent.token), 0, lambda _event: None)
    with closing(near):
        near.connect()
        assert previewed(session)
        assert near.wait_for(lambda one: one.size is not None, 60)
        before = session.snapshot().statistics.previews
        assert is_exact(near)
        wait_for(lambda: session.snapshot().statistics.previews > before, what="another preview")
        assert session.snapshot().statistics.packets == 0
        assert near.snapshot().statistics.previews == 0


def test_the_pace_is_kept(session: Session) -> None:
    session.pace(interval=100.0, rate=0)
    assert previewed(session)
    time.sleep(1.5)
    before = session.snapshot().statistics.previews
    time.sleep(2.5)
    assert session.snapshot().statistics.previews == before
    session.pace(interval=0.5, rate=0)
    wait_for(lambda: session.snapshot().statistics.previews > before + 2, what="previews at the new pace")


def jpeg(width: int, height: int) -> bytes:
    return cv2.imencode(".jpg", np.zeros((height, width, 3), np.uint8))[1].tobytes()


@pytest.mark.parametrize(
    "preview",
    [
        pytest.param(Preview(320, 180, jpeg(320, 179)), id="another size"),
        pytest.param(Preview(1024, 1024, jpeg(1024, 1024)), id="larger than asked for"),
        pytest.param(Preview(320, 180, b"\x89PNG\r\n\x1a\n" + bytes(100)), id="no JPEG"),
        pytest.param(Preview(320, 180, jpeg(320, 180)[:-40]), id="cut"),
        pytest.param(Preview(320, 180, jpeg(320, 180) + b"more"), id="more behind it"),
    ],
)
def test_a_hostile_preview_ends_that_link_and_nothing_else(session: Session, preview: Preview) -> None:
    events: list[Event] = []

    with lying_agent(Welcome(WIRE_VERSION, "test", (), bytes(16)), preview) as address:
        route = DirectRoute(address, TOKEN)
        with closing(Session("liar", route, 0, events.append, full_stream=False)) as misled:
            misled.connect()
            assert misled.wait_for(lambda one: one.state is State.FAILED, 60)
            assert isinstance(misled.failure, ProtocolViolation)
            assert misled.snapshot().preview is None
    assert previewed(session)
    assert session.snapshot().state is State.STREAMING
