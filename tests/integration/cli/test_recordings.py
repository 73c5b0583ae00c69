"""A host is recorded, and what was recorded is shown again: in a window, as figures, as pictures."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from support.command_line import CommandLine
from support.peers.agent_process import AgentProcess
from support.sshd import Sshd
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
        # Two seconds or a little more: the picture may come late.
        end = "0:0[2-4]"
        desk.wait_for_window(f"^lab - recording {end} of")
        for key, title in (("space", end), ("Home", "0:00"), ("End", end), ("Left", "0:00")):
            desk.call("xdotool", "key", key)
            desk.wait_for_window(f"^lab - recording {title} of")
        desk.call("xdotool", "key", "space")
        desk.wait_for_window(f"^lab - recording {end} of")
        desk.call("xdotool", "key", "comma")
        desk.wait_for_window("^lab - recording 0:0[01] of")
        desk.call("xdotool", "key", "s")
        (file,) = wait_for(lambda: list((user.home / "pictures").glob("lab_*.png")), what="the picture")
        desk.call("xdotool", "key", "q")
        assert process.wait(60) == 0
    saved = cv2.imread(str(file))
    assert saved is not None
    assert saved.shape == (400, 640, 3)


def test_a_recording_that_is_cut_is_read_up_to_there(
    user: CommandLine, used_lab: str, recording: Path, tmp_path: Path
) -> None:
    whole = user.run("play", recording, "--json").json()
    assert (whole["width"], whole["height"], whole["fault"]) == (640, 400, "")
    live = user.run("stats", used_lab, "--seconds", "0", "--own", "--json").json()
    assert (live["exact"], live["digest"]) == (True, whole["digest"]), "the screen has not changed since"
    cut = tmp_path / "cut.deskrec"
    cut.write_bytes(recording.read_bytes()[:-30])
    report = user.run("play", cut, "--json").json()
    assert report["digest"] == whole["digest"]
    assert report["fault"].startswith(f"{cut} was cut at ")
    said = user.run("play", cut, environment={"DISPLAY": ""})
    assert (said.code, "there is no display here" in said.stderr) == (8, True)
    said = user.run("play", tmp_path / "none.deskrec", environment={"DISPLAY": ""})
    assert (said.code, "No such file" in said.stderr) == (2, True), "the file is what is wrong first"
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


def test_the_last_minutes_are_written_when_they_are_wanted_and_at_the_end(
    user: CommandLine, agent: AgentProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    arguments = ("--direct", f"127.0.0.1:{agent.port}", "--token-file", agent.token_file, "--ring", "10m")
    with user.started("record", *arguments, "-o", folder, "--json") as process:
        assert process.stdout is not None
        wait_for(
            lambda: "StreamStarted" in read_if_there(user.home / "data" / "events.jsonl"), what="the stream"
        )
        assert list(folder.iterdir()) == []
        wanted = threading.Event()

        def want() -> None:
            while not wanted.wait(0.5):
                process.send_signal(signal.SIGUSR1)

        asking = threading.Thread(target=want)
        asking.start()
        first = json.loads(process.stdout.readline())
        wanted.set()
        asking.join()
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, "")
    files = [Path(first["file"]), *(Path(json.loads(line)["file"]) for line in stdout.splitlines())]
    assert len(files) > 1
    assert sorted(files) == sorted(folder.iterdir())
    for file in files:
        report = user.run("play", file, "--json").json()
        assert (report["fault"], report["width"]) == ("", 640)


def read_if_there(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_pictures_of_several_hosts_go_into_a_folder(
    user: CommandLine, used_lab: str, used_server: Sshd, screen: Xvfb, tmp_path: Path
) -> None:
    user.know(used_server, "lab-2", x_display=screen.display)
    user.know(used_server, "broken", x_display=":987")
    said = user.run("shot", used_lab, "broken", "lab-2", "-o", tmp_path / "new", "--format", "webp", "--json")
    assert said.code == 14
    results = [json.loads(line) for line in said.stdout.splitlines()]
    assert [result["host"] for result in results] == [used_lab, "broken", "lab-2"]
    saved = {result["host"]: Path(result["file"]) for result in results if "file" in result}
    assert sorted(saved) == ["lab", "lab-2"]
    assert [result["host"] for result in results if "failure" in result] == ["broken"]
    for host, file in saved.items():
        assert file.parent == tmp_path / "new"
        assert file.name.startswith(f"{host}_20")
        picture = cv2.imread(str(file))
        assert picture is not None
        assert np.array_equal(picture, screen.screenshot())
    refused = user.run("shot", used_lab, "lab-2", "-o", next(iter(saved.values()))).refusal(2)
    assert "is a file, and pictures of several hosts need a folder" in refused
