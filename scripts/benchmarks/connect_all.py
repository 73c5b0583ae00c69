"""A hundred hosts connected by one key: how long that takes, what it costs, and whether keys are answered.

The SSH server is real, one for all of them at addresses of their own; the agents behind it are simulated
(`simulated_agents.py`) and speak the real wire. Server, agents and console share this computer: what the
server's logins take is a part of the time, but not of the console's CPU.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from deskconsole.common.paths import Paths
from deskconsole.inventory.toml_file import KIND
from support.sshd import Sshd, public_line

from .fleet import simulated
from .terminal import Terminal

TARGETS: Mapping[str, float] = {"seconds": 20.0, "cpu": 100.0, "answer_p95": 100.0}

_LONGEST = 300.0
_A_NETWORK = 250
"""Hosts of 127.1.0.0, of 127.2.0.0 and so on; 127.0.0.1 is that of everything else here."""


def measure(hosts: int = 100, runs: int = 1) -> dict[str, Any]:
    """The medians of `runs`."""
    measured = sorted((_measure(hosts) for _ in range(runs)), key=lambda run: float(run["seconds"]))
    return {"hosts": hosts, "runs": measured, **measured[len(measured) // 2]}


def _measure(hosts: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as name:
        folder = Path(name)
        token = folder / "token"
        token.write_bytes(bytes(range(32)))
        # The limits on logins under way are those of one host: a hundred hosts have a hundred times as many.
        options = {"MaxStartups": "1000", "MaxSessions": "1000"}
        with (
            Sshd(folder / "sshd", options=options, listen="0.0.0.0") as server,  # noqa: S104
            simulated(hosts, token, eager=False) as served,
        ):
            home = folder / "console"
            _prepare(home, server, hosts)
            ports = folder / "ports.json"
            ports.write_text(json.dumps(served["ports"]))
            with Terminal(home, str(ports), str(token), module="scripts.benchmarks.ssh_console") as terminal:
                terminal.wait_for(lambda written: b"not connected" in written, 60)
                time.sleep(3)  # what the first connect imports is there
                return _connect_all(terminal, hosts)


def _connect_all(terminal: Terminal, hosts: int) -> dict[str, Any]:
    process = psutil.Process(terminal.pid)
    live = f"{hosts} live".encode()
    terminal.press(b"C")
    began, before = time.monotonic(), process.cpu_times()
    spent: list[float] = []
    wanted = 0
    seconds = 0.0
    while not seconds:
        wanted = wanted + 1 if wanted + 1 < hosts else 0
        seen, pressed = len(terminal.output), time.monotonic()
        terminal.press(b"j" if wanted else b"g")
        # Only the title of its details has the line before its name.
        detail = re.compile(rb"\xe2\x94\x80(\x1b\[[0-9;]*m)+" + _name(wanted).encode())
        terminal.wait_for(lambda written, d=detail, s=seen: bool(d.search(written, s)), 30)  # type: ignore[misc]
        spent.append(round(1000 * (time.monotonic() - pressed), 1))
        with contextlib.suppress(TimeoutError):
            terminal.wait_for(lambda written: live in written, 0.1)
            seconds = time.monotonic() - began
        if time.monotonic() - began > _LONGEST:
            raise TimeoutError(f"not all hosts were live after {_LONGEST:.0f} s")
    after = process.cpu_times()
    spent.sort()
    own = after.user + after.system - before.user - before.system
    children = after.children_user + after.children_system - before.children_user - before.children_system
    return {
        "seconds": round(seconds, 1),
        "cpu": round(100 * own / seconds, 1),
        "cpu_of_its_programs": round(100 * children / seconds, 1),
        "keys": len(spent),
        "answer_p50": spent[len(spent) // 2],
        "answer_p95": spent[int(0.95 * len(spent))],
        "answer_worst": spent[-1],
        "threads": process.num_threads(),
    }


def _name(number: int) -> str:
    return f"host-{number:03}"


def _address(number: int) -> str:
    return f"127.{1 + number // _A_NETWORK}.0.{1 + number % _A_NETWORK}"


def _prepare(home: Path, server: Sshd, hosts: int) -> None:
    """Hosts that are listed, and keys that are trusted."""
    paths = Paths.below(home)
    paths.hosts.parent.mkdir(parents=True)
    paths.known_hosts.parent.mkdir(parents=True, exist_ok=True)
    places = range(hosts)
    paths.hosts.write_text(
        "".join(
            f'[[{KIND}]]\nname = "{_name(place)}"\naddress = "{_address(place)}"\nport = {server.port}\n'
            f'user = "{server.user}"\nidentity_file = "{server.identity}"\n'
            for place in places
        )
    )
    key = public_line(server.host_key)
    paths.known_hosts.write_text("".join(f"[{_address(place)}]:{server.port} {key}\n" for place in places))


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal, with what they must not exceed."""
    rows = {
        "seconds": f"{result['hosts']} hosts live, s after the key",
        "cpu": "console, % of a core",
        "cpu_of_its_programs": "its programs (ssh -G), % of a core",
        "keys": "keys pressed meanwhile",
        "answer_p50": "a key's answer, p50 ms",
        "answer_p95": "a key's answer, p95 ms",
        "answer_worst": "a key's answer, worst ms",
        "threads": "its threads at the end",
    }
    lines = []
    for key, label in rows.items():
        limit = f"<= {TARGETS[key]:g}" if key in TARGETS else ""
        lines.append(f"{label:34}{result[key]:>12}{limit:>10}")
    return "\n".join(lines)
