"""The table of hosts: the words and the order of the console's list."""

from __future__ import annotations

import msgspec
import pytest

from deskconsole.app.host_result import HostResult
from deskconsole.cli.host_table import print_figures
from deskconsole.cli.running import ChosenHost, ChosenHosts
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State


def test_hosts_stand_in_the_lists_order_with_the_lists_words(capsys: pytest.CaptureFixture[str]) -> None:
    snapshots = [
        Snapshot("off", State.RETRYING, unreachable=True),
        Snapshot("cut", State.RETRYING, platform="linux x86_64", size=(640, 400)),
        Snapshot("locked", State.STREAMING, platform="linux x86_64", screen="locked", size=(640, 400)),
        Snapshot("seen", State.STREAMING, platform="linux x86_64", size=(640, 400)),
        Snapshot("failed", State.FAILED),
    ]
    figures = [msgspec.to_builtins(HostResult.of(one)) for one in snapshots]
    assert [one["screen"] for one in figures] == ["", "", "locked", "live", ""]
    names = ("seen", "locked", "off", "cut", "failed")
    print_figures(figures, ChosenHosts(tuple(ChosenHost(name) for name in names), several=True))
    rows = [line.split()[:3] for line in capsys.readouterr().out.splitlines()[1:]]
    assert rows == [
        ["seen", "live", "640x400"],
        ["locked", "locked", "locked"],
        ["off", "down"],
        ["cut", "retrying"],
        ["failed", "down"],
    ]
