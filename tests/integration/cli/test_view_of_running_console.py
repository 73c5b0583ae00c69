"""`view` of a host that a running console is connected to: the console shows its own window."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskconsole.viewer.display import windows_display
from support.command_line import CommandLine
from support.screens.terminal import Terminal
from support.xvfb import Xvfb, wait_for


class Ground:
    """The demo in a terminal of this desktop, and commands of the same user beside it."""

    def __init__(self, folder: Path, desktop: Xvfb) -> None:
        self.desktop = desktop
        self.here = {"DISPLAY": desktop.display}
        self.user = CommandLine(folder / "user")
        self.user.home.mkdir()
        self.terminal = Terminal(self.user.home, "demo", more=self.here)

    def shows(self, host: str) -> bool:
        return bool(self.desktop.windows(f"^{host} "))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with Xvfb(1400, 800) as desktop:
        ground = Ground(tmp_path_factory.mktemp("view"), desktop)
        try:
            ground.terminal.until(lambda shown: "3 live" in shown)
            wait_for(lambda: ground.shows("front-desk"), what="the demo's first window")
            yield ground
        finally:
            ground.terminal.close()


def test_a_window_that_a_command_opened_ends_with_it_and_the_session_continues(ground: Ground) -> None:
    with ground.user.started("view", "studio", "night-shift", environment=ground.here) as command:
        wait_for(lambda: ground.shows("studio") and ground.shows("night-shift"), what="both windows")
        ground.desktop.ask_to_close(ground.desktop.wait_for_window("^studio "))
        wait_for(lambda: not ground.shows("studio"), what="the window's end")
        assert command.poll() is None, "the other window is open"
        command.send_signal(signal.SIGINT)
        stdout, stderr = command.communicate(timeout=60)
    assert (command.returncode, stdout, stderr) == (130, "", "deskconsole: cancelled\n")
    wait_for(lambda: not ground.shows("night-shift"), what="the window's end")
    assert "3 live" in ground.terminal.screen()
    said = ground.user.run("view", "night-shift", "--seconds", "1", environment=ground.here)
    assert (said.code, said.stdout, said.stderr) == (0, "", "")
    assert not ground.shows("night-shift")


def test_a_window_that_was_open_stays_open(ground: Ground) -> None:
    said = ground.user.run("view", "front-desk", "--seconds", "0.2", environment=ground.here)
    assert (said.code, said.stderr) == (0, "")
    assert ground.shows("front-desk")


def test_the_demo_shows_no_window_on_another_display(ground: Ground) -> None:
    ground.user.run("view", "studio", environment={"DISPLAY": ":0.none"}).refusal(8)
    assert ground.user.run("view", "studio").refusal(8).startswith("there is no display here")
    with Xvfb() as other:
        said = ground.user.run("view", "studio", environment={"DISPLAY": other.display}).refusal(8)
    assert said.startswith("the running demo cannot show studio on this display\n")


def test_figures_are_those_of_the_session_that_runs(ground: Ground) -> None:
    report = ground.user.run("view", "studio", "--json", "--seconds", "0.1").json()
    assert (report["host"], report["status"]) == ("studio", "live")


def test_a_display_has_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    names = [":1", ":1.0", "unix:1", "box:1.0", "1", ""]
    assert [windows_display({"DISPLAY": name}) for name in names] == [":1", ":1", ":1", "box:1", "", ""]
    assert windows_display({}) == ""
