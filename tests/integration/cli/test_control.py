"""The command line acts on a host: a real agent, a real X server, a program that writes down what it gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.bootstrap_host import agents
from support.command_line import CommandLine, Said
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
    wait_for(lambda: file.read_text() == TEXT, what="the text")
    pressed = user.run("key", *way, "shift+b", "shift+1", "ctrl+shift+a", "enter", "--json").json()
    assert pressed["chords"] == 4
    assert 0 < pressed["done"] < 10
    assert 0 < pressed["shown"] < 10
    wait_for(lambda: file.read_text() == f"{TEXT}B!\1\n", what="the keys")
    put = user.run("clip", "put", *way, "grüße\nx\x1b\x07")
    assert put.stderr.endswith(": 7 characters put into its clipboard, 2 control characters left out\n")
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


@pytest.mark.parametrize("button", ["no", "control"])
def test_a_person_who_is_asked_decides(user: CommandLine, server: Sshd, display: Xvfb, button: str) -> None:
    user.know(server, "lab", x_display=display.display, control="ask")
    with user.started("key", "lab", "escape") as command:
        question = display.wait_for_window("deskconsole question", timeout=60)
        x, y, width, height = display.place(question)
        x += width // 6 if button == "no" else width * 5 // 6

        def ended() -> bool:
            display.call("xdotool", "mousemove", str(x), str(y + height - 40), "click", "1")
            return command.poll() is not None

        wait_for(ended, timeout=60, what="the end of the command")
        stdout, stderr = command.communicate(timeout=60)
        said = Said(command.returncode, stdout, stderr)
    if button == "no":
        assert said.refusal(10).startswith("lab refused control: ")
    else:
        assert (said.code, said.stderr.split(" in ")[0]) == (0, "lab: 1 chord pressed")


def test_what_cannot_be_meant_is_refused_before_a_host_is_asked(user: CommandLine) -> None:
    cases = (
        (("key", "lab", "ctrl+entr"), "'entr' is not the name of a key\nDid you mean enter?"),
        (("key", "lab", "ctrl-c"), "'ctrl-c' is not the name of a key\nDid you mean ctrl+c?"),
        (("type", "lab", "x" * 64_001), "the text has 64,001 characters"),
        (("click", "lab", "12.5", "5"), "12.5, 5 is no place of a picture\nGive two whole numbers"),
        (("click", "lab", "1"), "1 is no place of a picture"),
    )
    for (_, sentence), said in zip(cases, user.run_all(*(arguments for arguments, _ in cases)), strict=True):
        assert said.refusal(2).startswith(sentence)
