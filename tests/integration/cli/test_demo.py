"""The demo from the command line: three exact hosts, and afterwards nothing."""

from __future__ import annotations

import json
import signal

import pytest

from support.command_line import CommandLine, end, settled, shared_memory
from support.xvfb import wait_for


def test_headless_demo_is_exact_and_leaves_nothing(user: CommandLine) -> None:
    said = user.run("demo", "--headless", "1", "--json")
    assert (said.code, said.stderr) == (0, "")
    reports = [json.loads(line) for line in said.stdout.splitlines()]
    assert [report["host"] for report in reports] == ["front-desk", "studio", "night-shift"]
    for report in reports:
        assert report["state"] == "streaming"
        assert report["exact"] is True
        assert report["statistics"]["packets"] > 0
    assert settled(user.leftovers) == []
    assert not user.home.exists(), "the user's own files are not touched"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("early", [False, True], ids=["streaming", "connecting"])
def test_a_signal_leaves_nothing(number: signal.Signals, early: bool, user: CommandLine) -> None:
    with user.started("demo", "--headless", "60", "--json") as process:
        if early:
            wait_for(lambda: list(user.temporary.glob("deskconsole-demo-*/*")), what="the demo's hosts")
        else:
            wait_for(lambda: len(shared_memory(process)) == 3, what="three pictures")
        pixels = shared_memory(process)
        code, stdout, stderr = end(process, number)
    assert (code, stdout, stderr) == (130, "", "deskconsole: cancelled\n")
    assert settled(user.leftovers) == []
    assert not [path for path in pixels if path.exists()]


def test_a_ctrl_c_that_was_to_be_ignored_is_ignored(user: CommandLine) -> None:
    """A job in the background of a script is started so: Ctrl-C there means the script's foreground."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with user.started("demo", "--headless", "1", "--json") as process:
            signal.signal(signal.SIGINT, before)
            wait_for(lambda: list(user.temporary.glob("deskconsole-demo-*/*")), what="the demo's hosts")
            code, stdout, stderr = end(process, signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (code, stderr) == (0, "")
    assert len(stdout.splitlines()) == 3, "it went on to its end"
