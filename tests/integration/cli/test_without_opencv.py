"""A machine without the libraries that OpenCV needs: what shows no picture works, the rest says why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.command_line import CommandLine
from support.screens.terminal import Terminal
from support.sshd import Sshd


@pytest.fixture
def path(user: CommandLine, tmp_path: Path) -> dict[str, str]:
    """An environment in which importing cv2 fails as it does without libGL."""
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "cv2.py").write_text(
        'raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")\n'
    )
    return {"PYTHONPATH": os.pathsep.join([str(folder), user.environment["PYTHONPATH"]])}


def test_commands_with_pictures_name_the_missing_library(user: CommandLine, path: dict[str, str]) -> None:
    commands = ("view lab", "stats lab", "shot lab -o a.png", "demo --headless 1", "listen", "diff a b -o c")
    for said in user.run_all(*(command.split() for command in (*commands, "doctor lab")), environment=path):
        words = said.refusal(1)
        assert "libGL.so.1" in words
        assert "apt-get install libgl1" in words


def test_commands_without_pictures_need_no_opencv(
    user: CommandLine, server: Sshd, path: dict[str, str]
) -> None:
    user.trust(server.known_hosts_line)
    login = {"address": "127.0.0.1", "port": server.port, "user": server.user}
    user.add_host("lab", **login, identity_file=str(server.identity))
    assert user.run("hosts", environment=path).code == 0
    assert user.run("deploy", "lab", "--json", environment=path).json()["uploaded"] > 0
    assert user.run("undeploy", "lab", "--json", environment=path).json()["left"] == []


def test_the_console_without_opencv_names_the_missing_library(tmp_path: Path, path: dict[str, str]) -> None:
    terminal = Terminal(tmp_path, more=path)
    try:
        terminal.until(lambda shown: "Add a host" in shown and "Quit" in shown)
        terminal.keys("q")
        terminal.until(lambda _: terminal.exited())
    finally:
        terminal.close()
