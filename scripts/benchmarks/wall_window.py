"""The wall's window: what it and its console cost while thirty tiles change five times a second.

`deskconsole wall --fullscreen` as a person starts it, on an X server of 1920 x 1080. The hosts are those of
`recorded_host.py`: a real sshd, agents that send prerecorded previews as often as they are asked to.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from support.xvfb import Xvfb, wait_for

from .fleet import simulated
from .processes import cpu_shares, running
from .recorded_host import recorded_hosts
from .terminal import ROOT

SCREEN = (1920, 1080)
SETTLING = 8.0
"""Seconds from the last host's stream to the measurement: the pace is shared out once a second."""
TARGETS: Mapping[str, float] = {"together": 40.0}


def measure(hosts: int = 30, seconds: float = 10.0) -> dict[str, Any]:
    """Measures the per cent of a core that console and window take; counts the pictures that came."""
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        token = folder / "token"
        token.write_bytes(bytes(range(32)))
        served = stack.enter_context(simulated(hosts, token))
        made = stack.enter_context(recorded_hosts(folder / "hosts", served["ports"], token.read_bytes()))
        home = folder / "console"
        made.write(home)
        screen = stack.enter_context(Xvfb(*SCREEN))
        environment = {
            **os.environ,
            "DISPLAY": screen.display,
            "DESKCONSOLE_HOME": str(home),
            "PYTHONPATH": os.pathsep.join((str(ROOT / "agent"), str(ROOT / "console"))),
        }
        command = [sys.executable, "-m", "deskconsole"]
        console = stack.enter_context(
            running([*command, "wall", "--fullscreen"], environment, folder / "log")
        )
        # Before there is a console to ask, `status` would make sessions of its own.
        screen.wait_for_window("^wall - deskconsole")
        wait_for(lambda: _previews(command, environment, hosts) is not None, timeout=180, what="all hosts")
        time.sleep(SETTLING)
        (window,) = (child.pid for child in psutil.Process(console).children() if "--wall" in child.cmdline())
        before, began = _previews(command, environment, hosts), time.monotonic()
        shares = cpu_shares({"console": console, "window": window}, seconds)
        after, spent = _previews(command, environment, hosts), time.monotonic() - began
        if before is None or after is None:
            raise RuntimeError(f"a host was lost: {(folder / 'log').read_text()[-1000:]}")
        return {
            "hosts": hosts,
            "seconds": seconds,
            "screen": SCREEN,
            "preview_bytes": served["preview_bytes"],
            "pictures": round((after - before) / spent / hosts, 2),
            "console": shares["console"],
            "window": shares["window"],
            "together": round(shares["console"] + shares["window"], 1),
            "memory_mb": {
                name: round(psutil.Process(pid).memory_full_info().uss / 1e6, 1)
                for name, pid in {"console": console, "window": window}.items()
            },
        }


def _previews(command: list[str], environment: Mapping[str, str], hosts: int) -> int | None:
    """Previews that came from all hosts so far, as the running console says; None while one has none."""
    said = subprocess.run(
        [*command, "status", "--all", "--json"], env=dict(environment), capture_output=True, check=False
    )
    came = [json.loads(line)["statistics"]["previews"] for line in said.stdout.splitlines()]
    return sum(came) if len(came) == hosts and all(came) else None


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal, with what they must not exceed."""
    width, height = result["screen"]
    rows = {
        "pictures": "pictures a second of each host",
        "console": "console, % of a core",
        "window": "window, % of a core",
        "together": "both together, % of a core",
    }
    lines = [
        f"{result['hosts']} tiles on {width} x {height}, over {result['seconds']:g} s, through SSH",
        f"{'bytes of a preview':44}{result['preview_bytes']:>10}",
    ]
    for key, label in rows.items():
        limit = f"<= {TARGETS[key]:g}" if key in TARGETS else ""
        lines.append(f"{label:44}{result[key]:>10}{limit:>10}")
    lines += [f"{f'memory of the {name}, MB':44}{used:>10}" for name, used in result["memory_mb"].items()]
    return "\n".join(lines)
