"""The same screen served by us and by others, each to its own viewer on a second X screen: bytes, CPU,
memory, how long a change takes into the viewer's pixels, how many pictures a second are shown, and how soon
after all rests the viewer shows exactly what is served.

A machine that does nothing else, please: both ends of all systems share its cores.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from support.xvfb import Xvfb

from . import report, targets
from .patch import Patch
from .processes import Trees
from .proxy import CountingProxy, Link
from .screens import Screens
from .strips import StripCounter
from .systems import SYSTEMS, Running, require_programs, two_screens
from .witness import Witness
from .workloads import WORKLOADS, Work, Workload

WIDTH, HEIGHT = 1920, 1080
_PATCH = (1780, 24, 96)
"""x, y and size of what flips: no workload's window covers it."""
_RED, _BLUE = 0xC02020, 0x40E0D0
"""Far enough from each other for the article's programs, which compare grey values with a threshold."""
_SETTLE = 3.0
"""Seconds that a workload runs before anything is counted."""
_FIRST_PICTURE = 60.0
_PATIENCE = 4.0
"""Seconds after which a viewer that does not show what is served counts as one that never will."""
_LONGEST_DELAY = 5.0
_LEAST_FLIPS = 10
_ATTEMPTS = 3


def measure(
    seconds: float = 8.0,
    systems: str = ",".join(SYSTEMS),
    workloads: str = ",".join(WORKLOADS),
    runs: int = 1,
    link: str = "",
) -> dict[str, Any]:
    """Figures by workload and system, medians of so many runs. `seconds`: over which CPU and bytes are
    counted, and then, once more, delays. `systems` and `workloads`: names with commas. `link`: such as
    `10mbit,50ms`.
    """
    require_programs()
    between = Link.parse(link) if link else None
    chosen = _chosen(systems, SYSTEMS, "system")
    cells = [
        (workload, system) for workload in _chosen(workloads, WORKLOADS, "workload") for system in chosen
    ]
    measured: dict[str, dict[str, list[dict[str, Any]]]] = {workload: {} for workload, _ in cells}
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as material:
        for run in range(runs):
            for workload, system in cells:
                print(f"run {run + 1} of {runs}: {workload}, {system}", file=sys.stderr)
                row = _tried(system, WORKLOADS[workload], seconds, between, Path(material), run)
                measured[workload].setdefault(system, []).append(row)
    rows = {
        workload: {system: _middle(each) for system, each in by.items()} for workload, by in measured.items()
    }
    result = {
        "width": WIDTH,
        "height": HEIGHT,
        "seconds": seconds,
        "runs": runs,
        "link": link,
        "workloads": rows,
        "each_run": measured,
        "exact": all(
            row["exact_after"] is not None and row.get("exact", True)
            for by in rows.values()
            for system, row in by.items()
            if system.startswith("ours")
        ),
    }
    result["targets"] = targets.judged(rows)
    return result


def _chosen(names: str, known: Mapping[str, object], what: str) -> list[str]:
    chosen = names.split(",")
    if unknown := [name for name in chosen if name not in known]:
        raise SystemExit(f"There is no {what} {unknown[0]!r}, only {', '.join(known)}.")
    return chosen


def _tried(
    system: str, workload: Workload, seconds: float, link: Link | None, material: Path, run: int
) -> dict[str, Any]:
    """`_one`, once more where it came to nothing: half an hour's figures are not to be lost for a window that
    stayed black. `failed_starts` tells of it."""
    failures = 0
    while True:
        try:
            return _one(system, workload, seconds, link, material, run) | {"failed_starts": failures}
        except (TimeoutError, RuntimeError, OSError) as error:
            failures += 1
            print(f"  failed: {error}", file=sys.stderr)
            if failures == _ATTEMPTS:
                raise


def _one(
    system: str, workload: Workload, seconds: float, link: Link | None, material: Path, run: int
) -> dict[str, Any]:
    """One system under one workload, once."""
    with ExitStack() as stack:
        served, shown, folder = stack.enter_context(two_screens(WIDTH, HEIGHT))
        patch = stack.enter_context(closing(Patch(served.display, *_PATCH, _RED)))
        proxy = stack.enter_context(CountingProxy(link))
        running = stack.enter_context(SYSTEMS[system](served, shown, proxy, folder))
        x, y, size = _PATCH
        witness = stack.enter_context(Witness(shown.display, x + size // 2, y + size // 2))
        witness.wait_for(_RED, _FIRST_PICTURE)
        work = stack.enter_context(closing(Work(served)))
        workload.begin(served, material, work)
        time.sleep(_SETTLE)
        row = _counted(served, shown, proxy, running, workload, seconds)
        row |= _flips(patch, witness, time.monotonic() + seconds, random.Random(run))  # noqa: S311  # moments
        screens = stack.enter_context(closing(Screens(served, shown)))
        if workload.picture is not None:
            row |= screens.likeness(workload.picture, 3.0)
        if link is not None:
            row["most_waiting_kb"] = round(proxy.most_waiting / 1000, 1)
            row["most_waiting_ms"] = round(1000 * proxy.most_waiting / link.rate, 1)
        work.stop()
        row |= screens.rest(_PATIENCE)._asdict()
        if running.ask is not None:
            answer = running.ask("compare")
            row |= {"exact": bool(answer["exact"]), "digest": answer["digest"]}
        return row


def _counted(
    served: Xvfb, shown: Xvfb, proxy: CountingProxy, running: Running, workload: Workload, seconds: float
) -> dict[str, Any]:
    """What it costs for so many seconds in which the workload alone changes the screen."""
    trees = {
        "server_cpu": Trees(*running.server),
        "viewer_cpu": Trees(*running.viewer),
        "served_x_cpu": Trees(served.pid),
        "shown_x_cpu": Trees(shown.pid),
    }
    with StripCounter((served.display, shown.display), workload.strip) as strips:
        for tree in trees.values():
            tree.restart()
        # The refreshes and what the beginning of the workload brought have passed.
        proxy.most_waiting = 0
        received, counts, began = proxy.received, strips.counts(), time.monotonic()
        time.sleep(seconds)
        spent = time.monotonic() - began
        offered, seen = (after - before for before, after in zip(counts, strips.counts(), strict=True))
        row = {
            "kB_s": round((proxy.received - received) / spent / 1000, 1),
            **{name: round(100 * tree.spent() / spent, 1) for name, tree in trees.items()},
        }
    memory = {name: trees[f"{name}_cpu"].memory() for name in ("server", "viewer")}
    return row | {
        "server_mb": round(memory["server"] / 1e6, 1),
        "viewer_mb": round(memory["viewer"] / 1e6, 1),
        "viewer_more_mb": round((memory["viewer"] - running.viewer_before) / 1e6, 1),
        "offered": round(offered / spent, 1),
        "shown": round(seen / spent, 1),
    }


def _flips(patch: Patch, witness: Witness, end: float, moments: random.Random) -> dict[str, Any]:
    """Milliseconds from a change on the one screen to its pixels on the other, 5 s at most. A slow one takes
    longer than asked for: it too is to have been seen often enough."""
    delays = []
    number = 0
    while time.monotonic() < end or number < _LEAST_FLIPS:
        time.sleep(moments.uniform(0.15, 0.35))
        number += 1
        colour = _BLUE if number % 2 else _RED
        told = patch.fill(colour)
        try:
            delays.append(1000 * (witness.wait_for(colour, _LONGEST_DELAY) - told))
        except TimeoutError:
            delays.append(1000 * _LONGEST_DELAY)
    delays.sort()
    return {
        "p50": round(statistics.median(delays), 1),
        "p95": round(delays[math.ceil(0.95 * len(delays)) - 1], 1),
        "flips": len(delays),
    }


def _middle(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Merges several runs: medians, but of exactness the worst."""
    middle: dict[str, Any] = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name == "exact_after":
            middle[name] = None if None in values else max(values)
        elif name == "exact":
            middle[name] = all(values)
        elif name in {"digest", "wrong_area"}:
            middle[name] = values[-1]
        elif name in {"wrong_pixels", "failed_starts"}:
            middle[name] = max(values)
        else:
            middle[name] = round(statistics.median(values), 4)
    return middle


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal, and which targets are met."""
    return report.table(result)
