"""A host is recorded, and what was recorded is shown again: in a window, as figures, as pictures."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from support.command_line import CommandLine
from support.peers.agent_process import AgentProcess
from support.xvfb import Xvfb, wait_for


@pytest.fixture
def recording(user: CommandLine, used_lab: str, tmp_path: Path) -> Path:
    """Two seconds of a host, reached by SSH."""
    path = tmp_path / "lab.deskrec"
    said = user.run("record", used_lab, "-o", path, "--seconds", "2", "--json").json()
    assert said["host"] == "lab"
    assert said["file"] == str(path)
    assert said["packets"] > 0
    assert said["bytes"] == path.stat().st_size
    assert path.stat().st_mode & 0o077 == 0, "only its owner may read it"
    return path


@pytest.fixture
def desk() -> Iterator[Xvfb]:
    with Xvfb(800, 600) as desk:
        yield desk


def test_a_recording_is_shown_in_a_window_exactly(
    user: CommandLine, recording: Path, screen: Xvfb, desk: Xvfb
) -> None:
    expected = screen.screenshot()
    with user.started("play", recording, environment={"DISPLAY": desk.display}) as process:
        desk.wait_for_window("^lab - recording")
        wait_for(lambda: np.array_equal(desk.screenshot()[:400, :640], expected), what="the recorded picture")
        desk.call("xdotool", "key", "q")
        _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, "")


def test_a_recording_stands_and_jumps_by_keys(user: CommandLine, recording: Path, desk: Xvfb) -> None:
    with user.started("play", recording, environment={"DISPLAY": desk.display}) as process:
        desk.wait_for_window("^lab - recording 0:02 of 0:02")
        for key, title in (("space", "0:02"), ("Home", "0:00"), ("End", "0:02"), ("Left", "0:00")):
            desk.call("xdotool", "key", key)
            desk.wait_for_window(f"^lab - recording {title} of 0:02")
        desk.call("xdotool", "key", "space")
        desk.wait_for_window("^lab - recording 0:02 of 0:02")
        desk.call("xdotool", "key", "q")
        assert process.wait(60) == 0


def test_a_recording_that_is_cut_is_read_up_to_there(
    user: CommandLine, recording: Path, tmp_path: Path
) -> None:
    whole = user.run("play", recording, "--json").json()
    assert (whole["width"], whole["height"], whole["fault"]) == (640, 400, "")
    cut = tmp_path / "cut.deskrec"
    cut.write_bytes(recording.read_bytes()[:-30])
    report = user.run("play", cut, "--json").json()
    assert report["digest"] == whole["digest"]
    assert report["fault"].startswith(f"{cut} was cut at ")
    said = user.run("play", tmp_path / "none.deskrec", "--json")
    assert (said.code, said.stderr) == (
        2,
        f"deskconsole: cannot read {tmp_path / 'none.deskrec'}: No such file or directory\n",
    )


def test_a_recording_becomes_pictures_and_a_film(
    user: CommandLine, recording: Path, screen: Xvfb, tmp_path: Path
) -> None:
    said = user.run("export", recording, tmp_path / "pictures", "--rate", "1", "--json").json()
    last = max((tmp_path / "pictures").iterdir())
    assert last.name == f"{said['frames']:06}.png"
    picture = cv2.imread(str(last))
    assert picture is not None
    assert np.array_equal(picture, screen.screenshot())
    for name in ("lab.mp4", "lab.gif"):
        assert user.run("export", recording, tmp_path / name).code == 0
        film = cv2.VideoCapture(str(tmp_path / name))
        read, frame = film.read()
        film.release()
        assert read
        assert np.abs(frame.astype(int) - screen.screenshot()).mean() < 3
    refused = user.run("export", recording, tmp_path / "lab.avi")
    assert refused.code == 2
    assert "Give .mp4, .gif or .webp, or a folder's name." in refused.stderr


def test_ctrl_c_ends_a_recording_and_keeps_it(user: CommandLine, agent: AgentProcess, tmp_path: Path) -> None:
    path = tmp_path / "one.deskrec"
    arguments = ("--direct", f"127.0.0.1:{agent.port}", "--token-file", agent.token_file)
    with user.started("record", *arguments, "-o", path, "--json") as process:
        wait_for(lambda: path.exists() and path.stat().st_size > 1000, what="the first picture")
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, "")
    assert json.loads(stdout)["packets"] > 0
    assert user.run("play", path, "--json").json()["fault"] == ""
