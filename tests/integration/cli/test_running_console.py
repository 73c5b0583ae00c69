"""Commands that a running console answers: a real one, in a real terminal."""

from __future__ import annotations

import json
import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from deskconsole.common.paths import Paths
from deskconsole.local.client import running_consoles
from deskwire.digest import framebuffer_digest
from support.command_line import CommandLine, Said, end
from support.screens.terminal import Terminal
from support.xvfb import wait_for


class Ground:
    """One user with the demo in his terminal, and his commands beside it."""

    def __init__(self, folder: Path) -> None:
        self.user = CommandLine(folder / "user")
        self.user.home.mkdir()
        self.terminal = Terminal(self.user.home, "demo")

    def ended_by_its_command(self, folder: Path) -> str:
        """The words of a command whose recording another one ended."""
        file = folder / "first.deskrec"
        with self.user.started("record", "front-desk", file) as command:
            wait_for(lambda: file.exists() and file.stat().st_size, what="the recording")
            assert self.user.run("record", "front-desk", "--end").code == 0
            _, stderr = command.communicate(timeout=60)
        assert command.returncode == 0
        return stderr

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
    assert ground.user.run("stats", "studio").refusal(7).startswith("studio is not connected in the running")
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
    assert "front-desk: not connected in the running console. Connect it" in said.stderr
    assert ground.user.run("status", "--group", "ofice").refusal(2).endswith("Did you mean 'office'?")
    assert ground.user.run("connect", "front-desk").code == 0


def test_a_picture_is_taken_of_the_session_that_runs(ground: Ground, tmp_path: Path) -> None:
    """The picture is the one that was compared with the host's, and the session continues."""
    report = ground.user.run("shot", "studio", "-o", tmp_path / "studio.webp", "--json").json()
    picture = cv2.imdecode(np.fromfile(tmp_path / "studio.webp", np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert (report["width"], report["height"]) == (1280, 720)
    assert framebuffer_digest(1280, 720, picture.data).hex() == report["digest"]
    said = ground.user.run("shot", "--all", "-o", tmp_path / "all")
    assert said.code == 0
    assert len(list((tmp_path / "all").glob("*.png"))) == 3
    assert f"picture  {tmp_path / 'studio.webp'}" in ground.user.run("audit", "--host", "studio").stdout
    assert "3 live" in ground.terminal.screen()


def test_a_host_is_acted_on_in_the_session_that_runs(ground: Ground) -> None:
    assert ground.user.run("type", "night-shift", "abc", "--json").json()["characters"] == 3
    assert ground.user.run("key", "--group", "workshop", "enter").stderr.startswith(
        "studio: 1 chord pressed in "
    )
    for x in ("5000", "20000", "-5"):
        said = ground.user.run("click", "night-shift", x, "1").refusal(2)
        assert said.startswith(f"{x}, 1 is outside of the picture of night-shift, which is 1280x720")
    assert ground.user.run("clip", "put", "night-shift", "grüße").code == 0
    assert ground.user.run("clip", "get", "night-shift").stdout == "grüße"
    assert ground.user.run("status", "night-shift", "--json").json()["control"] == "free"
    audit = ground.user.run("audit", "--host", "night-shift")
    assert audit.stderr == "These are of the running demo, and end with it.\n"
    assert "clip put" in audit.stdout
    assert "streaming" in ground.user.run("events").stdout


def test_a_slip_in_a_host_s_name_is_told_before_a_connection_is_tried(ground: Ground) -> None:
    said = ground.user.run("status", "frontdesk").refusal(2)
    assert said == (
        "there is no host called 'frontdesk', and the name does not resolve\nDid you mean 'front-desk'?"
    )
    assert not Paths.below(ground.user.home).events.exists()
    # Of several hosts it is that one's own failure.
    several = ground.user.run("status", "frontdesk", "studio", "--json")
    assert several.code == 14
    slip, studio = (json.loads(line) for line in several.stdout.splitlines())
    assert (slip["host"], slip["failure"]["remedy"]) == ("frontdesk", "Did you mean 'front-desk'?")
    assert studio["state"] == "streaming"


def test_the_session_that_runs_is_recorded_until_the_command_ends(ground: Ground, tmp_path: Path) -> None:
    def recorded_since() -> float | None:
        since: float | None = ground.user.run("status", "studio", "--json").json()["recording_since"]
        return since

    file = tmp_path / "studio.deskrec"
    with ground.user.started("record", "studio", "-o", file, "--json") as command:
        wait_for(lambda: recorded_since() is not None and file.exists(), what="the recording")
        said = ground.user.run("record", "studio", "-o", tmp_path / "other.deskrec").refusal(2)
        assert said.startswith(f"studio is being recorded already, in {file}")
        command.send_signal(signal.SIGINT)
        stdout, _ = command.communicate(timeout=60)
    assert command.returncode == 0
    assert recorded_since() is None
    whole = ground.user.run("play", file, "--json").json()
    assert (whole["packets"], whole["fault"]) == (json.loads(stdout)["packets"], "")


def test_a_recording_of_the_console_is_ended_by_a_command(ground: Ground, tmp_path: Path) -> None:
    ground.terminal.keys("home", "down", "f9")
    ground.terminal.until(lambda shown: "REC live" in shown)
    said = ground.user.run("record", "front-desk", tmp_path / "other.deskrec").refusal(2)
    assert said.startswith("front-desk is being recorded already, in ")
    assert "End it by `deskconsole record front-desk --end` (f9" in said
    ended = ground.user.run("record", "--all", "--end", "--json").json()
    assert (ended["host"], Path(ended["file"]).suffix) == ("front-desk", ".deskrec")
    assert ground.user.run("play", ended["file"], "--json").json()["packets"] == ended["packets"]
    ground.terminal.until(lambda shown: "REC" not in shown)
    assert (
        ground.user.run("record", "front-desk", "--end")
        .refusal(2)
        .startswith("front-desk is not being recorded\n")
    )
    assert ground.user.run("record", "--group", "workshop", "--end").refusal(2) == (
        "no host of the group 'workshop' is being recorded"
    )
    refused = ground.user.run("record", "--all", "--end", "--seconds", "1").refusal(2)
    assert refused.startswith("--end and --seconds do not go together")
    assert "front-desk: " in ground.ended_by_its_command(tmp_path)


def test_several_hosts_are_recorded_at_the_same_time(ground: Ground, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    said = ground.user.run(
        "record", "studio", "attic", "night-shift", "-o", folder, "--seconds", "1", "--json"
    )
    assert said.code == 14
    found = ground.lines(said)
    assert "failure" in found["attic"]
    assert {Path(found[host]["file"]) for host in ("studio", "night-shift")} == {*folder.iterdir()}
    assert all(ground.user.run("play", file, "--json").json()["packets"] for file in folder.iterdir())
    again = tmp_path / "until Ctrl+C"
    hosts = ("studio", "attic", "night-shift")
    with ground.user.started("record", *hosts, "-o", again, "--json") as command:
        wait_for(lambda: len([one for one in again.glob("*") if one.stat().st_size]) == 2, what="recordings")
        command.send_signal(signal.SIGINT)
        stdout, stderr = command.communicate(timeout=60)
    assert (command.returncode, stderr) == (14, "deskconsole: 1 of 3 hosts failed\n")
    told = {one["host"]: one for one in map(json.loads, stdout.splitlines())}
    assert "failure" in told["attic"]
    assert {Path(told[host]["file"]) for host in ("studio", "night-shift")} == {*again.iterdir()}
    file = next(folder.iterdir())
    refused = ground.user.run("record", "--all", "-o", file).refusal(2)
    assert refused.startswith(f"{file} is a file, and recordings of several hosts need a folder")


def test_events_are_told_as_they_happen(ground: Ground) -> None:
    with ground.user.started("watch", "night-shift", "--json") as watch:
        assert watch.stdout is not None
        # Only the first line shows that the request for events has arrived: until then more events are made.
        for _ in range(20):
            ground.user.run("disconnect", "night-shift")
            ground.user.run("connect", "night-shift")
            if select.select([watch.stdout], [], [], 0)[0]:
                break
        event = json.loads(watch.stdout.readline())
        assert (event["host"], event["kind"] in {"SessionEnded", "StreamStarted"}) == ("night-shift", True)
        watch.send_signal(signal.SIGINT)
        _, stderr = watch.communicate(timeout=60)
        assert (watch.returncode, stderr) == (0, ""), "Ctrl+C is its usual end"
    assert ground.user.run("watch", "--seconds", "0.1").code == 0


def test_a_console_that_was_killed_is_replaced(tmp_path: Path) -> None:
    user = CommandLine(tmp_path / "user")
    user.add_host("attic", address="127.0.0.1", port=9)
    run = user.home / "run"
    first = Terminal(user.home)
    try:
        first.until(lambda shown: "1 not connected" in shown and bool(running_consoles(run)))
        (killed,) = running_consoles(run)
        os.kill(killed.pid, signal.SIGKILL)
        first.until(lambda _: first.exited())
    finally:
        first.close()
    user.run("disconnect", "attic").refusal(13)
    second = Terminal(user.home)
    try:
        second.until(lambda shown: "1 not connected" in shown and bool(running_consoles(run)))
        assert [path.name for path in run.iterdir()] == [f"console-{running_consoles(run)[0].pid}.sock"]
        assert user.run("status", "--json").json()["state"] == "idle"
        second.keys("q")
        second.until(lambda _: second.exited())
        assert list(run.iterdir()) == []
    finally:
        second.close()


def test_without_a_console_a_command_makes_a_session_of_its_own(user: CommandLine, used_lab: str) -> None:
    assert user.run("status", used_lab, "--json").json()["state"] == "streaming"
    assert user.run("connect", used_lab).stderr == f"{used_lab}: connected\n"
    assert user.run("compare", used_lab, "--json").json()["exact"] is True
    with user.started("watch", used_lab, "--json") as watch:
        assert watch.stdout is not None
        while json.loads(watch.stdout.readline())["kind"] != "StreamStarted":
            pass
        assert end(watch, signal.SIGINT)[0] == 0
    assert user.run("status").refusal(2).startswith("give hosts by name, or --group GROUP, or --all")
    assert user.run("watch").refusal(13).startswith("no console runs\n")
    assert user.run("refresh", used_lab).refusal(13).startswith(f"no console runs that has {used_lab} in")
