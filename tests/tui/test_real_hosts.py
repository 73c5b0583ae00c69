"""The real console in tmux with real hosts: the demo's, and one behind sshd whose key nobody knows yet."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from support.bootstrap_host import listing, ssh_host
from support.peers.slow_link import slow_link
from support.processes import running
from support.screens.console_home import list_hosts, trust_host
from support.screens.terminal import Terminal
from support.sshd import fingerprint
from support.xvfb import PATTERN, Xvfb


def test_the_demo_shows_three_live_desktops_and_a_window_and_leaves_nothing(tmp_path: Path) -> None:
    folders = tmp_path / "folders"
    folders.mkdir()
    with Xvfb(1600, 900) as screen:
        more = {"DISPLAY": screen.display, "TMPDIR": str(folders)}
        terminal = Terminal(tmp_path, "demo", size=(120, 40), more=more)
        try:
            shown = terminal.until(lambda shown: "3 hosts: 3 live" in shown and "exact ✓" in shown)
            # Its own name tells a host apart where all addresses are the same.
            assert len(re.findall(r"● \S+ .*(?:pc|ws|plant)-\d+ .*live", shown)) == 3
            screen.wait_for_window("front-desk - live - deskconsole")
            terminal.keys("Down", "Down", "x")  # the heading of its group is between
            terminal.until(lambda shown: "2 live" in shown)
            terminal.keys("c")
            terminal.until(lambda shown: "3 live" in shown)
            terminal.keys("q")
            terminal.until(lambda _: terminal.exited())
        finally:
            terminal.close()
    assert list(folders.iterdir()) == []
    assert running(folders, "deskagent") == []


def test_an_unknown_host_is_asked_about_trusted_and_streamed(tmp_path: Path) -> None:
    home = tmp_path / "user"
    with (
        Xvfb(800, 600, options=PATTERN) as screen,
        ssh_host(tmp_path / "host") as (server, host),
    ):
        list_hosts(home, msgspec.structs.replace(host, x_display=screen.display))
        terminal = Terminal(home, size=(120, 40))
        try:
            terminal.until(lambda shown: "1 host: 1 not connected" in shown)
            terminal.keys("c")
            shown = terminal.until(lambda shown: "Trust and connect" in shown)
            told = re.sub(r"[^\w+/:]", "", shown)
            assert fingerprint(server.host_key).replace("=", "") in told
            terminal.keys("Right", "Enter")
            terminal.until(lambda shown: "1 host: 1 live" in shown and "preview only" in shown)
            terminal.until(lambda shown: "▀▀▀" in shown)
            terminal.keys("D")
            terminal.until(lambda shown: "exact ✓" in shown)
            # Without a display of its own the console says so, and goes on.
            terminal.keys("v")
            terminal.until(lambda shown: "no display here" in shown and "1 live" in shown)
            terminal.keys("q")
            terminal.until(lambda _: terminal.exited())
        finally:
            terminal.close()
    assert str(host.port) in (home / "data" / "known_hosts").read_text()


def test_a_deploy_over_a_slow_link_shows_itself_is_cancelled_and_completes(
    tmp_path: Path,
) -> None:
    home = tmp_path / "user"
    with (
        Xvfb(800, 600, options=PATTERN) as screen,
        ssh_host(tmp_path / "host") as (server, host),
        slow_link(server.port, 30_000) as port,
    ):
        trust_host(home, server, host, port, screen)
        terminal = Terminal(home, size=(80, 24))
        try:
            terminal.until(lambda shown: "1 host: 1 not connected" in shown)
            terminal.keys("c")
            terminal.until(lambda shown: bool(re.search("█░.* of .* left", shown)))
            terminal.keys("x")
            terminal.until(lambda shown: "1 disconnected" in shown and "Cancel" not in shown)
            left = {Path(name).name for name in listing(server.home / ".deskconsole")}
            assert all(name.endswith(".part") for name in left)  # what was cut off is never taken for whole
            terminal.keys("d")
            shown = terminal.until(lambda shown: "● first picture after" in shown)
            assert "✓ uploading the agent" in shown
            terminal.keys("v")  # closes it; there is no display here
            terminal.until(lambda shown: "1 live" in shown and "first picture" not in shown)
            terminal.keys("q")
            terminal.until(lambda _: terminal.exited())
        finally:
            terminal.close()


def test_the_doctor_goes_the_whole_way_and_finds_what_is_prohibited(tmp_path: Path) -> None:
    home = tmp_path / "user"
    with Xvfb(800, 600, options=PATTERN) as screen, ssh_host(tmp_path / "host") as (server, host):
        trust_host(home, server, host, server.port, screen)
        terminal = Terminal(home, size=(100, 40))
        try:
            terminal.until(lambda shown: "1 host: 1 not connected" in shown)
            terminal.keys("o")
            shown = terminal.until(lambda shown: "what was sent is removed" in shown and "◐" not in shown)
            assert re.search(r"✓ exact +the digests of both pictures agree", shown)
            assert listing(server.home) == set()
            server.authorized_keys.write_text("")
            terminal.keys("r")
            shown = terminal.until(lambda shown: "is the first problem" in shown and "◐" not in shown)
            assert "✖ authentication is the first" in shown
            terminal.keys("Escape")
            terminal.until(lambda shown: "1 host: 1 not connected" in shown and "doctor" not in shown)
            terminal.keys("q")
            terminal.until(lambda _: terminal.exited())
        finally:
            terminal.close()


def test_a_host_whose_key_is_not_trusted_stays_down_and_says_why(tmp_path: Path) -> None:
    home = tmp_path / "user"
    with ssh_host(tmp_path / "host") as (_server, host):
        list_hosts(home, host)
        terminal = Terminal(home, size=(120, 40))
        try:
            terminal.until(lambda shown: "1 host: 1 not connected" in shown)
            terminal.keys("c")
            terminal.until(lambda shown: "Trust and connect" in shown)
            terminal.keys("Enter")
            terminal.until(lambda shown: "1 down" in shown and "not trusted" in shown)
            terminal.keys("q")
            terminal.until(lambda _: terminal.exited())
        finally:
            terminal.close()
    assert not (home / "data" / "known_hosts").exists()


def test_a_live_host_is_undeployed_and_nothing_of_ours_is_left_there(tmp_path: Path) -> None:
    home = tmp_path / "user"
    with Xvfb(800, 600, options=PATTERN) as screen, ssh_host(tmp_path / "host") as (server, host):
        trust_host(home, server, host, server.port, screen)
        terminal = Terminal(home, size=(120, 40))
        try:
            terminal.until(lambda shown: "1 host: 1 not connected" in shown)
            terminal.keys("c")
            terminal.until(lambda shown: "1 host: 1 live" in shown)
            assert listing(server.home / ".deskconsole")
            terminal.keys("u")
            terminal.until(lambda shown: "for other consoles too" in shown)
            terminal.keys("Right", "Enter")
            shown = terminal.until(lambda shown: "undeployed: 1 agent ended" in shown)
            assert "1 disconnected" in shown
            assert listing(server.home) == set()
            terminal.keys("DC")
            terminal.until(lambda shown: "Undeploy and remove" in shown)
            terminal.keys("Left", "Enter")
            terminal.until(lambda shown: "no deskconsole files were on the host" in shown)
            terminal.until(lambda shown: "Add a host" in shown)
            terminal.keys("q")
            terminal.until(lambda _: terminal.exited())
        finally:
            terminal.close()
    assert "[[host]]" not in (home / "config" / "hosts.toml").read_text()


def test_hosts_of_a_group_are_connected_when_the_console_starts(tmp_path: Path) -> None:
    home = tmp_path / "user"
    with Xvfb(800, 600, options=PATTERN) as screen, ssh_host(tmp_path / "host") as (server, host):
        trust_host(home, server, host, server.port, screen)
        file = home / "config" / "hosts.toml"
        file.write_text(
            '[[group]]\nname = "lab"\nautoconnect = true\n'
            f'{file.read_text()}group = "lab"\n[[host]]\nname = "other"\n'
        )
        terminal = Terminal(home, size=(120, 40))
        try:
            terminal.until(lambda shown: "2 hosts: 1 live, 1 not connected" in shown)
            terminal.keys("q")
            terminal.until(lambda _: terminal.exited())
        finally:
            terminal.close()
