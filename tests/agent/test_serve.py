"""The agent as whoever reaches its port meets it: a real process, a real socket."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_process import AGENT, AgentProcess
from deskagent.wire.connection import ConsoleConnection
from deskagent.wire.encodings import Encoding
from deskagent.wire.hello import OPENING, encode_opening
from deskagent.wire.messages import (
    WIRE_VERSION,
    AgentMessage,
    Close,
    Digest,
    Hello,
    Ping,
    Pong,
    Refresh,
    Screen,
    ScreenState,
    WantDigest,
    WantRefresh,
    Welcome,
    decode_from_agent,
)
from deskagent.wire.packet import Packet
from deskagent.wire.reader import MessageBody, PacketReader
from deskagent.wire.triggers import Trigger

STILL = ("--source", "synthetic", "--scene", "still", "--size", "320x200")
MOVING = ("--source", "synthetic", "--scene", "motion", "--size", "320x200")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentProcess]:
    with AgentProcess(tmp_path, *STILL) as process:
        yield process


class Console:
    """A console that does only what a test tells it to."""

    def __init__(self, agent: AgentProcess, *, packets: int = 4, version: int = WIRE_VERSION) -> None:
        hello = Hello(version, tuple(int(e) for e in Encoding), packets=packets, bytes=1 << 20)
        self.connection = ConsoleConnection(agent.token, hello)
        self.socket = agent.connect()
        self.socket.sendall(self.connection.open())
        self.events: list[Packet | AgentMessage] = []

    def until(self, wanted: Callable[[list[Packet | AgentMessage]], bool], seconds: float = 10) -> bool:
        """Receives until what came is what is wanted."""
        deadline = time.monotonic() + seconds
        self.socket.settimeout(0.05)
        while not wanted(self.events):
            if time.monotonic() > deadline:
                return False
            try:
                data = self.socket.recv(1 << 16)
            except TimeoutError:
                continue
            if not data:
                return wanted(self.events)
            self.events += self.connection.receive(data)
        return True

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events]

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def console(agent: AgentProcess) -> Iterator[Console]:
    with_agent = Console(agent)
    yield with_agent
    with_agent.close()


def has(kind: type, count: int = 1) -> Callable[[list[Packet | AgentMessage]], bool]:
    return lambda events: sum(isinstance(event, kind) for event in events) >= count


def read_to_end(sock: socket.socket) -> bytes:
    data = b""
    while part := sock.recv(4096):
        data += part
    return data


def test_it_welcomes_and_begins_with_a_refresh_that_says_why(console: Console) -> None:
    assert console.until(has(Packet))
    assert console.kinds()[:3] == [Welcome, Refresh, Packet]
    welcome, refresh, packet = console.events[:3]
    assert isinstance(welcome, Welcome)
    assert welcome.displays[0].width == 320
    assert isinstance(refresh, Refresh)
    assert refresh.trigger is Trigger.FIRST_FRAME
    assert isinstance(packet, Packet)
    assert packet.refresh


def test_it_is_silent_before_the_token(agent: AgentProcess) -> None:
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
        assert 4 < time.monotonic() - began < 9


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


def test_a_second_console_takes_over_and_the_first_is_told(agent: AgentProcess, console: Console) -> None:
    assert console.until(has(Packet))
    second = Console(agent)
    assert second.until(has(Packet))
    assert console.until(has(Close))
    close = next(event for event in console.events if isinstance(event, Close))
    assert "another console" in close.reason
    assert not close.again
    refresh = next(event for event in second.events if isinstance(event, Refresh))
    assert refresh.trigger is Trigger.RESTART
    second.close()


def test_without_credit_nothing_more_comes(tmp_path: Path) -> None:
    with AgentProcess(tmp_path, *MOVING) as agent:
        console = Console(agent, packets=2)
        assert console.until(has(Packet, 2))
        assert not console.until(has(Packet, 3), seconds=1)
        console.socket.sendall(console.connection.credit(2, 1 << 20))
        assert console.until(has(Packet, 4))
        assert not console.until(has(Packet, 5), seconds=1)
        console.close()


def test_heartbeats_go_both_ways(console: Console) -> None:
    assert console.until(has(Welcome))
    console.socket.sendall(console.connection.send(Ping(41)))
    assert console.until(lambda events: Pong(41) in events)
    assert console.until(has(Ping, 2))


def test_a_refresh_and_a_digest_come_on_request(console: Console) -> None:
    assert console.until(has(Packet))
    console.socket.sendall(console.connection.send(WantRefresh()))
    assert console.until(lambda events: Refresh(Trigger.REQUEST) in events)
    assert console.until(has(Packet, 2))
    console.socket.sendall(console.connection.send(WantDigest()))
    assert console.until(has(Digest))
    digest = next(event for event in console.events if isinstance(event, Digest))
    assert digest.packet == 2


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
    from xvfb import Xvfb

    with Xvfb(640, 480) as first:
        display = first.display
    number = display.removeprefix(":")
    with AgentProcess(tmp_path, environment={"DISPLAY": display, "XAUTHORITY": ""}) as agent:
        console = Console(agent)
        assert console.until(has(Screen))
        trouble = next(event for event in console.events if isinstance(event, Screen))
        assert trouble.state is ScreenState.GRAB_FAILED
        assert trouble.reason
        server = subprocess.Popen(
            ["Xvfb", display, "-screen", "0", "640x480x24", "-nolisten", "tcp"], stderr=subprocess.DEVNULL
        )
        try:
            assert console.until(has(Packet), seconds=20), f"no picture of display {number}"
            assert Screen(ScreenState.LIVE) in console.events
        finally:
            console.close()
            server.terminate()
            server.wait(10)


def test_it_ends_by_itself_when_nobody_comes(tmp_path: Path) -> None:
    with AgentProcess(tmp_path, *STILL, "--idle-exit", "1") as agent:
        assert agent.process is not None
        console = Console(agent)
        assert console.until(has(Packet))
        time.sleep(1.6)
        assert agent.process.poll() is None, "it ended although a console was there"
        console.close()
        assert agent.process.wait(10) == 0


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
