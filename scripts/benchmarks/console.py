"""The whole way on this machine: a real X screen, the agent, a real sshd, the console, a window on a second
X screen. How long a change takes into the window, and what everybody costs meanwhile.

It needs Xvfb and openssh-server, and a machine that does nothing else: all ends of the way share its cores.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from deskconsole.common.paths import Paths
from deskconsole.inventory.host import host_from
from deskconsole.inventory.inventory import Inventory
from deskconsole.session.route import DirectRoute, Route, SshRoute
from deskconsole.session.session import Session
from deskconsole.session.state import State
from support.answers import Answers
from support.bootstrap_host import agents, ssh_host
from support.peers.agent_process import AgentProcess
from support.xvfb import Xvfb, wait_for

from .patch import Patch, Wanderer
from .processes import child, cpu_shares, peak_memory
from .terminal import Terminal
from .witness import Witness

WIDTH, HEIGHT = 1920, 1080
FLIPS = 40
STARTS = 5
QUIET_HOSTS = ("attic", "barn", "cellar")
_PATCH = (800, 400, 240)
"""x, y and size of what flips; its middle is found in the window at any scale from 0.87 up."""
_RED, _BLUE = 0xC02020, 0x2040D0

TARGETS: Mapping[str, float] = {
    "change to window, p50 ms": 60,
    "agent at rest, % of a core": 10,
    "agent's peak, MB": 150,
    "TUI with three quiet hosts, % of a core": 10,
    "TUI's start, s": 1.5,
}


def measure(seconds: float = 8.0) -> dict[str, Any]:
    """Figures by way (`direct`, `ssh`), and the TUI's. Shares of CPU are means over `seconds`."""
    for program, package in (("Xvfb", "xvfb"), ("sshd", "openssh-server")):
        if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
            raise SystemExit(f"scripts/bench console needs {program} (Debian: apt-get install {package}).")
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as name:
        folder = Path(name)
        ways = {}
        with _direct(folder / "direct") as (screen, route, agent_home):
            ways["direct"] = _measure_way(screen, route, agent_home, seconds)
        with _by_ssh(folder / "ssh") as (screen, route, agent_home):
            ways["ssh"] = _measure_way(screen, route, agent_home, seconds)
        tui = {"start": _measure_start(folder / "start"), **_measure_quiet(folder / "quiet", seconds)}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "flips": FLIPS,
        "seconds": seconds,
        "ways": ways,
        "tui": tui,
        "exact": all(way["exact"] for way in ways.values()),
    }


@contextmanager
def _direct(folder: Path) -> Iterator[tuple[Xvfb, Route, int | Path]]:
    folder.mkdir()
    with Xvfb(WIDTH, HEIGHT) as screen, AgentProcess(folder, environment=screen.environment) as agent:
        if agent.process is None:
            raise RuntimeError("the agent did not start")
        yield screen, DirectRoute(agent.address, agent.token), agent.process.pid


@contextmanager
def _by_ssh(folder: Path) -> Iterator[tuple[Xvfb, Route, int | Path]]:
    with Xvfb(WIDTH, HEIGHT) as screen, ssh_host(folder) as (server, host):
        route = SshRoute(
            replace(host, x_display=screen.display),
            Answers(),
            Paths.below(folder / "console"),
            ssh_config=server.client_config,
        )
        yield screen, route, server.home


def _measure_way(screen: Xvfb, route: Route, agent: int | Path, seconds: float) -> dict[str, Any]:
    """`agent` is its process, or the home of the host that it will be launched on."""
    with ExitStack() as stack:
        window_screen = stack.enter_context(Xvfb(WIDTH, HEIGHT))
        # The window's process inherits it.
        os.environ["DISPLAY"] = window_screen.display
        x, y, size = _PATCH
        patch = Patch(screen.display, x, y, size, _RED)
        stack.callback(patch.close)
        session = Session("bench", route, 0, lambda _event: None)
        stack.callback(session.close)
        session.view()
        if not session.wait_for(lambda one: one.viewing or one.state is State.FAILED, 60):
            raise RuntimeError("there is no window")
        if session.failure is not None:
            raise session.failure
        middle = x + size // 2, y + size // 2
        witness = stack.enter_context(Witness(window_screen.display, *_in_window(middle)))
        witness.wait_for(_RED, 20)
        pids = {
            "agent": agent if isinstance(agent, int) else agents(agent)[0],
            "window": child("deskconsole.viewer"),
            "console": os.getpid(),
        }
        time.sleep(2)
        rest = cpu_shares(pids, seconds)
        peak_at_rest = peak_memory(pids["agent"])
        idle = _flips(patch, witness, 0.7, 1.2)
        with Wanderer(screen.display, WIDTH, HEIGHT - 100):
            time.sleep(1)
            active = _flips(patch, witness, 0.1, 0.3)
            motion = cpu_shares(pids, seconds)
        # The last update may be under way.
        time.sleep(1)
        return {
            "idle": idle,
            "active": active,
            "cpu_at_rest": rest,
            "cpu_in_motion": motion,
            "agent_peak_at_rest": peak_at_rest,
            "agent_peak": peak_memory(pids["agent"]),
            "exact": _is_exact(session),
        }


def _in_window(point: tuple[int, int]) -> tuple[int, int]:
    """Where the middle of the patch is in a window that leaves room for a frame and a panel."""
    scale = (HEIGHT - 64) / HEIGHT
    return int(point[0] * scale), int(point[1] * scale)


def _flips(patch: Patch, witness: Witness, shortest: float, longest: float) -> dict[str, float]:
    """Milliseconds from a change on the one screen to its pixels on the other."""
    spent = []
    for number in range(FLIPS):
        time.sleep(random.uniform(shortest, longest))  # noqa: S311  # moments, not secrets
        colour = _RED if number % 2 else _BLUE
        told = patch.fill(colour)
        spent.append(1000 * (witness.wait_for(colour, 10) - told))
    spent.sort()
    return {
        "p50": round(statistics.median(spent), 1),
        "p95": round(spent[int(0.95 * len(spent))], 1),
        "worst": round(spent[-1], 1),
    }


def _is_exact(session: Session) -> bool:
    asked = time.time()
    session.check_exact()
    answered = session.wait_for(lambda one: one.exactness is not None and one.exactness.at >= asked, 10)
    exactness = session.snapshot().exactness
    return answered and exactness is not None and exactness.exact


def _measure_start(home: Path) -> dict[str, float]:
    """Seconds from the start of the process until an inventory of three hosts stands on the terminal."""
    _write_inventory(home, {name: {"address": f"{name}.example"} for name in QUIET_HOSTS})
    spent = []
    for _ in range(STARTS + 1):
        with Terminal(home) as terminal:
            spent.append(terminal.wait_for(_shows_the_hosts, 30))
    # The first start may still write the interpreter's caches.
    return {"p50": round(statistics.median(spent[1:]), 2), "worst": round(max(spent[1:]), 2)}


def _shows_the_hosts(written: bytearray) -> bool:
    return b"Quit" in written and all(name.encode() in written for name in QUIET_HOSTS)


def _measure_quiet(folder: Path, seconds: float) -> dict[str, float]:
    """The TUI while three hosts behind three sshds show screens on which nothing moves."""
    home = folder / "console"
    with ExitStack() as stack:
        screen = stack.enter_context(Xvfb(WIDTH, HEIGHT))
        fields, known, homes = {}, "", []
        for name in QUIET_HOSTS:
            server, host = stack.enter_context(ssh_host(folder / name))
            known += server.known_hosts_line
            homes.append(server.home)
            fields[name] = {
                "address": host.address,
                "port": host.port,
                "user": host.user,
                "identity_file": host.identity_file,
                "x_display": screen.display,
            }
        _write_inventory(home, fields)
        paths = Paths.below(home)
        paths.known_hosts.parent.mkdir(parents=True, exist_ok=True)
        paths.known_hosts.write_text(known)
        terminal = stack.enter_context(Terminal(home))
        terminal.wait_for(_shows_the_hosts, 30)
        terminal.press(b"c")
        for _ in QUIET_HOSTS[1:]:
            time.sleep(0.2)
            terminal.press(b"jc")
        terminal.wait_for(lambda written: b"3 live" in written, 60)
        wait_for(lambda: all(agents(one) for one in homes), what="three agents")
        # Comparisons by digest follow the greeting.
        time.sleep(5)
        shares = cpu_shares({"tui": terminal.pid, **{str(one): agents(one)[0] for one in homes}}, seconds)
        return {"quiet": shares["tui"], "quiet_agents": round(sum(shares.values()) - shares["tui"], 2)}


def _write_inventory(home: Path, hosts: Mapping[str, Mapping[str, object]]) -> None:
    inventory = Inventory.load(Paths.below(home).hosts)
    for name, fields in hosts.items():
        inventory.add(host_from({"name": name, **fields}))


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal, with what they must not exceed."""
    size, seconds = f"{result['width']} x {result['height']}", result["seconds"]
    lines = [f"{size}, {result['flips']} changes, shares of CPU over {seconds:g} s"]
    lines.append(f"{'':44}{'direct':>9}{'ssh':>9}{'target':>9}")
    ways = [result["ways"][name] for name in ("direct", "ssh")]

    def row(label: str, values: list[float | str], target: str = "") -> None:
        limit = TARGETS.get(target)
        cells = "".join(f"{value:>9}" for value in values)
        lines.append(f"{label:44}{cells}{'' if limit is None else f'<= {limit:g}':>9}")

    for kind, label in (("idle", "after a rest"), ("active", "while something moves")):
        for figure in ("p50", "p95", "worst"):
            target = "change to window, p50 ms" if figure == "p50" else ""
            row(f"change to window {label}, {figure} ms", [way[kind][figure] for way in ways], target)
    for process in ("agent", "window", "console"):
        target = "agent at rest, % of a core" if process == "agent" else ""
        row(f"{process} at rest, % of a core", [way["cpu_at_rest"][process] for way in ways], target)
        row(f"{process} in motion, % of a core", [way["cpu_in_motion"][process] for way in ways])
    row("agent's peak at rest, MB", [way["agent_peak_at_rest"] for way in ways], "agent's peak, MB")
    row("agent's peak, MB", [way["agent_peak"] for way in ways], "agent's peak, MB")
    row("exact at the end", ["yes" if way["exact"] else "NO" for way in ways])
    tui = result["tui"]
    row("TUI's start with three hosts, p50 s", ["", tui["start"]["p50"]], "TUI's start, s")
    row("TUI's start with three hosts, worst s", ["", tui["start"]["worst"]])
    row(
        "TUI with three quiet hosts, % of a core",
        ["", tui["quiet"]],
        "TUI with three quiet hosts, % of a core",
    )
    row("their three agents together, % of a core", ["", tui["quiet_agents"]])
    return "\n".join(lines)
