"""How soon a desktop is seen that nobody has looked at before: windows of text, a photograph behind them.

Counted from the first byte that the serving side sends, as programs take their time to start, until the
viewer's screen is like the served one, and until it is the same. Nothing else happens meanwhile.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from support.xvfb import Xvfb

from . import material
from .live import HEIGHT, WIDTH
from .proxy import CountingProxy, Link
from .screens import Screens
from .systems import SYSTEMS, require_programs, two_screens
from .workloads import Work

LINKS = ("", "100mbit,10ms", "10mbit,50ms")
_LIKE = 25.0
"""dB from which on a desktop can be made out and worked with; blurred ones have 30, half a picture has 10."""
_PATIENCE = 20.0
_LOOKS = 0.01


def measure(
    systems: str = "ours,tigervnc-jpeg8,tigervnc-lossless", link: str | None = None
) -> dict[str, Any]:
    """Measures by link and system: seconds until it is seen and until it is exact, and how many bytes that
    took."""
    require_programs()
    links = LINKS if link is None else (link,)
    with tempfile.TemporaryDirectory(prefix="deskconsole-bench-") as folder:
        return {
            "width": WIDTH,
            "height": HEIGHT,
            "links": {
                one: {system: _one(system, one, Path(folder)) for system in systems.split(",")}
                for one in links
            },
        }


def _one(system: str, link: str, pictures: Path) -> dict[str, Any]:
    with ExitStack() as stack:
        served, shown, folder = stack.enter_context(two_screens(WIDTH, HEIGHT))
        work = stack.enter_context(closing(Work(served)))
        _furnish(served, work, pictures)
        proxy = stack.enter_context(CountingProxy(Link.parse(link) if link else None))
        screens = stack.enter_context(closing(Screens(served, shown)))
        stack.enter_context(SYSTEMS[system](served, shown, proxy, folder))
        return _watch(screens, proxy)


def _furnish(screen: Xvfb, work: Work, folder: Path) -> None:
    picture = material.wallpaper(folder, WIDTH, HEIGHT)
    work.run("display", "-window", "root", str(picture))
    for number in range(2):
        place = f"100x30+{120 + 700 * number}+{120 + 300 * number}"
        command = f"ls -l /usr/bin | tail -n {40 + number}; sleep 9999"
        work.run(
            "xterm", "-geometry", place, "-T", f"text {number}", "-fn", "6x13", "-e", "sh", "-c", command
        )
        screen.wait_for_window(f"text {number}")
    time.sleep(2)


def _watch(screens: Screens, proxy: CountingProxy) -> dict[str, Any]:
    deadline = time.monotonic() + _PATIENCE
    while not proxy.received:
        time.sleep(0.001)
    began = time.monotonic()
    seen: dict[str, Any] | None = None
    while time.monotonic() < deadline:
        received, alike, now = proxy.received, screens.alike(), time.monotonic()
        if seen is None and alike >= _LIKE:
            seen = {"seen": round(now - began, 2), "seen_kb": received // 1000, "seen_psnr": round(alike, 1)}
        if alike == 99.0:
            return (seen or {}) | {"exact": round(now - began, 2), "exact_kb": received // 1000}
        time.sleep(_LOOKS)
    return (seen or {"seen": None, "seen_kb": None, "seen_psnr": None}) | {"exact": None, "exact_kb": None}


def table(result: Mapping[str, Any]) -> str:
    """The figures for a terminal."""
    columns = {
        "seen s": "seen",
        "kB": "seen_kb",
        "PSNR": "seen_psnr",
        "exact s": "exact",
        "kB then": "exact_kb",
    }
    lines = [f"{result['width']} x {result['height']}", ""]
    for link, rows in result["links"].items():
        lines.append(f"{link or 'no link between':24}" + "".join(f"{name:>10}" for name in columns))
        for system, row in rows.items():
            cells = ("never" if row[key] is None else str(row[key]) for key in columns.values())
            lines.append(f"  {system:22}" + "".join(f"{cell:>10}" for cell in cells))
        lines.append("")
    return "\n".join(lines)
