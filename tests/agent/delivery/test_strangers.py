"""Other users of the host, who reach the agent's port without the token, and the files that it keeps."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import stat
from pathlib import Path

import pytest

from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.log_file import LimitedFileHandler
from deskwire.hello import encode_opening
from deskwire.messages import Welcome
from support.peers.agent_process import AgentProcess
from support.peers.bare_console import Console, has
from support.peers.served_here import served
from support.processes import open_files
from support.xvfb import wait_for

STILL = ("--source", "synthetic", "--scene", "still", "--size", "320x200")


def test_strangers_do_not_grow_the_log(tmp_path: Path) -> None:
    with AgentProcess(tmp_path, *STILL) as agent:
        for words in (b"", b"GET / HTTP/1.1\r\n\r\n", encode_opening(bytes(32))) * 5:
            with agent.connect() as sock, contextlib.suppress(ConnectionError):
                sock.settimeout(20)
                sock.sendall(words + b"x" * 100)
                assert sock.recv(1) == b""
        serving, wrong = (tmp_path / "agent.log").read_text().splitlines()
    assert "serving" in serving
    assert "connections without the right token: " in wrong


def test_a_connection_without_the_token_costs_one_descriptor() -> None:
    with served(lambda _: SyntheticGrabber("still", 1, 64, 48)) as agent, contextlib.ExitStack() as opened:
        before = open_files()
        for _ in range(8):
            opened.enter_context(agent.connect())
        wait_for(lambda: len(agent.links) == 8)
        # Two ends for each connection; what else this process opens meanwhile is not counted one by one.
        assert open_files() - before < 24


def test_an_agent_that_runs_out_of_descriptors_serves_again_when_there_are_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left() -> tuple[socket.socket, socket.socket]:
        raise OSError(errno.EMFILE, "Too many open files")

    with served(lambda _: SyntheticGrabber("still", 1, 64, 48)) as agent:
        with monkeypatch.context() as patch:
            patch.setattr(socket, "socketpair", none_left)
            with contextlib.closing(Console(agent)) as unlucky, contextlib.suppress(OSError):
                assert not unlucky.until(has(Welcome), 5)
        with contextlib.closing(Console(agent)) as console:
            assert console.until(has(Welcome))


def test_the_agents_files_are_its_users_alone_whatever_the_umask(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    umask = os.umask(0)
    try:
        with AgentProcess(tmp_path, *STILL, "--ready-file", str(ready)):
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (ready, tmp_path / "agent.log")}
    finally:
        os.umask(umask)
    assert modes == {"ready.json": 0o600, "agent.log": 0o600}


def test_a_full_log_says_so_and_grows_no_more(tmp_path: Path) -> None:
    path = tmp_path / "agent.log"
    for _ in range(2):  # The second handler is an agent that was started again.
        handler = LimitedFileHandler(path, largest=1000)
        for number in range(500):
            handler.emit(logging.makeLogRecord({"msg": "line %d", "args": (number,)}))
        handler.close()
    text = path.read_text()
    assert text.startswith("line 0\n")
    assert text.count("the log is full") == 2
    assert len(text) < 1300
