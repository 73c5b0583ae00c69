"""The agent as a program that reaches its port meets it: a real process, a real socket."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskwire.hello import OPENING, encode_opening
from deskwire.messages import (
    WIRE_VERSION,
    Close,
    Ping,
    Pong,
    Refresh,
    Screen,
    ScreenState,
    WantRefresh,
    Welcome,
    decode_from_agent,
)
from deskwire.packet import Packet
from deskwire.reader import MessageBody, PacketReader
from deskwire.triggers import Trigger
from support.peers.agent_process import AGENT, AgentProcess
from support.peers.bare_console import Console, has

STILL = ("--source", "synthetic", "--scene", "still", "--size", "320x200")
MOVING = ("--source", "synthetic", "--scene", "motion", "--size", "320x200")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentProcess]:
    with AgentProcess(tmp_path, *STILL) as process:
        yield process


@pytest.fixture
def console(agent: AgentProcess) -> Iterator[Console]:
    with_agent = Console(agent)
    yield with_agent
    with_agent.close()


def read_to_end(sock: socket.socket) -> bytes:
    data = b""
    while part := sock.recv(4096):
        data += part
    return data


def test_agent_welcomes_and_begins_with_a_refresh_that_says_why(console: Console) -> None:
    assert console.until(has(Packet))
    # A heartbeat may come between on a busy machine.
    told = [event for event in console.events if not isinstance(event, Ping)]
    assert [type(event) for event in told[:3]] == [Welcome, Refresh, Packet]
    welcome, refresh, packet = told[:3]
    assert isinstance(welcome, Welcome)
    assert welcome.displays[0].width == 320
    assert isinstance(refresh, Refresh)
    assert refresh.trigger is Trigger.FIRST_FRAME
    assert isinstance(packet, Packet)
    assert packet.refresh


def test_agent_is_silent_before_the_token(agent: AgentProcess) -> None:
    with agent.connect() as sock:
        sock.settimeout(0.7)
        with pytest.raises(TimeoutError):
            sock.recv(1)


def test_a_wrong_token_gets_not_a_byte(agent: AgentProcess) -> None:
    with agent.connect() as sock:
        sock.sendall(encode_opening(bytes(32)) + b"x" * 100)
        with contextlib.suppress(ConnectionResetError):  # no byte came then either
            assert read_to_end(sock) == b""


def test_a_connection_without_a_token_is_closed_after_five_seconds(agent: AgentProcess) -> None:
    with agent.connect() as sock:
        began = time.monotonic()
        assert read_to_end(sock) == b""
        assert time.monotonic() - began > 4


def test_versions_that_do_not_fit_are_told_with_both_numbers(agent: AgentProcess) -> None:
    with agent.connect() as sock:
        sock.sendall(encode_opening(agent.token, version=77))
        (event,) = PacketReader().feed(read_to_end(sock))
    assert isinstance(event, MessageBody)
    close = decode_from_agent(event.body)
    assert isinstance(close, Close)
    assert "77" in close.reason
    assert str(WIRE_VERSION) in close.reason
    assert not close.again


def test_a_second_console_is_served_too_and_the_ninth_displaces_the_first(
    agent: AgentProcess, console: Console
) -> None:
    assert console.until(has(Packet))
    others = [Console(agent) for _ in range(8)]
    for other in others:
        assert other.until(has(Packet))
    assert console.until(has(Close))
    close = next(event for event in console.events if isinstance(event, Close))
    assert "newer consoles" in close.reason
    assert not close.again
    refresh = next(event for event in others[0].events if isinstance(event, Refresh))
    assert refresh.trigger is Trigger.RESTART
    for other in others:
        other.close()


def test_without_credit_nothing_more_comes(tmp_path: Path) -> None:
    with AgentProcess(tmp_path, *MOVING) as agent:
        console = Console(agent, packets=2)
        assert console.until(has(Packet, 2))
        assert not console.until(has(Packet, 3), seconds=1)
        console.credit(2)
        assert console.until(has(Packet, 4))
        assert not console.until(has(Packet, 5), seconds=1)
        console.close()


def test_heartbeats_go_both_ways(console: Console) -> None:
    assert console.until(has(Welcome))
    console.send(Ping(41))
    assert console.until(lambda events: Pong(41) in events)
    assert console.until(has(Ping, 2))


def test_a_burst_of_pings_is_answered_one_by_one(console: Console) -> None:
    assert console.until(has(Welcome))
    console.send(*map(Ping, range(1000)))
    assert console.until(has(Pong, 1000))
    pongs = [event.number for event in console.events if isinstance(event, Pong)]
    assert pongs == list(range(1000))


def test_a_console_that_asks_and_never_reads_is_hung_up_on(agent: AgentProcess, console: Console) -> None:
    assert console.until(has(Welcome))
    pings = b"".join(console.connection.send(Ping(number)) for number in range(1000))
    console.socket.settimeout(10)
    with pytest.raises(ConnectionError):
        console.socket.sendall(pings * 500)
    second = Console(agent)
    assert second.until(has(Packet))
    second.close()


def test_a_refresh_and_a_digest_come_on_request(console: Console) -> None:
    assert console.until(has(Packet))
    console.send(WantRefresh())
    assert console.until(lambda events: Refresh(Trigger.REQUEST) in events)
    assert console.until(has(Packet, 2))
    assert console.want_digest().packet == 2


def test_a_console_that_breaks_the_protocol_is_hung_up_on_and_the_next_is_served(
    agent: AgentProcess,
) -> None:
    with agent.connect() as sock:
        sock.sendall(encode_opening(agent.token) + b"\xff" * 200)
        assert read_to_end(sock) == b""
    console = Console(agent)
    assert console.until(has(Packet))
    console.close()


def test_a_display_that_is_not_there_yet_is_named_and_waited_for(tmp_path: Path) -> None:
    # Servers that other tests start at the same time take the lowest free number.
    display = f":{10_000 + os.getpid() % 40_000}"
    with AgentProcess(tmp_path, environment={"DISPLAY": display, "XAUTHORITY": ""}) as agent:
        console = Console(agent)
        assert console.until(has(Welcome))
        (welcome,) = console.events
        assert isinstance(welcome, Welcome)
        assert welcome.screen is ScreenState.GRAB_FAILED
        assert display in welcome.screen_reason
        server = subprocess.Popen(
            ["Xvfb", display, "-screen", "0", "640x480x24", "-nolisten", "tcp"], stderr=subprocess.DEVNULL
        )
        try:
            assert console.until(has(Packet)), f"no picture of {display}"
            assert Screen(ScreenState.LIVE) in console.events
        finally:
            console.close()
            server.terminate()
            server.wait(60)


def test_a_screen_that_stays_away_is_logged_once(tmp_path: Path) -> None:
    with (
        AgentProcess(tmp_path, environment={"DISPLAY": ":4076"}) as agent,
        contextlib.closing(Console(agent)) as console,
    ):
        assert console.until(has(Ping, 4))
        log = (tmp_path / "agent.log").read_text()
    assert log.count("the screen is grabbed by mss") == 1


def test_a_display_whose_name_is_no_text_is_still_spoken_of(tmp_path: Path) -> None:
    nowhere = {"DISPLAY": os.fsdecode(b":9\x80"), "XAUTHORITY": ""}
    with AgentProcess(tmp_path, environment=nowhere) as agent:
        console = Console(agent)
        assert console.until(has(Welcome))
        (welcome,) = console.events
        assert isinstance(welcome, Welcome)
        assert "the X screen :9?" in welcome.screen_reason
        console.close()


def test_out_of_descriptors_it_waits_quietly_and_then_serves(tmp_path: Path) -> None:
    import resource  # of Linux

    with AgentProcess(tmp_path, *STILL) as agent:
        assert agent.process is not None
        first = Console(agent)
        assert first.until(has(Packet))
        first.close()
        before = resource.prlimit(agent.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(agent.process.pid, resource.RLIMIT_NOFILE, (3, before[1]))
        console = Console(agent)
        assert not console.until(has(Welcome), seconds=1.5)
        complaints = (tmp_path / "agent.log").read_text().count("could not accept")
        assert 1 <= complaints <= 10
        resource.prlimit(agent.process.pid, resource.RLIMIT_NOFILE, before)
        assert console.until(has(Packet))
        console.close()


def test_agent_ends_when_no_console_comes(tmp_path: Path) -> None:
    with AgentProcess(tmp_path, *STILL, "--idle-exit", "1") as agent:
        assert agent.process is not None
        console = Console(agent)
        assert console.until(has(Packet))
        time.sleep(1.6)
        assert agent.process.poll() is None, "it ended although a console was there"
        console.close()
        assert agent.process.wait(60) == 0


def test_a_missing_token_file_is_made_for_this_user_only(tmp_path: Path) -> None:
    with AgentProcess(tmp_path, *STILL) as agent:
        agent.stop()
        agent.token_file.unlink()
        agent.start()
        assert stat.S_IMODE(agent.token_file.stat().st_mode) == 0o600
        assert len(agent.token_file.read_text().strip()) == 64


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--token-file", "/nonexistent/token"), "token file"),
        (("--token-file", "short"), "token file"),
        (("--token-file", "token", "--port", "99999"), "99999"),
        (("--token-file", "token", "--size", "12"), "1920x1080"),
    ],
)
def test_a_wrong_argument_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    (tmp_path / "token").write_text("a secret that is long enough\n")
    (tmp_path / "short").write_text("x")
    run = subprocess.run(
        [sys.executable, "-m", "deskagent", "serve", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(AGENT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert words in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr


def test_the_opening_has_the_size_that_the_documents_say() -> None:
    assert OPENING.size == 42
