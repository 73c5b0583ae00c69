"""The start of a working day: a hundred hosts connected at once, all but three of them off.

A third of those that are off never answers (a listening socket on loopback whose queue is full), a third
refuses, to a third there is no route. The console is the real one in a pty; those that are on are one real
sshd with an Xvfb, which has the files of an earlier day. What `ssh -G` and other children of the console
cost is counted with it.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
from msgspec.structs import replace

from deskconsole.bootstrap.deploy import deploy
from deskconsole.bootstrap.probe import probe
from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host
from deskconsole.inventory.inventory import Inventory
from support.bootstrap_host import open_connection, ssh_host
from support.xvfb import PATTERN, Xvfb

from .fleet import answers
from .terminal import Terminal

ON = 3
TARGETS: Mapping[str, float] = {
    "start": 0.6,
    "known": 15.0,
    "cpu": 3.0,
    "answer_p95": 80.0,
    "answer_p95_meanwhile": 80.0,
}


def measure(hosts: int = 100, seconds: float = 300.0) -> dict[str, Any]:
    """Seconds until the list is shown and until all that is off is told, key answers, CPU over `seconds`."""
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        screen = stack.enter_context(Xvfb(1280, 800, options=PATTERN))
        server, host = stack.enter_context(ssh_host(folder / "host"))
        silent = stack.enter_context(_silent())
        home = folder / "console"
        paths = Paths.below(home)
        paths.known_hosts.parent.mkdir(parents=True)
        paths.known_hosts.write_text(server.known_hosts_line)
        _share_packages(paths)
        # Yesterday's files are on the hosts: the first deploy of all, once in their lives, is no morning.
        with open_connection(server, host) as connection:
            deploy(connection, probe(connection, host), cache=paths.cache)
        inventory = Inventory.load(paths.hosts)
        for number in range(hosts):
            on = number >= hosts - ON
            inventory.add(
                replace(host, name=f"on-{number}", x_display=screen.display) if on else _off(number, silent)
            )
        with Terminal(home) as terminal:
            start = terminal.wait_for(lambda written: f"{hosts} hosts".encode() in written, 60)
            time.sleep(3)
            began = time.monotonic()
            terminal.press(b"C")
            meanwhile = answers(terminal, [_details(number) for number in range(1, 31)])
            down = f"{hosts - ON} down".encode()
            terminal.wait_for(lambda written: down in written, 120)
            known = time.monotonic() - began
            live = f"{ON} live".encode()
            terminal.wait_for(lambda written: live in written, 300)
            cpu, children = _cpu_shares(terminal.pid, seconds)
            process = psutil.Process(terminal.pid)
            later = answers(terminal, [_details(number) for number in range(31, 71)])
            return {
                "hosts": hosts,
                "on": ON,
                "seconds": seconds,
                "start": round(start, 2),
                "known": round(known, 1),
                "cpu": cpu,
                "cpu_children": children,
                "memory_mb": round(process.memory_full_info().uss / 1e6, 1),
                "threads": process.num_threads(),
                **_quantiles("answer", later),
                **{f"{key}_meanwhile": value for key, value in _quantiles("answer", meanwhile).items()},
            }


def _off(number: int, silent: int) -> Host:
    """A host that is off in one of three ways, with a user of its own to be told by."""
    name, user = f"host-{number:03}", f"ops{number}"
    if number % 3 == 0:
        return Host(name=name, address=f"127.0.1.{number}", port=silent, user=user)
    if number % 3 == 1:
        return Host(name=name, address=f"127.0.2.{number}", port=1, user=user)
    return Host(name=name, address="255.255.255.255", user=user)


def _details(number: int) -> bytes:
    """What only the details of a host say: the table has no user."""
    return f"ops{number}@".encode()


@contextmanager
def _silent() -> Iterator[int]:
    """A port that takes no more connections and refuses none: connecting waits until it gives up."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("0.0.0.0", 0))  # noqa: S104  # each host has an address of its own on loopback
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(("127.0.0.1", listener.getsockname()[1]))
        yield listener.getsockname()[1]


def _share_packages(paths: Paths) -> None:
    """What is sent to hosts is taken from the user's cache: fetching it is not what is measured."""
    own = Paths.default().cache
    if own.is_dir():
        shutil.copytree(own, paths.cache, ignore=shutil.ignore_patterns("uv", "runtimes"))


def _cpu_shares(pid: int, seconds: float) -> tuple[float, float]:
    """Per cent of one core that the process and its children took during `seconds`, and the children alone.

    Children count once they have ended.
    """

    def spent() -> tuple[float, float]:
        times = psutil.Process(pid).cpu_times()
        children = float(times.children_user + times.children_system)
        return float(times.user + times.system) + children, children

    before, began = spent(), time.monotonic()
    time.sleep(seconds)
    after, took = spent(), time.monotonic() - began
    return round(100 * (after[0] - before[0]) / took, 2), round(100 * (after[1] - before[1]) / took, 2)


def _quantiles(name: str, values: list[float]) -> dict[str, float]:
    return {f"{name}_p50": values[len(values) // 2], f"{name}_p95": values[int(0.95 * len(values))]}


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal, with what they must not exceed."""
    rows = {
        "start": "start to the list, s",
        "known": "C to all that is off told, s",
        "answer_p50_meanwhile": "a key's answer meanwhile, p50 ms",
        "answer_p95_meanwhile": "a key's answer meanwhile, p95 ms",
        "cpu": f"console and children afterwards, % of a core over {result['seconds']:g} s",
        "cpu_children": "of which children, % of a core",
        "answer_p50": "a key's answer afterwards, p50 ms",
        "answer_p95": "a key's answer afterwards, p95 ms",
        "memory_mb": "console's memory, MB",
        "threads": "its threads",
    }
    lines = [f"{result['hosts']} hosts, {result['hosts'] - result['on']} of them off"]
    for key, label in rows.items():
        limit = f"<= {TARGETS[key]:g}" if key in TARGETS else ""
        lines.append(f"{label:60}{result[key]:>10}{limit:>10}")
    return "\n".join(lines)
