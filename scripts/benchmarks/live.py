"""The same screen served by us and by others, each to its own viewer on a second X screen: bytes, CPU,
memory, how long a change takes into the viewer's pixels, and whether the picture is right
a second after all rests.

A machine that does nothing else, please: both ends of all systems share its cores.
"""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import mss
import numpy as np

from xvfb import Xvfb

from .patch import Patch
from .processes import Tree
from .proxy import CountingProxy
from .systems import SYSTEMS
from .witness import Witness
from .workloads import WORKLOADS

WIDTH, HEIGHT = 1920, 1080
_PATCH = (1780, 24, 96)
"""x, y and size of what flips: no workload's window covers it."""
_RED, _BLUE = 0xC02020, 0x2040D0
_SETTLE = 3.0
"""Seconds that a workload runs before anything is counted."""
_PROGRAMS = {
    "Xvfb": "xvfb", "openbox": "openbox", "xterm": "xterm", "xdotool": "xdotool", "chromium": "chromium",
    "mpv": "mpv", "ffmpeg": "ffmpeg", "X0tigervnc": "tigervnc-scraping-server",
    "xtigervncviewer": "tigervnc-viewer", "x11vnc": "x11vnc",
}  # fmt: skip


def measure(
    seconds: float = 8.0, systems: str = ",".join(SYSTEMS), workloads: str = ",".join(WORKLOADS)
) -> dict[str, Any]:
    """Figures by workload and system, each over `seconds`. `systems` and `workloads`: names with commas."""
    if missing := sorted(package for name, package in _PROGRAMS.items() if shutil.which(name) is None):
        raise SystemExit(
            f"scripts/bench live needs more programs (Debian: apt-get install {' '.join(missing)})."
        )
    rows: dict[str, dict[str, Any]] = {}
    for workload in _chosen(workloads, WORKLOADS, "workload"):
        rows[workload] = {}
        for system in _chosen(systems, SYSTEMS, "system"):
            rows[workload][system] = _one(system, workload, seconds)
    ours = [row for row in (by.get("ours") for by in rows.values()) if row is not None]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "seconds": seconds,
        "workloads": rows,
        "exact": all(row["wrong_pixels"] == 0 for row in ours),
    }


def _chosen(names: str, known: Mapping[str, object], what: str) -> list[str]:
    chosen = names.split(",")
    if unknown := [name for name in chosen if name not in known]:
        raise SystemExit(f"There is no {what} {unknown[0]!r}, only {', '.join(known)}.")
    return chosen


def _one(system: str, workload: str, seconds: float) -> dict[str, Any]:
    """One system under one workload."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="deskconsole-bench-")))
        served, shown = (stack.enter_context(Xvfb(WIDTH, HEIGHT)) for _ in range(2))
        for screen in (served, shown):
            screen.run("openbox")
        patch = Patch(served.display, *_PATCH, _RED)
        stack.callback(patch.close)
        proxy = stack.enter_context(CountingProxy())
        server, viewer = stack.enter_context(SYSTEMS[system](served, shown, proxy, folder))
        x, y, size = _PATCH
        witness = stack.enter_context(Witness(shown.display, x + size // 2, y + size // 2))
        witness.wait_for(_RED, 40)
        end_work = WORKLOADS[workload](served, folder)
        time.sleep(_SETTLE)
        trees = {"server": Tree(server), "viewer": Tree(viewer)}
        received = proxy.received
        began = time.monotonic()
        delays = _flips(patch, witness, began + seconds)
        spent = time.monotonic() - began
        row: dict[str, Any] = {
            "kB_s": round((proxy.received - received) / spent / 1000, 1),
            **{f"{name}_cpu": round(100 * tree.spent() / spent, 1) for name, tree in trees.items()},
            **{f"{name}_mb": round(tree.memory() / 1e6, 1) for name, tree in trees.items()},
            **delays,
        }
        end_work()
        time.sleep(1.0)
        row["wrong_pixels"] = _differing(served, shown)
        return row


def _flips(patch: Patch, witness: Witness, end: float) -> dict[str, Any]:
    """Milliseconds from a change on the one screen to its pixels on the other, 5 s at most."""
    delays = []
    number = 0
    while time.monotonic() < end:
        time.sleep(random.uniform(0.15, 0.35))  # noqa: S311  # moments, not secrets
        number += 1
        colour = _BLUE if number % 2 else _RED
        told = patch.fill(colour)
        try:
            delays.append(1000 * (witness.wait_for(colour, 5) - told))
        except TimeoutError:
            delays.append(5000.0)
    delays.sort()
    return {
        "p50": round(statistics.median(delays), 1),
        "p95": round(delays[int(0.95 * (len(delays) - 1))], 1),
        "flips": len(delays),
    }


def _differing(served: Xvfb, shown: Xvfb) -> int:
    """Pixels that are not the same on both screens."""
    pictures = []
    for screen in (served, shown):
        with mss.MSS(display=screen.display) as grabber:
            shot = grabber.grab(grabber.monitors[0])
            pictures.append(np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)[..., :3])
    return int(np.count_nonzero((pictures[0] != pictures[1]).any(axis=2)))


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal; in brackets ours as a multiple of the better TigerVNC."""
    lines = [f"{result['width']} x {result['height']}, {result['seconds']:g} s each; CPU in % of a core"]
    columns: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
        "kB/s": lambda row: row["kB_s"],
        "server": lambda row: row["server_cpu"],
        "viewer": lambda row: row["viewer_cpu"],
        "p50 ms": lambda row: row["p50"],
        "p95 ms": lambda row: row["p95"],
        "server MB": lambda row: row["server_mb"],
        "viewer MB": lambda row: row["viewer_mb"],
        "wrong": lambda row: row["wrong_pixels"],
    }
    for workload, rows in result["workloads"].items():
        lines.append(f"{workload:28}" + "".join(f"{name:>11}" for name in columns))
        lines += [
            f"  {system:26}" + "".join(f"{figure(row)!s:>11}" for figure in columns.values())
            for system, row in rows.items()
        ]
        peers = [row for system, row in rows.items() if system.startswith("tigervnc")]
        if "ours" in rows and peers:
            ratios = "".join(
                f"{figure(rows['ours']) / best:>11.2f}" if best else f"{'-':>11}"  # type: ignore[operator]
                for figure in list(columns.values())[:-1]
                for best in [min(float(figure(row)) for row in peers)]  # type: ignore[arg-type]
            )
            lines.append(f"  {'ours / better TigerVNC':26}{ratios}")
    return "\n".join(lines)
