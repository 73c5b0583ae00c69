"""The command line acts on a host: a real agent, a real X server, a program that writes down what it gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.bootstrap_host import agents
from support.command_line import CommandLine
from support.peers.agent_process import AgentProcess
from support.sshd import Sshd
from support.xvfb import Xvfb, wait_for

TEXT = "grüße €, 你好 #1\n"


@pytest.fixture(scope="module")
def display() -> Iterator[Xvfb]:
    with Xvfb(640, 480) as xvfb:
        yield xvfb


@pytest.fixture
def way(display: Xvfb, tmp_path: Path) -> Iterator[tuple[str, ...]]:
    with AgentProcess(tmp_path, environment=display.environment) as agent:
        yield ("--direct", f"127.0.0.1:{agent.port}", "--token-file", str(agent.token_file))


def test_clicks_texts_keys_and_the_clipboard_arrive(
    user: CommandLine, way: tuple[str, ...], display: Xvfb, tmp_path: Path
) -> None:
    file = tmp_path / "typed"
    display.run("xterm", "-geometry", "60x20+0+0", "-T", "typed", "-e", "sh", "-c", f"cat > {file}")
    display.wait_for_window("typed")
    assert "clicked 100, 120" in user.run("click", *way, "100", "120").stderr
    assert "x:100 y:120" in display.call("xdotool", "getmouselocation")
    said = user.run("type", *way, TEXT)
    assert (said.code, said.stdout) == (0, "")
    assert f"{len(TEXT)} characters typed in " in said.stderr
    wait_for(lambda: file.read_text() == TEXT, timeout=20, what="the text")
    pressed = user.run("key", *way, "shift+b", "--json").json()
    assert pressed["chords"] == 1
    assert 0 < pressed["done"] < 10
    assert 0 < pressed["shown"] < 10
    assert user.run("clip", "put", *way, "grüße\nx", "--json").json()["characters"] == 7
    fetched = user.run("clip", "get", *way)
    assert (fetched.code, fetched.stdout) == (0, "grüße\nx")
    account = user.run("audit").stdout
    for entry in ("control", "control end  given back", "clip put  7 characters", "clip fetch  7 characters"):
        assert entry in account
    assert "grüße" not in account


def test_a_host_that_is_only_looked_at_gets_an_agent_that_cannot_act(
    user: CommandLine, server: Sshd, display: Xvfb
) -> None:
    user.know(server, "lab", x_display=display.display, control="never")
    said = user.run("type", "lab", "x", "--force").refusal(9)
    assert said == "lab cannot be controlled: hosts.toml forbids control of this host"
    (agent,) = agents(server.home)
    assert b"--view-only" in Path(f"/proc/{agent}/cmdline").read_bytes().split(b"\0")


def test_what_cannot_be_meant_is_refused_before_a_host_is_asked(user: CommandLine) -> None:
    cases = (
        (("key", "lab", "ctrl+entr"), "'entr' is no key\nDid you mean enter?"),
        (("type", "lab", "x" * 64_001), "the text has 64,001 characters"),
        (("click", "lab", "1"), "1 is no place"),
    )
    for (_, sentence), said in zip(cases, user.run_all(*(arguments for arguments, _ in cases)), strict=True):
        assert said.refusal(2).startswith(sentence)
