"""The console on Windows: its commands, files, pictures, TUI and demo in the real Windows Python."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from support.peers.agent_process import AgentProcess
from support.windows.host import WindowsHost
from support.windows_console import WindowsConsole, put_console
from support.xvfb import Xvfb, wait_for


@pytest.fixture(scope="module")
def console(shared_windows: WindowsHost) -> WindowsConsole:
    """Somebody at a Windows PC who has the console."""
    put_console(shared_windows)
    return WindowsConsole(shared_windows)


@pytest.fixture(scope="module")
def linux(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AgentProcess, Xvfb]]:
    """A Linux agent and the screen that it shows."""
    folder = tmp_path_factory.mktemp("agent")
    with Xvfb(640, 400) as screen:
        screen.run("xterm", "-geometry", "80x20+10+10", "-T", "terminal", "-e", "echo hello; sleep 600")
        screen.wait_for_window("terminal")
        with AgentProcess(folder, environment=screen.environment) as agent:
            yield agent, screen


def way(console: WindowsConsole, agent: AgentProcess) -> list[str]:
    """The arguments that lead to it, for a console of that Windows."""
    shutil.copy(agent.token_file, console.home / "token")
    return ["--direct", f"127.0.0.1:{agent.port}", "--token-file", "token"]


def test_a_host_is_kept_in_the_user_s_profile_and_not_in_the_agent_s_folder(console: WindowsConsole) -> None:
    assert console.run("hosts", "add", "lab", "--address", "10.0.0.1").code == 0
    assert json.loads(console.run("hosts", "--json").stdout) == [{"name": "lab", "address": "10.0.0.1"}]
    local = console.home / "AppData" / "Local"
    assert (local / "deskconsole-console" / "hosts.toml").is_file()
    assert not (local / "deskconsole").exists()


def test_a_refusal_is_one_sentence_with_its_exit_code(console: WindowsConsole) -> None:
    said = console.run("stats", "--direct", "127.0.0.1:9", "--token-file", "missing").refusal(2)
    assert "cannot use the token file missing: No such file or directory" in said


def test_a_shot_of_a_linux_host_is_its_screen(
    console: WindowsConsole, linux: tuple[AgentProcess, Xvfb]
) -> None:
    agent, screen = linux
    report = console.run("shot", *way(console, agent), "-o", "shot.png", "--json").json()
    assert (report["width"], report["height"]) == (640, 400)
    picture = cv2.imread(str(console.home / "shot.png"))
    assert picture is not None
    assert np.array_equal(picture, screen.screenshot())


def test_the_window_shows_a_linux_host_s_pixels(
    console: WindowsConsole, linux: tuple[AgentProcess, Xvfb], shared_windows: WindowsHost
) -> None:
    agent, screen = linux
    with console.started("view", *way(console, agent)):
        wait_for(lambda: shows(shared_windows, screen), what="the picture in the window")


def shows(windows: WindowsHost, screen: Xvfb) -> bool:
    """Is the picture anywhere on that Windows' desktop, pixel by pixel?"""
    desktop, picture = windows.screenshot(), screen.screenshot()
    height, width, _ = picture.shape
    found = cv2.matchTemplate(desktop, picture, cv2.TM_SQDIFF)
    _, _, (x, y), _ = cv2.minMaxLoc(found)
    return np.array_equal(desktop[y : y + height, x : x + width], picture)


@pytest.mark.long
def test_the_demo_s_hosts_stream_exactly(console: WindowsConsole) -> None:
    said = console.run("demo", "--headless", "1", "--json")
    results = [json.loads(line) for line in said.stdout.splitlines()]
    assert [(each["state"], each["exact"]) for each in results] == [("streaming", True)] * 3, said


def test_a_proxy_command_carries_both_ways_and_ends_with_its_link(console: WindowsConsole) -> None:
    source = """
        import sys, threading
        from deskconsole.ssh.sockets import ProxyCommand

        # A program that sends back what comes, as a proxy to an echoing host would.
        echo = "import os; [os.write(1, x) for x in iter(lambda: os.read(0, 999), b'')]"
        proxy = ProxyCommand(f'"{sys.executable}" -I -S -c "{echo}"', "lab")
        data = bytes(range(256)) * 1000
        threading.Thread(target=proxy.sock.sendall, args=(data,)).start()
        got = b""
        while len(got) < len(data):
            got += proxy.sock.recv(65536)
        proxy.close()
        failing = ProxyCommand(f'"{sys.executable}" -I -S -c "sys.exit(1)"', "lab")
        end = failing.sock.recv(1)
        print(got == data, proxy._process.returncode is not None, end, failing.complaint()[:9])
        failing.close()
    """
    said = console.python(textwrap.dedent(source))
    assert said.stdout == "True True b'' NameError\n", said
