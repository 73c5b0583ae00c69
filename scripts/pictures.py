"""Makes the pictures of the documents: of the real TUI and a real window, on an X server without a screen.

console.svg, window.png and wall.png show the running demo of twelve hosts, window.png while it is typed into;
minute.webp is a minute of the same in a real terminal; deploy.svg and doctor.svg show a bare Windows stand-in
of the tests on its way to the first picture. `scripts/pictures` starts it.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
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
WALL = "wall - deskconsole"
"""Words in the title of the wall's window."""
WALL_WIDTH = 780
"""Pixels of its picture: 250 kB are the most that one may have."""
STARTED = 45.0
"""Seconds in which the hosts of the demo are live, on a busy machine too."""
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


HOSTS = 12
"""Hosts of the demo in the pictures."""
TERMINAL = "112x32"
"""Columns and rows of the terminal of the minute."""
FONT = 10
"""Points of its letters."""
RATE = 2
"""Pictures of the minute in a second."""
SCENES = (
    ((), 10), (("Down",), 3), (("Down",), 4), (("Down", "Down"), 6),  # the list: one host after the other
    (("w",), 12), (("Right",), 1), (("Right",), 1), (("Down",), 3), (("plus",), 5),  # the wall, larger tiles
    (("Escape",), 2), (("z",), 7), (("Escape",), 2), (("f1",), 4),  # one picture alone; the keys
)  # fmt: skip
"""Keys and the seconds after them."""


def main() -> None:
    """Takes all pictures, or those of the parts that are named: `demo`, `minute`, `windows`."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 100.0
    parts = sys.argv[2:] or ["demo", "minute", "windows"]
    if "demo" in parts:
        width, height = SIZE
        with Xvfb(width + BORDERS, height + BORDERS) as display:
            os.environ["DISPLAY"] = display.display
            app = DeskconsoleApp(DemoHosts(HOSTS), ssh_config=Path(os.devnull))
            try:
                asyncio.run(demo_pictures(app, seconds, display))
            finally:
                app.close()
    if "minute" in parts:
        minute()
    if "windows" in parts:
        take_windows_pictures()


def minute() -> None:
    """Writes minute.webp: the console in xterm, used by keys for a minute once all hosts are live."""
    frames: list[NDArray[np.uint8]] = []
    with tempfile.TemporaryDirectory() as home, Xvfb(1280, 800) as display:
        # Without a display of its own the console opens no window over the terminal.
        # xterm takes COLORTERM away.
        console = ["env", "-u", "DISPLAY", "COLORTERM=truecolor", sys.executable, "-P", "-m", "deskconsole"]
        console += ["demo", "--hosts", str(HOSTS)]
        look = ["-fa", "DejaVu Sans Mono", "-fs", str(FONT), "-bg", "black", "-fg", "white", "-b", "0", "+sb"]
        display.run(
            "xterm", *look, "-geometry", f"{TERMINAL}+0+0", "-T", "minute", "-e", *console,
            environment={"HOME": home, "DESKCONSOLE_HOME": home, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        terminal = display.wait_for_window("deskconsole|minute")
        left, top, width, height = display.place(terminal)
        display.call("xdotool", "mousemove", str(left + width // 2), str(top + height - 2))
        time.sleep(STARTED)
        for keys, seconds in SCENES:
            if keys:
                display.call("xdotool", "key", *keys)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                shown = display.screenshot()[top : top + height, left : left + width]
                frames.append(np.ascontiguousarray(shown[..., :3]))
                time.sleep(1 / RATE)
        display.call("xdotool", "key", "Escape", "q")
        time.sleep(STARTED / 3)
    animation = cv2.Animation()
    animation.frames = frames
    # Taking a picture takes its time, too: the minute is as long as it was.
    total = sum(seconds for _, seconds in SCENES)
    animation.durations = [round(1000 * total / len(frames))] * len(frames)
    cv2.imwriteanimation(str(FOLDER / "minute.webp"), animation, [cv2.IMWRITE_WEBP_QUALITY, 60])


def take_windows_pictures() -> None:
    """Writes deploy.svg and doctor.svg."""
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


async def demo_pictures(app: DeskconsoleApp, seconds: float, display: Xvfb) -> None:
    """Writes console.svg after the app has run for so many seconds, then types into the window of the first
    host and writes window.png, then wall.png."""
    async with app.run_test(size=CELLS) as pilot:
        await asyncio.sleep(seconds / 2)
        # Something for the events: a refresh of the first host, the next one cut off and connected again.
        await pilot.press("r", "down", "x")
        await asyncio.sleep(3)
        await pilot.press("c", "up")
        await asyncio.sleep(seconds / 2)
        save(app, "console.svg", "deskconsole demo")
        await pilot.press("V")
        await until(pilot, lambda: snapshot(app).control.state is ControlState.YOURS)
        display.call("xdotool", "mousemove", *map(str, NOTEPAD), "click", "1", "type", "--delay", "30", NOTE)
        # The lines that say who controls the host are gone by then.
        await asyncio.sleep(6)
        width, height = SIZE
        picture = display.screenshot()[: height + 2 * FRAME, : width + 2 * FRAME]
        save_small(picture, "window.png", WIDTH)
        # The wall comes in front of the window.
        await pilot.press("W")
        await asyncio.to_thread(display.wait_for_window, WALL)
        await asyncio.sleep(10)
        left, top, width, height = display.place(display.wait_for_window(WALL))
        save_small(display.screenshot()[top : top + height, left : left + width], "wall.png", WALL_WIDTH)


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


def save_small(picture: NDArray[np.uint8], name: str, width: int) -> None:
    """Writes a picture as PNG, made `width` pixels wide."""
    height = width * picture.shape[0] // picture.shape[1]
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(FOLDER / name), small, [cv2.IMWRITE_PNG_COMPRESSION, 9])


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
