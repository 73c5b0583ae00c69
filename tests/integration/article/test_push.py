"""`python -m deskagent push`, a process of its own, against a receiver of the article's packets."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import deskagent
from support.peers.article_peer import Receiver
from support.xvfb import Xvfb, Xvnc, wait_for

HOME = Path(deskagent.__file__).parents[1]
DIALECTS = pytest.mark.parametrize("identity", [False, True], ids=["without identity", "with identity"])

TEXT = "i=0; while [ ! -e {stop} ]; do echo line $i $((i * 7919)); i=$((i + 1)); sleep 0.03; done; cat"
"""Fills an xterm and scrolls it until there is that file, then rests."""


def push(port: int, *options: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "deskagent", "push", f"127.0.0.1:{port}", *options]
    return subprocess.Popen(command, env=environment, cwd=HOME, stderr=subprocess.PIPE, text=True)


def ended(program: subprocess.Popen[str], timeout: float = 30) -> tuple[int, str]:
    """Exit code and stderr."""
    try:
        _, words = program.communicate(timeout=timeout)
    finally:
        program.kill()
    return program.returncode, words


def triggers(words: str) -> list[str]:
    """The triggers of the refreshes, in order, from the log."""
    return re.findall(r"refresh: (.*)", words)


def shows(receiver: Receiver, screen: Xvfb) -> bool:
    picture = receiver.picture
    return picture is not None and np.array_equal(picture, screen.screenshot())


@DIALECTS
def test_a_real_screen_arrives_exactly(identity: bool, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    with Xvfb(640, 480, maximum=(800, 600)) as screen, Receiver(identity=identity) as receiver:
        screen.run("xterm", "-geometry", "60x20+30+20", "-e", "sh", "-c", TEXT.format(stop=stop))
        screen.wait_for_window("sh")
        options = [] if identity else ["--no-identity"]
        program = push(receiver.port, *options, "--seconds", "60", environment=screen.environment)
        try:
            wait_for(lambda: len(receiver.counts) > 5, what="updates")
            stop.touch()
            wait_for(lambda: shows(receiver, screen), what="the resting screen")
            screen.resize(800, 600)
            wait_for(lambda: shows(receiver, screen), what="the larger screen")
        finally:
            program.terminate()
            ended(program)
        assert receiver.picture is not None
        assert receiver.picture.shape == (600, 800, 3)
    assert receiver.counts[0] == 0
    assert max(receiver.counts) > 0
    assert receiver.short_reads == 0
    assert {len(name) for name in receiver.identities} == {16 if identity else 0}
    assert len(receiver.identities) == 1


@pytest.mark.parametrize(("kind", "depth"), [(Xvnc, 24), (Xvfb, 16)], ids=["Xvnc", "16 bits"])
def test_screens_that_mss_does_not_read_arrive_too(kind: type[Xvfb], depth: int) -> None:
    with kind(333, 211, depth=depth) as screen, Receiver(identity=False) as receiver:
        program = push(receiver.port, "--no-identity", environment=screen.environment)
        try:
            for colour in ((0xFF, 0, 0), (0, 0, 0xFF), (0xFF, 0xFF, 0)):
                screen.call("xsetroot", "-solid", "#{:02x}{:02x}{:02x}".format(*colour))
                wait_for(
                    lambda now=colour[::-1]: receiver.picture is not None and (receiver.picture == now).all(),  # type: ignore[misc]
                    what=f"{colour}",
                )
        finally:
            program.terminate()
            ended(program)


def test_push_ends_after_the_time_given() -> None:
    with Receiver(identity=False) as receiver:
        program = push(
            receiver.port, "--no-identity", "--source", "synthetic", "--size", "320x200", "--seconds", "1"
        )
        code, words = ended(program)
        assert receiver.done.wait(60)
    assert code == 0
    assert triggers(words) == ["first frame"]
    assert receiver.counts[0] == 0


@pytest.mark.parametrize(
    ("option", "trigger"), [("--max-slices", "too many slices"), ("--max-share", "too large")]
)
def test_the_options_of_the_article_trigger_refreshes(option: str, trigger: str) -> None:
    with Receiver(identity=False) as receiver:
        program = push(
            receiver.port, "--no-identity", "--source", "synthetic", "--scene", "scroll",
            "--size", "320x200", "--seconds", "2", option, "0",
        )  # fmt: skip
        code, words = ended(program)
    assert code == 0
    first, *others = triggers(words)
    assert first == "first frame"
    assert set(others) == {trigger}
    assert set(receiver.counts) == {0}


def test_nothing_at_the_port_is_one_sentence() -> None:
    with Receiver(identity=False) as receiver:
        port = receiver.port
    code, words = ended(push(port, "--source", "synthetic"))
    assert code == 4
    assert words == f"deskagent: no receiver answers at 127.0.0.1:{port}: Connection refused\n"


def test_a_receiver_that_leaves_is_one_sentence_even_while_nothing_moves() -> None:
    with Xvfb(320, 240) as screen, Receiver(identity=False) as receiver:
        program = push(receiver.port, "--no-identity", environment=screen.environment)
        wait_for(lambda: receiver.counts, what="the first frame")
        receiver.leave()
        code, words = ended(program)
    assert code == 4
    assert words.splitlines()[-1].startswith(f"deskagent: the receiver at 127.0.0.1:{receiver.port} is gone")
    assert "Traceback" not in words


def test_no_screen_is_said_once_and_tried_again() -> None:
    with Xvfb(320, 240) as screen, Receiver(identity=False) as receiver:
        environment = {**screen.environment, "DISPLAY": ":4321"}
        program = push(receiver.port, "--no-identity", "--seconds", "3", environment=environment)
        code, words = ended(program)
    assert code == 0
    assert words.count("no picture, trying again") == 1
    assert "Traceback" not in words
