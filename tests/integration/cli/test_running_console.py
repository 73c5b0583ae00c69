"""Commands that a running console answers: a real one, in a real terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.command_line import CommandLine, Said
from support.screens.terminal import Terminal


class Ground:
    """One user with the demo in his terminal, and his commands beside it."""

    def __init__(self, folder: Path) -> None:
        self.user = CommandLine(folder / "user")
        self.user.home.mkdir()
        self.terminal = Terminal(self.user.home, "demo")

    def lines(self, said: Said) -> dict[str, Any]:
        """The objects that a command printed, by host."""
        return {one["host"]: one for one in map(json.loads, said.stdout.splitlines())}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    ground = Ground(tmp_path_factory.mktemp("running"))
    try:
        ground.terminal.until(lambda shown: "3 live" in shown)
        yield ground
    finally:
        ground.terminal.close()


def test_the_console_is_told_what_to_do_and_tells_what_it_knows(ground: Ground) -> None:
    said = ground.user.run("status", "--json")
    assert said.code == 0
    states = {host: one["state"] for host, one in ground.lines(said).items()}
    assert states == dict.fromkeys(("front-desk", "studio", "night-shift"), "streaming")
    assert ground.user.run("disconnect", "studio").stderr == "studio: disconnected\n"
    ground.terminal.until(lambda shown: "2 live, 1 disconnected" in shown)
    assert ground.user.run("stats", "studio").refusal(2).startswith("studio is a host of the running demo")
    assert ground.user.run("connect", "--group", "workshop").stderr == "studio: connected\n"
    ground.terminal.until(lambda shown: "3 live" in shown)
    said = ground.user.run("compare", "--all", "--json")
    assert (said.code, {one["exact"] for one in ground.lines(said).values()}) == (0, {True})
    before = ground.user.run("stats", "night-shift", "--json").json()["statistics"]["refreshes"]
    after = ground.user.run("refresh", "night-shift", "--json").json()["statistics"]["refreshes"]
    assert sum(after.values()) > sum(before.values())


def test_a_command_says_which_hosts_failed(ground: Ground) -> None:
    said = ground.user.run("disconnect", "--json", "attic", "front-desk")
    assert said.code == 14
    assert said.stderr == "deskconsole: 1 of 2 hosts failed\n"
    found = ground.lines(said)
    assert found["attic"]["failure"]["code"] == "console-not-running"
    assert found["front-desk"]["state"] == "closed"
    said = ground.user.run("refresh", "front-desk", "attic")
    assert said.code == 15
    assert "front-desk: front-desk is not connected in the running console" in said.stderr
    assert ground.user.run("status", "--group", "ofice").refusal(2).endswith("Did you mean 'office'?")
    assert ground.user.run("connect", "front-desk").code == 0
