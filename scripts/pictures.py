"""Makes the pictures of the documents: of the real TUI and a real window, on an X server without a screen.

console.svg and window.png show the running demo, the latter while it is typed into; deploy.svg and doctor.svg
a bare Windows stand-in of the tests on its way to the first picture. `scripts/pictures` starts it.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray
from textual.pilot import Pilot

from deskconsole.cli.console import DemoHosts, UsersHosts
from deskconsole.common.paths import Paths
from deskconsole.common.progress import StepId
from deskconsole.demo.demo import SIZE
from deskconsole.inventory.inventory import Inventory
from deskconsole.runtimes.store import RuntimeStore
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskconsole.tui.app import DeskconsoleApp, Outcome
from deskconsole.tui.screens.doctor import DoctorScreen
from deskconsole.viewer.canvas import FRAME
from deskwire.control import ControlState
from support.built_runtime import built_runtime
from support.peers.slow_link import slow_link
from support.windows.host import WindowsHost
from support.windows.login import host_of
from support.xvfb import Xvfb

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
CELLS = (124, 30)
"""The terminal's columns and rows."""
WIDTH = 640
"""Pixels of the window's picture: at full size it takes 346 kB."""
NOTEPAD = (900, 340)
"""A place in the demo's notepad."""
NOTE = "Typed from the other end of the line."
BORDERS = 80
"""Pixels that the screen is larger than the desktop: the window leaves room for a frame, else it scales."""
FONTS = "DejaVu Sans Mono, Menlo, Consolas, monospace"


LINE = 6_000_000
"""Bytes a second of the line to the Windows host: a fair office line."""
HALF = 0.4
"""The part of the runtime that is unpacked when the picture is taken."""


def main() -> None:
    """Takes all pictures; those of the demo after it has run for a while."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 100.0
    width, height = SIZE
    with Xvfb(width + BORDERS, height + BORDERS) as display:
        os.environ["DISPLAY"] = display.display
        app = DeskconsoleApp(DemoHosts(), ssh_config=Path(os.devnull))
        try:
            window = asyncio.run(demo_pictures(app, seconds, display))
        finally:
            app.close()
    window = window[: height + 2 * FRAME, : width + 2 * FRAME]
    small = cv2.resize(window, (WIDTH, WIDTH * height // width), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(FOLDER / "window.png"), small, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    with (
        tempfile.TemporaryDirectory() as home,
        WindowsHost.start() as windows,
        slow_link(windows.port, LINE) as port,
    ):
        prepare_home(Path(home), windows, port)
        app = DeskconsoleApp(UsersHosts(), ssh_config=Path(os.devnull))
        try:
            asyncio.run(windows_pictures(app))
        finally:
            app.close()


def prepare_home(home: Path, windows: WindowsHost, port: int) -> None:
    """A console of its own, with one host and a runtime ready for it."""
    os.environ["DESKCONSOLE_HOME"] = str(home)
    paths = Paths.default()
    for folder in (paths.hosts.parent, paths.known_hosts.parent, RuntimeStore.below(paths.cache).folder):
        folder.mkdir(parents=True, exist_ok=True)
    inventory = Inventory.load(paths.hosts)
    inventory.add(msgspec.structs.replace(host_of(windows), port=port))
    paths.known_hosts.write_text(windows.known_hosts_line.replace(f":{windows.port} ", f":{port} "))
    runtime = built_runtime()
    (RuntimeStore.below(paths.cache).folder / runtime.name).symlink_to(runtime)


async def demo_pictures(app: DeskconsoleApp, seconds: float, display: Xvfb) -> NDArray[np.uint8]:
    """Writes console.svg after the app has run for so many seconds, then types into the window of the first
    host; returns what the display shows."""
    async with app.run_test(size=CELLS) as pilot:
        await asyncio.sleep(seconds / 2)
        # Something for the events: a refresh of the first host, the last one cut off and connected again.
        await pilot.press("r", "down", "down", "x")
        await asyncio.sleep(3)
        await pilot.press("c", "up", "up")
        await asyncio.sleep(seconds / 2)
        save(app, "console.svg", "deskconsole demo")
        await pilot.press("V")
        await until(pilot, lambda: snapshot(app).control.state is ControlState.YOURS)
        display.call("xdotool", "mousemove", *map(str, NOTEPAD), "click", "1", "type", "--delay", "30", NOTE)
        # The lines that say who controls the host are gone by then.
        await asyncio.sleep(6)
        return display.screenshot()


async def windows_pictures(app: DeskconsoleApp) -> None:
    """Writes deploy.svg while a bare host gets all it needs, and doctor.svg once it is live."""
    async with app.run_test(size=CELLS) as pilot:
        await until(pilot, lambda: bool(app.controller.view.hosts))
        await pilot.press("d")

        def half_unpacked() -> bool:
            progress = snapshot(app).progress
            return (
                progress is not None
                and progress.step is StepId.UNPACK_RUNTIME
                and progress.done > HALF * progress.total
            )

        await until(pilot, half_unpacked)
        save(app, "deploy.svg", "deskconsole")
        await until(pilot, lambda: snapshot(app).state is State.STREAMING)
        await pilot.press("escape", "o")
        await until(pilot, lambda: isinstance(app.screen, DoctorScreen) and app.screen.ended)
        await asyncio.sleep(1)
        save(app, "doctor.svg", "deskconsole")


def snapshot(app: DeskconsoleApp) -> Snapshot:
    """The snapshot of the first host."""
    return app.controller.view.snapshot(app.controller.view.hosts[0].name)


async def until(pilot: Pilot[Outcome], holds: Callable[[], bool], seconds: float = 120) -> None:
    """Waits for something in the app; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not holds():
            await pilot.pause(0.1)


def save(app: DeskconsoleApp, name: str, title: str) -> None:
    """Writes what the terminal shows, in a frame with a title."""
    svg = app.export_screenshot(title=title)
    # A picture in a page may load nothing: fonts from elsewhere would only be asked for in vain.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    # Not every renderer takes a no-break space at the beginning of a text for what it is.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = svg.replace("Fira Code, monospace", FONTS).replace("Fira Code", FONTS)
    svg = "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
    (FOLDER / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
