"""The wall of the TUI: what it costs while every tile changes, how soon a key is answered, how soon a room of
hosts is all on it.

The console is the real one in a pty, the hosts are those of `recorded_host.py` with simulated agents. Only
the console's process is measured; agents and sshd share the machine with it.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from deskconsole.tui.widgets.preview import HALF
from deskconsole.tui.widgets.tile_layout import TileLayout, arrange_tiles

from .fleet import simulated
from .processes import cpu_shares
from .recorded_host import recorded_hosts
from .terminal import Terminal

SIZE = (200, 60)
FEW, MANY = 30, 100
SMALLER = 4
"""Keys of `-` that bring 100 tiles onto one page."""
KEYS = 60
TARGETS: Mapping[str, float] = {"cpu": 25.0, "key_p95": 60.0, "complete": 15.0}

_MOVE = re.compile(rb"\x1b\[(\d*)(?:;(\d*))?H")
_ESCAPE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\)|[@-Z\\-_])", re.DOTALL)


def measure(seconds: float = 10.0) -> dict[str, Any]:
    """Figures of 30 hosts that change twice a second, a little and all of their pictures, and of 100 that
    come onto the wall."""
    return {
        "seconds": seconds,
        "size": SIZE,
        "runs": {
            "an office": _measure_thirty(seconds, film=False),
            "all of each picture": _measure_thirty(seconds, film=True),
        },
        "hundred": _measure_hundred(),
    }


@contextmanager
def _console(count: int, *, film: bool = False, autoconnect: bool = False) -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        token = folder / "token"
        token.write_bytes(bytes(range(32)))
        served = stack.enter_context(simulated(count, token, film=film))
        made = stack.enter_context(recorded_hosts(folder / "hosts", served["ports"], token.read_bytes()))
        made.write(folder / "console", autoconnect=autoconnect)
        yield stack.enter_context(Terminal(folder / "console", size=SIZE))


def _measure_thirty(seconds: float, *, film: bool) -> dict[str, Any]:
    with _console(FEW, film=film) as terminal:
        terminal.wait_for(lambda written: f"{FEW} hosts".encode() in written, 60)
        time.sleep(2)
        terminal.press(b"C")
        live = f"{FEW} live".encode()
        terminal.wait_for(lambda written: live in written, 120)
        terminal.press(b"w")
        wall = _layout(FEW)
        _until_complete(terminal, wall, FEW)
        time.sleep(5)
        before = terminal.length
        cpu = cpu_shares({"console": terminal.pid}, seconds)["console"]
        written = terminal.length - before
        spent = _answers(terminal)
        process = psutil.Process(terminal.pid)
        return {
            "cpu": cpu,
            "terminal_kb_s": round(written / seconds / 1000, 1),
            "key_p50": spent[len(spent) // 2],
            "key_p95": spent[int(0.95 * len(spent))],
            "key_worst": spent[-1],
            "memory_mb": round(process.memory_full_info().uss / 1e6, 1),
        }


def _measure_hundred() -> dict[str, float]:
    """Measures seconds from the start of the process; the hosts connect without a key."""
    with _console(MANY, autoconnect=True) as terminal:
        listed = terminal.wait_for(lambda written: f"{MANY} hosts".encode() in written, 60)
        terminal.press(b"w" + b"-" * SMALLER)
        wall = _layout(MANY, -SMALLER)
        if wall.a_page < MANY:
            raise RuntimeError(f"only {wall.a_page} tiles fit onto a page")
        complete = _until_complete(terminal, wall, MANY)
        cpu = psutil.Process(terminal.pid).cpu_times()
        return {
            "list": round(listed, 2),
            "complete": round(complete, 2),
            "console_cpu_s": round(cpu.user + cpu.system, 1),
        }


def _layout(count: int, larger: int = 0) -> TileLayout:
    """The tiles below the first line and above the last."""
    wall = arrange_tiles(SIZE[0], SIZE[1] - 2, count, larger)
    if wall is None:
        raise RuntimeError("no tile fits")
    return wall


def _until_complete(terminal: Terminal, wall: TileLayout, count: int) -> float:
    """Seconds from the start until each tile has a picture: half cells in its first line."""
    middles = set()
    for place in range(count):
        left, top = wall.corner(place)
        middles.add((top + 1 + 1, left + wall.width // 2))  # below the console's and the tile's own line
    seen: set[tuple[int, int]] = set()
    read = 0

    def complete(written: bytearray) -> bool:
        nonlocal read
        moves = [move.start() for move in _MOVE.finditer(written, read)]
        if moves:  # what comes behind the last may be cut: it is read next time
            seen.update(half_cells(bytes(written[read : moves[-1]])))
            read = moves[-1]
        return middles <= seen

    return terminal.wait_for(complete, 120)


def half_cells(written: bytes) -> Iterator[tuple[int, int]]:
    """Line and column, from 0, of each half cell in what was written to the terminal.

    It follows where the cursor is sent, and no other control.
    """
    half, line, column = HALF.encode(), 0, 0
    at = 0
    for escape in _ESCAPE.finditer(written):
        for character in written[at : escape.start()].decode("utf-8", "replace"):
            if character.encode() == half:
                yield line, column
            column += 1
        at = escape.end()
        if moved := _MOVE.fullmatch(escape[0]):
            line, column = int(moved[1] or 1) - 1, int(moved[2] or 1) - 1


def _answers(terminal: Terminal) -> list[float]:
    """Milliseconds from a key that moves the cursor until the next tile's first line is drawn, sorted."""
    spent = []
    for number in range(KEYS):
        time.sleep(random.uniform(0.05, 0.4))  # noqa: S311  # moments, not secrets
        terminal.press(b"\x1b[H" if number == 0 else b"")
        place, back = divmod(number, FEW - 1)
        target = back + 1 if place % 2 == 0 else FEW - 2 - back
        key = b"\x1b[C" if place % 2 == 0 else b"\x1b[D"
        wanted = f"host-{target:03}".encode()
        before = terminal.length
        began = time.monotonic()
        terminal.press(key)
        terminal.wait_for(lambda written, w=wanted, b=before: written.find(w, b) >= 0, 10)  # type: ignore[misc]
        spent.append(round(1000 * (time.monotonic() - began), 1))
    return sorted(spent)


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal, with what they must not exceed."""
    width, height = result["size"]
    runs = result["runs"]
    lines = [f"{FEW} hosts on a wall of {width} x {height}, each changing twice a second"]
    lines.append(f"{'':44}" + "".join(f"{name:>22}" for name in runs) + f"{'target':>10}")
    rows = {
        "cpu": f"console, % of a core over {result['seconds']:g} s",
        "key_p50": "a key until the screen has changed, p50 ms",
        "key_p95": "a key until the screen has changed, p95 ms",
        "key_worst": "a key until the screen has changed, worst ms",
        "terminal_kb_s": "to the terminal, kB/s",
        "memory_mb": "console's memory, MB",
    }
    for key, label in rows.items():
        limit = f"<= {TARGETS[key]:g}" if key in TARGETS else ""
        lines.append(f"{label:44}" + "".join(f"{run[key]:>22}" for run in runs.values()) + f"{limit:>10}")
    hundred = result["hundred"]
    lines.append(f"{MANY} hosts, from the start of the console")
    for key, label in {
        "list": "the list stands, s",
        "complete": "each has its picture on the wall, s",
        "console_cpu_s": "console's CPU until then, s",
    }.items():
        limit = f"<= {TARGETS[key]:g}" if key in TARGETS else ""
        lines.append(f"{label:44}{hundred[key]:>22}{'':22}{limit:>10}")
    return "\n".join(lines)
