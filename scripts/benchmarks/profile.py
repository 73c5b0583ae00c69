"""Measures CPU by function, at the agent and in the console, while real programs work.

stages/sitecustomize.py says how it is measured. The whole is some per cent slower for it. The window is not
measured: its process starts without the variables that lead there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from support.xvfb import Xvfb

from .systems import require_programs, shown_by_us, two_screens
from .workloads import WORKLOADS, Work

WIDTH, HEIGHT = 1920, 1080
PROCESSES = ("agent", "console")
_ROOT = Path(__file__).parents[2]
_STAGES = Path(__file__).parent / "stages"
_SETTLE = 3.0
_LEAST = 0.02
"""Share of a process below which a function is told with the others."""


def measure(seconds: float = 8.0, workloads: str = ",".join(WORKLOADS)) -> dict[str, Any]:
    """Measures by workload and process: `cpu`, in % of a core, and by function `share` of it, `calls` a
    second, and `ms` of CPU a call, without what it calls among ours. What none was seen to take is
    `elsewhere`: functions that never return, Python's own work between threads, threads of libraries."""
    require_programs()
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as material:
        rows = {name: _one(name, seconds, Path(material)) for name in workloads.split(",")}
    return {"width": WIDTH, "height": HEIGHT, "seconds": seconds, "workloads": rows}


def _one(workload: str, seconds: float, material: Path) -> dict[str, Any]:
    with ExitStack() as stack:
        served, shown, folder = stack.enter_context(two_screens(WIDTH, HEIGHT))
        port, token = stack.enter_context(_agent(served, folder))
        told = {"port": port, "token_file": str(token)}
        stack.enter_context(shown_by_us(told, shown, folder, _watched(folder, shown)))
        work = stack.enter_context(closing(Work(served)))
        WORKLOADS[workload].begin(served, material, work)
        time.sleep(_SETTLE)
        before = _told(folder)
        time.sleep(seconds)
        after = _told(folder)
        return {process: _figures(before[process], after[process]) for process in PROCESSES}


@contextmanager
def _agent(served: Xvfb, folder: Path) -> Iterator[tuple[int, Path]]:
    """Its port and its token."""
    token = folder / "token"
    command = [sys.executable, "-P", "-m", "deskagent", "serve", "--port", "0", "--token-file", str(token)]
    command += ["--log-file", str(folder / "agent.log")]
    environment = _watched(folder, served)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as agent:
        try:
            if agent.stdout is None:
                raise RuntimeError("the agent does not say its port")
            yield json.loads(agent.stdout.readline())["port"], token
        finally:
            agent.terminate()


def _watched(folder: Path, screen: Xvfb) -> dict[str, str]:
    paths = [_STAGES, _ROOT, _ROOT / "agent", _ROOT / "console", _ROOT / "tests"]
    return {
        **screen.environment,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "DESKCONSOLE_BENCH_STAGES": str(folder),
    }


def _told(folder: Path) -> dict[str, Any]:
    return {process: json.loads((folder / f"{process}.json").read_text()) for process in PROCESSES}


def _figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    cpu = max(1, after["cpu"] - before["cpu"])
    spent = after["at"] - before["at"]
    functions = {}
    for name, sums in after["functions"].items():
        calls, nanoseconds = np.subtract(sums, before["functions"].get(name, (0, 0))).tolist()
        if nanoseconds:
            functions[name] = {
                "share": round(nanoseconds / cpu, 4),
                "calls": round(calls / spent, 1),
                "ms": round(nanoseconds / 1e6 / max(1, calls), 3),
            }
    ordered = dict(sorted(functions.items(), key=lambda item: -item[1]["share"]))
    return {
        "cpu": round(cpu / 1e7 / spent, 1),
        "functions": ordered,
        "elsewhere": round(1 - sum(row["share"] for row in functions.values()), 4),
    }


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal."""
    lines = [
        f"{result['width']} x {result['height']}, {result['seconds']:g} s each; shares of the process's CPU"
    ]
    for workload, processes in result["workloads"].items():
        lines.append(f"{workload:52}{'share':>9}{'% of core':>11}{'calls/s':>10}{'ms/call':>10}")
        for process, row in processes.items():
            lines.append(f"  {process:50}{'100 %':>9}{row['cpu']:11.1f}")
            small = 0.0
            for function, figures in row["functions"].items():
                if figures["share"] < _LEAST:
                    small += figures["share"]
                    continue
                name = function.partition(".")[2]
                lines.append(
                    f"    {name:48}{100 * figures['share']:7.1f} %{figures['share'] * row['cpu']:11.2f}"
                    f"{figures['calls']:10.1f}{figures['ms']:10.3f}"
                )
            for name, share in (("smaller ones", small), ("elsewhere", row["elsewhere"])):
                lines.append(f"    {name:48}{100 * share:7.1f} %{share * row['cpu']:11.2f}")
    return "\n".join(lines)
