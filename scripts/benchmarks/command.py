"""A command that a running console answers, from the start of Python until it has ended.

The console is the real one with the demo's three hosts, in a pty. Beside it stands what a Python costs that
does nothing, and the same command with a session of its own, where the agent runs already.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deskconsole.common.paths import Paths
from deskconsole.common.percentile import percentile
from deskconsole.local.client import running_consoles

from .terminal import ROOT, Terminal

TARGET = 0.4
"""Seconds, the median with Python's start."""

_HOST = "studio"
_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "python": ("-c", "pass"),
    "help": ("-m", "deskconsole", "status", "--help"),
    "status": ("-m", "deskconsole", "status", _HOST, "--json"),
    "stats": ("-m", "deskconsole", "stats", _HOST, "--json"),
    "status of all": ("-m", "deskconsole", "status", "--json"),
}


def measure(runs: int = 20) -> dict[str, Any]:
    """Seconds and CPU of each command, `runs` times each, in turn."""
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as name:
        home = Path(name)
        with Terminal(home, "demo"):
            _wait_until_live(Paths.below(home).run)
            for arguments in _COMMANDS.values():  # the files of before are read from the disk once
                _timed(arguments, home)
            found: dict[str, list[tuple[float, float]]] = {command: [] for command in _COMMANDS}
            for _ in range(runs):
                for command, arguments in _COMMANDS.items():
                    found[command].append(_timed(arguments, home))
    return {
        "runs": runs,
        "target": TARGET,
        "load": os.getloadavg()[0],
        "commands": {command: _figures(times) for command, times in found.items()},
    }


def _wait_until_live(folder: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        consoles = running_consoles(folder)
        if consoles and all(host.live for host in consoles[0].hosts.values()):
            return
        time.sleep(0.5)
    raise TimeoutError("the demo's hosts did not come up")


def _timed(arguments: tuple[str, ...], home: Path) -> tuple[float, float]:
    """Seconds from the start to the end of a process, and of CPU."""
    path = os.pathsep.join([str(ROOT / "agent"), str(ROOT / "console")])
    environment = {**os.environ, "DESKCONSOLE_HOME": str(home), "PYTHONPATH": path}
    before, began = os.times(), time.monotonic()
    subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=home, check=True, stdout=subprocess.DEVNULL
    )
    seconds, after = time.monotonic() - began, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, spent


def _figures(times: list[tuple[float, float]]) -> dict[str, float | None]:
    seconds, spent = zip(*times, strict=True)
    return {
        "p50": percentile(seconds, 0.5),
        "p95": percentile(seconds, 0.95),
        "cpu": percentile(spent, 0.5),
    }


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal."""
    lines = [
        f"{result['runs']} runs, load {result['load']:.1f}, target {result['target']} s",
        f"{'seconds':16}{'p50':>8}{'p95':>8}{'CPU':>8}",
    ]
    lines += [
        f"{command:16}{row['p50']:8.3f}{row['p95']:8.3f}{row['cpu']:8.3f}"
        for command, row in result["commands"].items()
    ]
    return "\n".join(lines)
