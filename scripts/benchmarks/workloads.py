"""What people do at a screen, done by real programs over and over until it is stopped. Nothing in it is left
to chance: every system that is measured sees the same.
"""

from __future__ import annotations

import contextlib
import math
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import psutil

from support.xvfb import Xvfb

from . import material
from .strips import Strip

SCROLL_RATE, SCROLL_STEP = 50, 4
"""Times a second that the log goes on, and by how many lines."""

_TEXT = (
    "Dear all, the machines of the third row are up again since this morning.\\n"
    "Please have a look at the ones that you use, and tell me what is still missing there.\\n"
    "The old volumes are mounted below /srv/before and will stay until Friday evening.\\n"
)


class Work:
    """Programs that run on a screen."""

    def __init__(self, screen: Xvfb) -> None:
        self._screen = screen
        self._programs: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str) -> None:
        """Starts one more."""
        self._programs.append(self._screen.run(*command))

    def stop(self) -> None:
        """From now on none of them moves: they, and all they have started, are halted."""
        # Whoever steers others goes first.
        for process in reversed(self._all()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        """Ends them."""
        for process in self._all():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        for program in self._programs:
            program.wait()

    def _all(self) -> list[psutil.Process]:
        found = []
        for program in self._programs:
            with contextlib.suppress(psutil.NoSuchProcess):
                root = psutil.Process(program.pid)
                found += [root, *root.children(recursive=True)]
        return found


class Workload(NamedTuple):
    """One kind of work."""

    begin: Callable[[Xvfb, Path, Work], None]
    """Screen, folder with the material; returns when the programs show something."""
    strip: Strip
    """Where something changes with every frame."""
    picture: tuple[int, int, int, int] | None = None
    """Where, if anywhere, something is shown that may be lossy while it moves: x, y, width, height."""


def _idle(_screen: Xvfb, _folder: Path, _work: Work) -> None:
    """Nothing but the window manager."""


def _typing(screen: Xvfb, _folder: Path, work: Work) -> None:
    # At the lowest line, as in a terminal that has been used for a while: every return scrolls.
    work.run(*_xterm("100x40+60+60", "typing"), "-e", "sh", "-c", r"printf '\033[40;1H'; exec cat")
    screen.wait_for_window("typing")
    work.run("bash", "-c", f"while :; do xdotool type --delay 90 $'{_TEXT}'; done")


def _scroll(screen: Xvfb, folder: Path, work: Work) -> None:
    program = material.log_program(folder, SCROLL_RATE, SCROLL_STEP)
    work.run(*_xterm("234x74+20+20", "scroll"), "-e", sys.executable, "-I", str(program))
    screen.wait_for_window("scroll")


def _drag(screen: Xvfb, folder: Path, work: Work) -> None:
    program = material.log_program(folder, 1000, 100)
    for place in ("130x38+20+420", "130x38+860+120"):
        # A screenful, and then it rests.
        text = f"{sys.executable} -I {program} 2>/dev/null | head -n 60 | cut -c 1-130; sleep 9999"
        work.run(*_xterm(place, "below"), "-e", "sh", "-c", text)
    work.run(
        *_xterm("112x40+200+200", "dragged"), "-e", "sh", "-c", "ls -l /usr/bin | head -n 300; sleep 9999"
    )
    window = screen.wait_for_window("dragged")
    work.run(sys.executable, "-P", "-m", "scripts.benchmarks.dragger", str(window))


def _browse(screen: Xvfb, folder: Path, work: Work) -> None:
    page = material.page(folder)
    options = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
    quiet = ("--disable-component-update", "--disable-sync", "--disable-infobars", "--test-type")
    place = (
        "--window-position=20,20",
        "--window-size=1500,1000",
        f"--user-data-dir={folder / screen.display[1:]}",
    )
    work.run("chromium", *options, *quiet, *place, page.as_uri())
    screen.wait_for_window("Illustrated", 60)
    # A press goes 7/8 of some 900 pixels; at the end back to the beginning, and on.
    presses = math.ceil((material.SECTIONS * material.SECTION_HEIGHT - 900) / (900 * 7 / 8))
    paging = (
        f"for i in $(seq {presses}); do xdotool key Page_Down; sleep 0.7; done; xdotool key Home; sleep 0.7"
    )
    work.run("bash", "-c", f"sleep 1; while :; do {paging}; done")


def _video(screen: Xvfb, folder: Path, work: Work) -> None:
    film = material.film(folder)
    place = ("--geometry=960x540+200+200", "--title=film", "--no-config", "--osd-level=0")
    work.run("mpv", "--vo=x11", "--loop-file=inf", "--no-audio", "--no-osc", *place, str(film))
    screen.wait_for_window("film")


def _xterm(geometry: str, title: str) -> tuple[str, ...]:
    quiet = ("-xrm", "XTerm*cursorBlink: false", "-xrm", "XTerm*allowTitleOps: false")
    return ("xterm", "-geometry", geometry, "-T", title, "-fn", "6x13", *quiet)


WORKLOADS: Mapping[str, Workload] = {
    "idle": Workload(_idle, (0, 0, 1920, 2)),
    "typing": Workload(_typing, (64, 580, 610, 26)),
    "scroll": Workload(_scroll, (30, 500, 1380, 4)),
    "drag": Workload(_drag, (0, 540, 1700, 13)),
    "browse": Workload(_browse, (40, 300, 1400, 2)),
    "video": Workload(_video, (200, 480, 960, 2), (220, 240, 920, 480)),
}
