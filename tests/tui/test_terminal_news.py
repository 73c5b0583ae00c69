"""Title and notifications: which hosts are down, and the bytes that a real terminal gets of it."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.tui.text.terminal_news import (
    DOWN_AFTER,
    DownHosts,
    Notification,
    down_text,
    notification_sequence,
    title_of,
)
from deskconsole.tui.view import FleetView
from support.screens.display_fleet import NOW, laboratory
from support.screens.terminal import environment

EVIL = "lab;\x1b]0;evil\x07\x9b31m"


def test_the_title_counts_the_worst_first() -> None:
    fleet = laboratory()
    view = FleetView(fleet.hosts, fleet.states, NOW)
    assert title_of(view) == "1 down, 2 need attention, 1 connecting, 2 live - deskconsole"
    assert title_of(replace(view, snapshots={})) == "7 not connected - deskconsole"
    assert title_of(FleetView((), {}, NOW)) == "deskconsole"


@pytest.mark.parametrize(
    ("states", "told"),
    [
        pytest.param(
            [(0, State.STREAMING), (1, State.RETRYING), (1 + DOWN_AFTER, State.CONNECTING)], 1, id="lost"
        ),
        pytest.param(
            [(0, State.STREAMING), (1, State.RETRYING), (4, State.STREAMING), (9, State.STALE)], 0, id="brief"
        ),
        pytest.param([(0, State.STREAMING), (1, State.CLOSED), (20, State.CLOSED)], 0, id="disconnected"),
        pytest.param(
            [(0, State.STREAMING), (1, State.FAILED), (9, State.FAILED), (99, State.FAILED)], 1, id="failed"
        ),
        pytest.param([(0, State.CONNECTING), (9, State.RETRYING), (20, State.FAILED)], 0, id="never live"),
    ],
)
def test_a_host_goes_down_once(states: list[tuple[float, State]], told: int) -> None:
    hosts = DownHosts()
    found = [
        name
        for at, state in states
        for name in hosts.take(FleetView((Host(name="a"),), {"a": Snapshot("a", state)}, NOW + at))
    ]
    assert found == ["a"] * told


def test_many_hosts_are_one_notification() -> None:
    assert down_text(["a"]) == "a is down"
    assert down_text(["a", "b", "c", "d", "e"]) == "5 hosts are down: a, b, c and 2 more"


@pytest.mark.parametrize(
    ("how", "sequence"),
    [
        pytest.param("off", "", id="off"),
        pytest.param("bell", "\x07", id="bell"),
        pytest.param("osc9", "\x1b]9;deskconsole: lab,␛]0,evil␇\ufffd31m is down\x07", id="osc9"),
        pytest.param("osc777", "\x1b]777;notify;deskconsole;lab,␛]0,evil␇\ufffd31m is down\x07", id="osc777"),
    ],
)
def test_no_name_of_a_host_ends_a_notification(how: Notification, sequence: str) -> None:
    assert notification_sequence(how, down_text([EVIL])) == sequence
    if "]" in sequence:
        doubled = sequence.replace("\x1b", "\x1b\x1b")
        assert notification_sequence(how, down_text([EVIL]), in_tmux=True) == f"\x1bPtmux;{doubled}\x1b\\"


CONSOLE = """
import sys, threading
from dataclasses import replace
from pathlib import Path
from deskconsole.common.settings import Settings
from deskconsole.inventory.host import Host
from deskconsole.session.state import State
from deskconsole.tui.app import run
from support.screens.display_fleet import DisplayFleet, live

name = "lab;\\x1b]0;evil\\x07\\x9b31m"

class Falling(DisplayFleet):
    looks = 0

    def snapshots(self):
        self.looks += 1
        if self.looks > 2:
            reason = "\\x1b]2;evil\\x07"
            self.states[name] = replace(live(name), state=State.FAILED, reason=reason)
        return super().snapshots()

run(Falling((Host(name=name, address="a"),), {name: live(name)}), settings=Settings(notify="osc777"),
    ssh_config=Path("none"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no pty")
def test_a_terminal_gets_title_and_notification_and_its_own_title_back(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    variables = environment(tmp_path)
    variables["PYTHONPATH"] += os.pathsep + str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", CONSOLE], stdin=slave, stdout=slave, stderr=slave, env=variables
    )
    os.close(slave)
    output = b""
    try:
        deadline = time.monotonic() + 90
        while process.poll() is None and time.monotonic() < deadline:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    output += os.read(master, 65536)
                except OSError:  # the other end is closed
                    break
            if b"]777;" in output and b"]2;1 down" in output:
                os.write(master, b"q")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)
    commands = [
        one for one in re.findall(rb"\x1b\][^\x07\x1b]*\x07", output) if not one.startswith(b"\x1b]22;")
    ]
    assert commands == [
        b"\x1b]2;1 live - deskconsole\x07",
        b"\x1b]2;1 down - deskconsole\x07",
        "\x1b]777;notify;deskconsole;lab,␛]0,evil␇\ufffd31m is down\x07".encode(),
        b"\x1b]2;\x07",
    ]
    kept, back = output.index(b"\x1b[22;2t"), output.index(b"\x1b[23;2t")
    assert kept < output.index(commands[0]) < output.index(commands[-1]) < back
