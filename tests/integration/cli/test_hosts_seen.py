"""The way it should go: a real screen behind a real sshd, seen from the command line, nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from support.bootstrap_host import agents, listing
from support.command_line import CommandLine, end, settled, shared_memory
from support.peers.agent_process import AgentProcess
from support.processes import children
from support.sshd import Sshd
from support.xvfb import Xvfb, wait_for


def quiet(agent: AgentProcess) -> list[str]:
    """The arguments that lead to an agent without SSH."""
    return ["--direct", f"127.0.0.1:{agent.port}", "--token-file", str(agent.token_file)]


def test_view_counts_without_a_window(user: CommandLine, used_lab: str) -> None:
    report = user.run("view", used_lab, "--json", "--seconds", "1").json()
    assert report["state"] == "streaming"
    assert report["exact"] is True
    assert (report["width"], report["height"]) == (640, 400)
    assert report["statistics"]["refreshes"] == {"first frame": 1}
    assert report["statistics"]["received"] > 0
    assert user.leftovers() == []


def test_stats_as_a_table_and_as_json(user: CommandLine, agent: AgentProcess) -> None:
    said = user.run("stats", *quiet(agent), "--seconds", "0.2")
    assert (said.code, said.stderr) == (0, "")
    rows = dict(re.split(r"  +", line) for line in said.stdout.splitlines()[1:])
    assert (rows["screen"], rows["exact"], rows["state"]) == ("640x400", "yes", "live")
    assert re.fullmatch(r"of \d\d:\d\d:\d\d", rows["picture"])
    assert re.fullmatch(r"[\d.]+ (B|kB|MB)", rows["received"])
    assert not {text for text in rows.values() if text.startswith(("0 ", "-"))}, "what is zero is left out"
    assert rows["refreshes"] == "1 first frame"
    report = user.run("stats", *quiet(agent), "--seconds", "0", "--json").json()
    assert report["statistics"]["packets"] == int(rows["packets"])


def test_a_shot_is_the_screen(user: CommandLine, used_lab: str, screen: Xvfb, tmp_path: Path) -> None:
    said = user.run("shot", used_lab, "-o", tmp_path / "shot.png")
    assert (said.code, said.stdout, said.stderr) == (
        0,
        "",
        f"lab: 640x400 saved in {tmp_path / 'shot.png'}\n",
    )
    assert np.array_equal(picture_in(tmp_path / "shot.png"), screen.screenshot())
    report = user.run("shot", used_lab, "-o", tmp_path / "again.png", "--display", "1", "--json").json()
    assert report["file"] == str(tmp_path / "again.png")
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "shot.png").read_bytes()
    report = user.run("shot", used_lab, "-o", tmp_path, "--format", "webp", "--json").json()
    assert Path(report["file"]).name.startswith("lab_20")
    assert np.array_equal(picture_in(Path(report["file"])), screen.screenshot())


def test_a_host_is_reached_by_its_address_alone(user: CommandLine, server: Sshd) -> None:
    user.trust(server.known_hosts_line)
    user.ssh_config.write_text(f"IdentityFile {server.identity}\n" + user.ssh_config.read_text())
    report = user.run("deploy", f"{server.user}@127.0.0.1:{server.port}", "--json").json()
    assert report["uploaded"] > 0


def test_deploy_and_undeploy_leave_the_host_as_it_was(user: CommandLine, lab: str, server: Sshd) -> None:
    before = listing(server.home)
    first = user.run("deploy", lab, "--json").json()
    assert first["uploaded"] > 0
    assert listing(server.home) > before
    assert user.run("deploy", lab, "--json").json() == {**first, "uploaded": 0}
    assert user.run("stats", lab, "--seconds", "0").code == 0
    assert len(agents(server.home)) == 1
    gone = user.run("undeploy", lab, "--json").json()
    assert gone["processes"] == 1
    assert gone["files"] > 10
    assert gone["left"] == []
    assert listing(server.home) == before
    assert agents(server.home) == []
    again = user.run("undeploy", lab)
    assert (again.code, again.stdout, again.stderr) == (0, "", "lab: no deskconsole files on this host\n")
    account = [line.split("  ")[3] for line in user.run("audit", "--host", lab).stdout.splitlines()]
    assert account == ["deploy", "connect", "disconnect", "undeploy"]


def test_undeploy_after_a_console_that_died_half_way(user: CommandLine, lab: str, server: Sshd) -> None:
    before = listing(server.home)
    with user.started("deploy", lab) as process:
        wait_for(lambda: listing(server.home) - before, what="the first file on the host")
        process.kill()
    with user.started("view", lab, "--json", "--seconds", "60") as process:
        wait_for(lambda: agents(server.home), what="the agent")
        process.kill()
    gone = user.run("undeploy", lab, "--json").json()
    assert gone["left"] == []
    assert listing(server.home) == before
    assert agents(server.home) == []


def test_an_agent_that_is_killed_is_started_again(user: CommandLine, lab: str, server: Sshd) -> None:
    with user.started("view", lab, "--json", "--seconds", "5") as process:
        (agent,) = wait_for(lambda: agents(server.home), what="the agent")
        wait_for(lambda: shared_memory(process), what="the picture")
        os.kill(agent, signal.SIGKILL)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, "")
    report = json.loads(stdout)
    assert report["state"] == "streaming"
    assert report["exact"] is True
    assert report["statistics"]["reconnects"] == 1
    assert agents(server.home) != [agent]


@pytest.fixture(scope="module")
def desk() -> Iterator[Xvfb]:
    """The user's own screen, large enough for a window of the host's size."""
    with Xvfb(800, 600) as desk:
        yield desk


def environment(desk: Xvfb) -> dict[str, str]:
    return {"DISPLAY": desk.display}


@pytest.fixture(scope="module")
def expected(agent: AgentProcess, tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.uint8]:
    """What the agent's desktop looks like; nothing moves on it."""
    user = CommandLine(tmp_path_factory.mktemp("expected"))
    path = user.folder / "shot.png"
    assert user.run("shot", *quiet(agent), "-o", path).code == 0
    return picture_in(path)


def picture_in(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path))
    assert picture is not None
    return np.asarray(picture, np.uint8)


def shows(desk: Xvfb, picture: NDArray[np.uint8]) -> bool:
    """Without a window manager a window stands at the top left."""
    height, width, _ = picture.shape
    return np.array_equal(desk.screenshot()[:height, :width], picture)


def test_the_window_shows_the_host_s_pixels_and_closes_in_time(
    user: CommandLine, agent: AgentProcess, expected: NDArray[np.uint8], desk: Xvfb
) -> None:
    with user.started("view", *quiet(agent), "--seconds", "3", environment=environment(desk)) as process:
        wait_for(lambda: shows(desk, expected), what="the picture")
        assert not desk.screenshot()[400:].any()
        _, stderr = process.communicate(timeout=90)
    assert process.returncode == 0, stderr
    assert settled(user.leftovers) == []


def test_a_full_screen_as_large_as_the_host_s_is_exact(
    user: CommandLine, agent: AgentProcess, expected: NDArray[np.uint8]
) -> None:
    with (
        Xvfb(640, 400) as desk,
        user.started("view", *quiet(agent), "--fullscreen", environment=environment(desk)),
    ):
        wait_for(lambda: shows(desk, expected), what="the picture")


def test_a_closed_window_ends_the_command(user: CommandLine, agent: AgentProcess, desk: Xvfb) -> None:
    with user.started("view", *quiet(agent), environment=environment(desk)) as process:
        window = desk.wait_for_window(r"deskconsole \(F1: keys\)$")
        desk.ask_to_close(window)
        _, stderr = process.communicate(timeout=90)
    assert process.returncode == 0
    assert "window closed" in stderr
    assert settled(user.leftovers) == []


def test_a_key_in_the_window_saves_its_picture(
    user: CommandLine, agent: AgentProcess, expected: NDArray[np.uint8], desk: Xvfb
) -> None:
    with user.started("view", *quiet(agent), environment=environment(desk)) as process:
        wait_for(lambda: shows(desk, expected), what="the picture")
        desk.call("xdotool", "key", "s")
        (file,) = wait_for(lambda: list((user.home / "pictures").glob("*.png")), what="the file")
        desk.call("xdotool", "key", "q")
        _, stderr = process.communicate(timeout=90)
    assert process.returncode == 0
    assert f"picture saved: {file}" in stderr
    assert np.array_equal(picture_in(file), expected)
    assert '"action":"picture"' in (user.home / "log" / "audit.jsonl").read_text()


def test_a_window_that_is_killed_is_a_failure(user: CommandLine, agent: AgentProcess, desk: Xvfb) -> None:
    with user.started("view", *quiet(agent), environment=environment(desk)) as process:
        desk.wait_for_window(r"deskconsole \(F1: keys\)$")
        (window,) = children("deskconsole.viewer", process.pid)
        window.kill()
        stdout, stderr = process.communicate(timeout=90)
    assert (process.returncode, stdout) == (8, "")
    assert stderr.splitlines()[-1].endswith("is gone: its process was ended by SIGKILL")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_view_in_order(
    number: signal.Signals, user: CommandLine, agent: AgentProcess, desk: Xvfb
) -> None:
    with user.started("view", *quiet(agent), environment=environment(desk)) as process:
        desk.wait_for_window(r"deskconsole \(F1: keys\)$")
        pixels = shared_memory(process)
        assert pixels
        code, stdout, stderr = end(process, number)
    assert (code, stdout) == (130, "")
    assert "Traceback" not in stderr
    assert settled(user.leftovers) == []
    assert not [path for path in pixels if path.exists()]
