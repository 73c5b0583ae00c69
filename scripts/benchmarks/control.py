"""A key in the window until its effect is seen there, ours and TigerVNC's on the same work: an xterm at rest,
beside a film, through sshd, through a narrow link. And what acting costs: messages, CPU, keys that stay down.

Run it on an idle machine: both ends of all systems share its cores.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from support.xvfb import Xvfb

from .held_keys import stuck_after
from .processes import Trees
from .proxy import CountingProxy, Link
from .systems import SYSTEMS, Running, require_programs, two_screens
from .witness import Witness
from .workloads import WORKLOADS, Work

WIDTH, HEIGHT = 1920, 1080
_TERMINAL = "12x6+1800+10"
"""Geometry of the xterm that is typed into: no workload's window covers it."""
_SPOT = (1840, 60)
"""Inside of that terminal, away from its cursor and its text."""
_COLOURS = (0xC02020, 0x40E0D0)
_FIRST_PICTURE = 60.0
_LONGEST = 5.0
_SETTLE = 3.0

_MOVES = 1000
"""Motion events of one second."""
_STEADY = 60
"""Moves a second over which the agent's CPU is taken."""
_SPAN = 4.0
"""Seconds of moves, and of rest before them."""
_SPANS = 3
"""Spans of which the median counts: the system counts CPU by 10 ms, and other programs' caches cost too."""


class _Way(NamedTuple):
    """One comparison: the systems, the limits of the ratios, what runs beside and what is between them."""

    systems: tuple[str, str]
    limits: Mapping[str, float]
    """Upper limits of our figure divided by the peer's, by the figure's name."""
    film: bool = False
    link: str = ""


_WAYS: Mapping[str, _Way] = {
    "direct": _Way(("ours", "tigervnc-jpeg8"), {"p50": 0.8, "p95": 0.8}),
    "ssh": _Way(("ours-ssh", "tigervnc-jpeg8-ssh"), {"p50": 1.0, "p95": 1.0}),
    "film": _Way(("ours", "tigervnc-jpeg8"), {"p95": 1.0}, film=True),
    "narrow": _Way(("ours", "tigervnc-jpeg8"), {"p95": 1.0}, link="10mbit,50ms"),
}

_FIGURES = {"moves sent": 70.0, "agent CPU at 60 moves/s, %": 3.0, "pixels off at the end": 0.0}


def measure(keys: int = 60, runs: int = 1, ways: str = ",".join(_WAYS), cuts: int = 50) -> dict[str, Any]:
    """Milliseconds by way and system over so many keys, and their ratios; what moves cost; and, by kind, what
    stays down after `cuts`. Without a way there are only the cuts."""
    require_programs()
    chosen = [] if ways == "none" else ways.split(",")
    if unknown := [name for name in chosen if name not in _WAYS]:
        raise SystemExit(f"There is no way {unknown[0]!r}, only {', '.join(_WAYS)}.")
    delays: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as material:
        for run in range(runs):
            for name in chosen:
                for system in _WAYS[name].systems:
                    print(f"run {run + 1} of {runs}: {name}, {system}", file=sys.stderr)
                    found = _keys(system, _WAYS[name], keys, Path(material), run)
                    delays.setdefault(name, {}).setdefault(system, []).extend(found)
        moves = _moves() if chosen else {}
    rows = {name: {system: _summary(each) for system, each in by.items()} for name, by in delays.items()}
    down = stuck_after(cuts) if cuts else {}
    targets = [*_judged(rows, moves), *_judged_cuts(down)]
    return {"keys": keys, "runs": runs, "ways": rows, "moves": moves, "cuts": down, "targets": targets}


def _keys(system: str, way: _Way, keys: int, material: Path, run: int) -> list[float]:
    """Milliseconds from each key on the viewer's screen to its effect there; 5 s at most."""
    between = Link.parse(way.link) if way.link else None
    moments = random.Random(run)  # noqa: S311  # moments, not secrets
    with ExitStack() as stack:
        served, shown, folder = stack.enter_context(two_screens(WIDTH, HEIGHT))
        work = stack.enter_context(closing(Work(served)))
        if way.film:
            WORKLOADS["video"].begin(served, material, work)
        _type_into(served, work)
        proxy = stack.enter_context(CountingProxy(between))
        running = stack.enter_context(SYSTEMS[system](served, shown, proxy, folder))
        witness = stack.enter_context(Witness(shown.display, *_SPOT))
        witness.wait_for(_COLOURS[0], _FIRST_PICTURE)
        _take_control(running)
        keyboard = stack.enter_context(closing(_Keyboard(shown.display)))
        keyboard.point(WIDTH // 2, HEIGHT - 40)
        time.sleep(_SETTLE)
        found = []
        for number in range(keys):
            time.sleep(moments.uniform(0.35, 0.6))
            typed = keyboard.tap("a")
            try:
                seen = witness.wait_for(_COLOURS[(number + 1) % 2], _LONGEST)
                found.append(1000 * (seen - typed))
            except TimeoutError:
                found.append(1000 * _LONGEST)
        return found


def _type_into(served: Xvfb, work: Work) -> None:
    """An xterm with the keyboard's focus that changes its colour with every key."""
    program = [sys.executable, "-I", str(Path(__file__).with_name("flipping_terminal.py"))]
    colours = [f"{colour:06x}" for colour in _COLOURS]
    quiet = ("-xrm", "XTerm*cursorBlink: false", "-xrm", "XTerm*allowTitleOps: false", "-b", "0")
    work.run("xterm", "-geometry", _TERMINAL, "-T", "typed into", *quiet, "-e", *program, *colours)
    served.wait_for_window("typed into")
    served.call("xdotool", "search", "--name", "typed into", "windowactivate", "--sync")


def _moves() -> dict[str, float]:
    """Measures what 1,000 moves and 60 moves a second in our window cost, and checks the last place."""
    with ExitStack() as stack:
        served, shown, folder = stack.enter_context(two_screens(WIDTH, HEIGHT))
        work = stack.enter_context(closing(Work(served)))
        _type_into(served, work)
        proxy = stack.enter_context(CountingProxy())
        running = stack.enter_context(SYSTEMS["ours"](served, shown, proxy, folder))
        witness = stack.enter_context(Witness(shown.display, *_SPOT))
        witness.wait_for(_COLOURS[0], _FIRST_PICTURE)
        keyboard = stack.enter_context(closing(_Keyboard(shown.display)))
        host = stack.enter_context(closing(Display(served.display)))
        time.sleep(_SETTLE)
        ask = _take_control(running)
        before = ask("inputs")["inputs"]
        _move(keyboard, _MOVES, 1.0)
        time.sleep(1.0)
        sent = ask("inputs")["inputs"] - before - 1
        place = host.screen().root.query_pointer()
        wanted = _on_the_way(_MOVES - 1)
        trees = Trees(*running.server)
        spans = [_cost_of_moves(trees, keyboard) for _ in range(_SPANS)]
        return {
            "sent": sent,
            "off": max(abs(place.root_x - wanted[0]), abs(place.root_y - wanted[1])),
            "agent_cpu": round(100 * statistics.median(spans), 2),
        }


def _cost_of_moves(trees: Trees, keyboard: _Keyboard) -> float:
    """The cores that the moves of a span took, beyond what an equally long rest took."""
    trees.restart()
    time.sleep(_SPAN)
    rest = trees.spent()
    trees.restart()
    _move(keyboard, round(_SPAN * _STEADY), _SPAN)
    return (trees.spent() - rest) / _SPAN


def _take_control(running: Running) -> Callable[[str], Mapping[str, Any]]:
    """Lets our window act; returns a function that answers questions about it. TigerVNC's needs nothing."""
    if running.ask is None:
        return lambda _question: {}
    if (state := running.ask("act")["state"]) != "yours":
        raise RuntimeError(f"control is {state}")
    return running.ask


def _move(keyboard: _Keyboard, steps: int, seconds: float) -> None:
    began = time.monotonic()
    for step in range(steps):
        keyboard.point(*_on_the_way(step))
        time.sleep(max(0.0, began + seconds * (step + 1) / steps - time.monotonic()))


def _on_the_way(step: int) -> tuple[int, int]:
    """A circle over the desktop, a place for each step."""
    angle = step / 150
    return WIDTH // 2 + round(400 * math.cos(angle)), HEIGHT // 2 + round(400 * math.sin(angle))


class _Keyboard:
    """The hands at a screen: real events of its X server."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)

    def tap(self, key: str) -> float:
        """Presses and releases a key; the moment of the press, of time.monotonic."""
        code = self._display.keysym_to_keycode(XK.string_to_keysym(key))
        xtest.fake_input(self._display, X.KeyPress, code)
        moment = time.monotonic()
        self._display.flush()
        xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.flush()
        return moment

    def point(self, x: int, y: int) -> None:
        """Moves the pointer there."""
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        self._display.flush()

    def close(self) -> None:
        """Closes the connection to the screen."""
        self._display.close()


def _summary(delays: Iterable[float]) -> dict[str, float]:
    ordered = sorted(delays)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 1),
        "keys": len(ordered),
    }


def _judged(rows: Mapping[str, Any], moves: Mapping[str, float]) -> Iterable[dict[str, Any]]:
    for name, by in rows.items():
        ours, peer = _WAYS[name].systems
        for figure, limit in _WAYS[name].limits.items():
            value = by[ours][figure] / by[peer][figure]
            yield {"target": f"{name}, {figure}, to TigerVNC", "value": round(value, 2), "limit": limit}
    for (target, limit), figure in zip(_FIGURES.items(), ("sent", "agent_cpu", "off"), strict=True):
        if moves:
            yield {"target": target, "value": moves[figure], "limit": limit}


def _judged_cuts(down: Mapping[str, Mapping[str, float]]) -> Iterable[dict[str, Any]]:
    if down:
        stuck = sum(row["stuck"] for row in down.values())
        yield {"target": "cuts after which something stayed down", "value": stuck, "limit": 0.0}


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal, and which targets are met."""
    lines = []
    if result["ways"]:
        head = f"{result['keys']} keys, {result['runs']} runs"
        lines.append(f"{head}; ms from a key in the window to its effect there")
    for name, by in result["ways"].items():
        lines.append(f"{name:10}" + "".join(f"{head:>9}" for head in ("p50", "p95")))
        lines += [f"  {system:22}{row['p50']:>7}{row['p95']:>9}" for system, row in by.items()]
    if result["cuts"]:
        heads = next(iter(result["cuts"].values()))
        lines.append(f"{'cut':24}" + "".join(f"{head:>9}" for head in heads))
        for kind, row in result["cuts"].items():
            lines.append(f"  {kind:22}" + "".join(f"{value:>9}" for value in row.values()))
    for one in result["targets"]:
        word = "met   " if one["value"] <= one["limit"] else "MISSED"
        lines.append(f"  {word} {one['target']:44}{one['value']:>9} <= {one['limit']:g}")
    return "\n".join(lines)
