"""Many previewed hosts on one console: what they cost it, and whether it still answers at once.

The agents are simulated (`simulated_agents.py`) and speak the real wire over TCP; the console is the real one
in a pty, without SSH (`fleet_console.py`). Only the console's process is measured.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host
from deskconsole.inventory.toml_file import KIND

from .processes import cpu_shares
from .terminal import ROOT, Terminal

FEW = 20
KEYS = 40
TARGETS: Mapping[str, float] = {"cpu": 50.0, "answer_p95": 100.0, "mb_a_host": 2.0}


def measure(hosts: int = 100, seconds: float = 10.0) -> dict[str, Any]:
    """Figures of `hosts` at the pace that the console asks for, and of as many that send once a second."""
    few = _measure(FEW, seconds / 2, eager=False)
    paced = _measure(hosts, seconds, eager=False)
    eager = _measure(hosts, seconds, eager=True)
    slope = (paced["memory_mb"] - few["memory_mb"]) / (hosts - FEW)
    return {
        "hosts": hosts,
        "seconds": seconds,
        "mb_a_host": round(slope, 3),
        "runs": {f"{FEW} hosts": few, f"{hosts} hosts": paced, f"{hosts} hosts, 1/s each": eager},
    }


def _measure(hosts: int, seconds: float, *, eager: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as name:
        folder = Path(name)
        token = folder / "token"
        token.write_bytes(bytes(range(32)))
        with simulated(hosts, token, eager=eager) as served:
            home = folder / "console"
            _write_inventory(home, hosts)
            ports = folder / "ports.json"
            ports.write_text(json.dumps(served["ports"]))
            arguments = (str(ports), str(token))
            with Terminal(home, *arguments, module="scripts.benchmarks.fleet_console") as terminal:
                live = f"{hosts} live".encode()
                terminal.wait_for(lambda written: live in written, 60)
                time.sleep(5)
                cpu = cpu_shares({"console": terminal.pid}, seconds)["console"]
                process = psutil.Process(terminal.pid)
                memory = process.memory_full_info().uss / 1e6
                spent = answers(terminal, [_target(number) for number in range(1, min(KEYS, hosts))])
                return {
                    "cpu": cpu,
                    "received": _received(terminal),
                    "memory_mb": round(memory, 1),
                    "threads": process.num_threads(),
                    "answer_p50": spent[len(spent) // 2],
                    "answer_p95": spent[int(0.95 * len(spent))],
                    "answer_worst": spent[-1],
                    "preview_bytes": served["preview_bytes"],
                }


def answers(terminal: Terminal, details: Sequence[bytes]) -> list[float]:
    """Milliseconds from a key to the next host's `details` on the terminal, sorted."""
    spent = []
    for wanted in details:
        time.sleep(random.uniform(0.1, 0.4))  # noqa: S311  # moments, not secrets
        before = terminal.length
        began = time.monotonic()
        terminal.press(b"j")
        terminal.wait_for(lambda written, w=wanted, b=before: written.find(w, b) >= 0, 10)  # type: ignore[misc]
        spent.append(round(1000 * (time.monotonic() - began), 1))
    return sorted(spent)


def _received(terminal: Terminal) -> str:
    """What all hosts together cost, as the console says."""
    found = re.findall(rb"([\d.]+ [kMG]?B/s)", terminal.output)
    return found[-1].decode() if found else ""


def _target(number: int) -> bytes:
    """What only the details of a host say: the table has no user."""
    return f"ops@10.9.0.{number}".encode()


def _write_inventory(home: Path, hosts: int) -> None:
    path = Paths.below(home).hosts
    path.parent.mkdir(parents=True)
    made = [Host(name=f"host-{number:03}", address=f"10.9.0.{number}", user="ops") for number in range(hosts)]
    path.write_text(
        "".join(
            f'[[{KIND}]]\nname = "{host.name}"\naddress = "{host.address}"\nuser = "{host.user}"\n'
            for host in made
        )
    )


@contextmanager
def simulated(
    count: int, token: Path, *, eager: bool = False, film: bool = False
) -> Iterator[dict[str, Any]]:
    """Simulated agents while the context lasts: their ports, and how large their previews are."""
    command = [sys.executable, "-m", "scripts.benchmarks.simulated_agents", str(count), str(token)]
    path = os.pathsep.join([str(ROOT / "agent"), str(ROOT / "console"), str(ROOT)])
    process = subprocess.Popen(
        [*command, *(["--eager"] if eager else []), *(["--film"] if film else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipes")
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal, with what they must not exceed."""
    runs = result["runs"]
    lines = [f"previews of {next(iter(runs.values()))['preview_bytes']} bytes, over {result['seconds']:g} s"]
    lines.append(f"{'':34}" + "".join(f"{name:>22}" for name in runs) + f"{'target':>10}")
    rows = {
        "cpu": "console, % of a core",
        "received": "comes in, as its first line says",
        "memory_mb": "console's memory, MB",
        "threads": "its threads",
        "answer_p50": "a key's answer, p50 ms",
        "answer_p95": "a key's answer, p95 ms",
        "answer_worst": "a key's answer, worst ms",
    }
    for key, label in rows.items():
        limit = f"<= {TARGETS[key]:g}" if key in TARGETS else ""
        lines.append(f"{label:34}" + "".join(f"{run[key]:>22}" for run in runs.values()) + f"{limit:>10}")
    lines.append(f"{'a previewed host more, MB':34}{result['mb_a_host']:>22}{'':44}{'<= 2':>10}")
    return "\n".join(lines)
