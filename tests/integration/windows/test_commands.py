"""`deskconsole type`, `key`, `click` and `clip` with a Windows stand-in, as a user has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command_line import CommandLine
from support.deployed_runtime import equip, put_on_shelf
from support.windows.host import WindowsHost
from support.xvfb import wait_for

# The first run on a machine builds the stand-in and its runtime.
pytestmark = pytest.mark.timeout(600)


def test_commands_act_on_a_windows_desktop(windows: WindowsHost, tmp_path: Path) -> None:
    equip(windows)
    user = CommandLine(tmp_path / "user")
    put_on_shelf(user.home / "cache")
    user.trust(windows.known_hosts_line)
    login = {"address": "127.0.0.1", "port": windows.port, "user": windows.user}
    user.add_host("lab", **login, identity_file=str(windows.key))

    assert "lab: clicked 600, 400 in " in user.run("click", "lab", "600", "400").stderr
    assert "lab: 9 characters typed in " in user.run("type", "lab", "grüße €\nx").stderr
    assert user.run("key", "lab", "shift+b", "--json").json()["chords"] == 1
    wait_for(lambda: windows.typed_text() == "grüße €\r\nxB", what="the text in notepad")
    said = user.run("clip", "put", "lab", "a\nü\x1b")
    assert said.stderr == "lab: 3 characters put into its clipboard, 1 control character left out\n"
    fetched = user.run("clip", "get", "lab")
    assert (fetched.code, fetched.stdout) == (0, "a\nü")
    said = user.run("key", "lab", "ctrl+alt+del")
    assert said.refusal(11).startswith("the host did not take it: ")
