"""The main job: a real X screen with a real program, behind a real sshd, seen exactly on this side."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from deskconsole.bootstrap.probe import probe
from deskconsole.bootstrap.remove import remove
from deskconsole.common.errors import LaunchError
from deskconsole.common.paths import Paths
from deskconsole.common.progress import StepId
from deskconsole.inventory.host import Host
from deskconsole.session.events import AgentSilent, Event, StreamResumed
from deskconsole.session.route import SshRoute
from deskconsole.session.session import Session
from deskconsole.session.state import State
from support.answers import Answers
from support.bootstrap_host import agents, listing, open_connection, ssh_host
from support.exactness import shows
from support.sshd import Sshd
from support.xvfb import Xvfb, wait_for


class Way:
    """A host with a screen, and a session to it."""

    def __init__(self, server: Sshd, host: Host, screen: Xvfb, folder: Path) -> None:
        self.server = server
        self.screen = screen
        self.answers = Answers()
        self.events: list[Event] = []
        self.paths = Paths.below(folder / "console")
        self.host = replace(host, x_display=screen.display)
        self.session = self.open(self.host)

    def open(self, host: Host) -> Session:
        route = SshRoute(host, self.answers, self.paths, ssh_config=self.server.client_config)
        return Session(host.name, route, host.display, self.events.append)

    def streams(self, seconds: float = 60) -> bool:
        return self.session.wait_for(
            lambda one: one.state is State.STREAMING and one.size is not None, seconds
        )

    def shows_the_screen(self) -> bool:
        return shows(self.session, self.screen.screenshot)


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    with (
        Xvfb(1024, 768, maximum=(1280, 1024)) as screen,
        ssh_host(tmp_path / "host") as (server, host),
    ):
        screen.run("xterm", "-geometry", "100x30+20+20", "-T", "terminal", "sh")
        screen.wait_for_window("terminal")
        one = Way(server, host, screen, tmp_path)
        yield one
        one.session.close()


def type_text(screen: Xvfb, text: str) -> None:
    """Types into the terminal, as a user does."""
    window = screen.wait_for_window("terminal")
    screen.call("xdotool", "windowfocus", str(window))
    screen.call("xdotool", "type", "--delay", "5", text)


def test_text_typed_on_the_host_arrives_exactly(way: Way) -> None:
    way.session.connect()
    assert way.streams(), way.events
    assert len(way.answers.host_keys) == 1
    packets = way.session.snapshot().statistics.packets
    type_text(way.screen, "echo The quick brown fox\n")
    wait_for(lambda: way.session.snapshot().statistics.packets > packets, what="an update")
    wait_for(way.shows_the_screen, what="the exact picture")
    figures = way.session.snapshot().statistics
    assert figures.refreshes == {"first frame": 1}
    assert figures.saved_against_refreshes > 0


def test_a_resize_is_a_refresh_that_says_so_and_exact(way: Way) -> None:
    way.session.connect()
    assert way.streams(), way.events
    way.screen.resize(1280, 1024)
    assert way.session.wait_for(lambda one: one.size == (1280, 1024), 60)
    wait_for(way.shows_the_screen, what="the exact picture")
    way.screen.resize(800, 600)
    assert way.session.wait_for(lambda one: one.size == (800, 600), 60)
    wait_for(way.shows_the_screen, what="the exact picture")
    assert way.session.snapshot().statistics.refreshes["geometry change"] == 2


def test_a_cut_is_mended_with_the_agent_that_still_runs(way: Way) -> None:
    way.session.connect()
    assert way.streams(), way.events
    agents = list(way.server.home.glob(".deskconsole/run/*"))
    way.server.kill_connections()
    assert way.session.wait_for(lambda one: one.state is not State.STREAMING, 60)
    type_text(way.screen, "echo while nobody looked\n")
    assert way.streams(), way.events
    wait_for(way.shows_the_screen, what="the exact picture")
    assert list(way.server.home.glob(".deskconsole/run/*")) == agents
    figures = way.session.snapshot().statistics
    assert figures.reconnects == 1
    assert figures.refreshes["stream restart"] == 1
    assert any(isinstance(event, StreamResumed) for event in way.events)
    assert not any(step.id is StepId.PROBE for step in way.session.snapshot().steps), "more than a tunnel"
    assert len(way.answers.host_keys) == 1, "asked again although the key was trusted"


def test_a_host_that_hangs_is_stale_and_found_again(way: Way) -> None:
    way.session.connect()
    assert way.streams(), way.events
    way.server.freeze()
    assert way.session.wait_for(lambda one: one.state is State.RETRYING, 60)
    assert any(isinstance(event, AgentSilent) for event in way.events)
    way.server.thaw()
    assert way.streams(60), way.events
    wait_for(way.shows_the_screen, what="the exact picture")


def test_a_second_connect_uploads_nothing(way: Way) -> None:
    way.session.connect()
    assert way.streams(), way.events
    way.session.close()
    before = {path: path.stat().st_mtime_ns for path in way.server.home.glob(".deskconsole/agent-*/**/*.py")}
    way.session = way.open(way.host)
    way.session.connect()
    assert way.streams(), way.events
    after = {path: path.stat().st_mtime_ns for path in way.server.home.glob(".deskconsole/agent-*/**/*.py")}
    assert before
    assert after == before


def test_a_host_without_a_display_says_where_it_looked(way: Way) -> None:
    way.session = way.open(replace(way.host, x_display=":987"))
    way.session.connect()
    # The agent comes up and goes on trying; what it says of the screen is shown.
    told = way.session.wait_for(
        lambda one: one.state is State.FAILED or (one.screen != "live" and one.screen_reason != ""), 30
    )
    assert told, way.events
    snapshot = way.session.snapshot()
    if snapshot.state is State.FAILED:
        assert isinstance(way.session.failure, LaunchError)
    assert ":987" in snapshot.reason + snapshot.screen_reason


def test_an_agent_that_hangs_before_the_greeting_is_replaced(way: Way) -> None:
    way.session.connect()
    assert way.streams(), way.events
    way.session.close()
    (running,) = agents(way.server.home)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        # The agent still runs, but where its port should be, somebody accepts and never says a word.
        ready = next(way.server.home.glob(".deskconsole/run/*/ready.json"))
        ready.write_text(json.dumps(json.loads(ready.read_text()) | {"port": mute.getsockname()[1]}))
        way.session = way.open(way.host)
        way.session.connect()
        assert way.streams(60), way.events
    wait_for(way.shows_the_screen, what="the exact picture")
    assert agents(way.server.home) != [running]


def test_disconnecting_ends_a_host_that_hangs_while_it_is_probed(way: Way, tmp_path: Path) -> None:
    hanging = tmp_path / "python3"
    hanging.write_text("#!/bin/sh\nexec sleep 300\n")
    hanging.chmod(0o755)
    way.session = way.open(replace(way.host, python=str(hanging)))
    way.session.connect()
    assert way.session.wait_for(lambda one: one.state is State.PROBING, 60)
    time.sleep(1)
    way.session.disconnect()
    # The probe's own limit is 60 s: it would end it too.
    assert way.session.wait_for(lambda one: one.state is State.CLOSED, 30)


def test_undeploying_leaves_the_home_as_it_was(way: Way) -> None:
    before = listing(way.server.home)
    way.session.connect()
    assert way.streams(), way.events
    assert agents(way.server.home)
    way.session.close()
    connection = open_connection(way.server, way.host)
    try:
        removed = remove(connection, probe(connection, way.host))
    finally:
        connection.close()
    assert removed.left == ()
    assert agents(way.server.home) == []
    assert listing(way.server.home) == before
