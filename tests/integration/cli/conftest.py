"""A user at the command line, and hosts for him."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.bootstrap_host import VENV_PATH, end_agents
from support.command_line import CommandLine
from support.peers.agent_process import AgentProcess
from support.sshd import Sshd
from support.xvfb import Xvfb


@pytest.fixture
def user(tmp_path: Path) -> CommandLine:
    """Somebody who has never used the console."""
    return CommandLine(tmp_path / "user")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    """A host's sshd; whatever a test deployed ends with it."""
    with Sshd(tmp_path / "host", environment={"PATH": VENV_PATH}) as server:
        yield server
        end_agents(server.home)


@pytest.fixture(scope="module")
def screen() -> Iterator[Xvfb]:
    """A host's screen with something on it."""
    with Xvfb(640, 400) as screen:
        screen.run("xterm", "-geometry", "80x20+10+10", "-T", "terminal", "-e", "echo hello; sleep 600")
        screen.wait_for_window("terminal")
        yield screen


@pytest.fixture
def lab(user: CommandLine, server: Sshd, screen: Xvfb) -> str:
    """The name of a host that the user knows, with a screen."""
    user.know(server, "lab", x_display=screen.display)
    return "lab"


@pytest.fixture(scope="module")
def used_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A host's sshd that tests share: an agent may be there already."""
    with Sshd(tmp_path_factory.mktemp("used") / "host", environment={"PATH": VENV_PATH}) as server:
        yield server
        end_agents(server.home)


@pytest.fixture
def used_lab(user: CommandLine, used_server: Sshd, screen: Xvfb) -> str:
    """The name of a host that the user knows, with a screen, shared with other tests."""
    user.know(used_server, "lab", x_display=screen.display)
    return "lab"


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentProcess]:
    """An agent without SSH, with a desktop on which nothing moves."""
    folder = tmp_path_factory.mktemp("agent")
    with AgentProcess(folder, "--source", "synthetic", "--scene", "still", "--size", "640x400") as agent:
        yield agent
