"""The way to a Windows host's first picture over loopback: bare, with a changed agent, and coming back.

The host is the stand-in of the tests. What Wine, loopback and this machine take for a step says little of
what a real Windows takes; how the steps stand to each other, and whether one of them has grown, it says.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from deskconsole.bootstrap import deploy
from deskconsole.bootstrap.archive import Archive, agent_archive, archived
from deskconsole.runtimes.listing import LISTING
from deskconsole.session.session import Session
from deskconsole.session.state import State
from deskconsole.wording.events import wording
from support.built_runtime import built_runtime
from support.windows.host import WindowsHost
from support.windows.way import WindowsWay

TARGETS = {"changed agent": 5.0, "another console": 1.5, "after a cut": 1.5}
"""Seconds to the first picture that may be taken."""


def measure() -> dict[str, Any]:
    """Seconds of each step of each way."""
    runtime = built_runtime()
    ways: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, WindowsHost.start() as windows:
        way = WindowsWay(windows, Path(name))
        try:
            ways["bare host"] = _first_picture(way)
            windows.drop_connections()
            way.session.wait_for(lambda one: one.state is not State.STREAMING, 10)
            ways["after a cut"] = _steps(way)
            ways["another console"] = _again(way, way.open)
            with mock.patch.object(deploy, "agent_archive", return_value=_changed(agent_archive())):
                ways["changed agent"] = _again(way, way.open)
        finally:
            way.session.close()
    return {"runtime": runtime.stat().st_size, "agent": agent_archive().size, "ways": ways}


def _again(way: WindowsWay, opened: Callable[[], Session]) -> dict[str, float]:
    way.session.close()
    way.session = opened()
    return _first_picture(way)


def _first_picture(way: WindowsWay) -> dict[str, float]:
    way.session.connect()
    return _steps(way)


def _steps(way: WindowsWay) -> dict[str, float]:
    """Waits for the picture; seconds of each step, of those with one name together."""
    if not way.streams(120):
        raise RuntimeError(f"no picture came: {[wording(event).text for event in way.events]}")
    seconds: dict[str, float] = {}
    for step in way.session.snapshot().steps:
        seconds[step.id] = seconds.get(step.id, 0.0) + step.seconds
    return seconds


def _changed(archive: Archive) -> Archive:
    """The agent with one more file in it: another version."""
    with archive.open() as stream, zipfile.ZipFile(stream) as packed:
        files = {name: packed.read(name) for name in packed.namelist() if name != LISTING}
    files["deskagent/another.py"] = b'"""Another version."""\n'
    return archived("agent-" + "0" * 12, files)


def table(result: Mapping[str, Any]) -> str:
    """The figures as a table."""
    lines = [f"runtime {result['runtime'] / 1e6:.1f} MB, agent {result['agent'] / 1e3:.0f} kB", ""]
    for name, steps in result["ways"].items():
        target = f" (at most {TARGETS[name]} s)" if name in TARGETS else ""
        lines.append(f"{name}: {sum(steps.values()):.2f} s{target}")
        lines += [f"    {seconds:6.2f} s  {step}" for step, seconds in steps.items()]
    return "\n".join(lines)
