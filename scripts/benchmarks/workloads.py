"""What people do at a screen, done by real programs over and over until it is ended."""

from __future__ import annotations

import base64
import subprocess
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from xvfb import Xvfb

from .patch import Dragger

Workload = Callable[[Xvfb, Path], Callable[[], None]]
"""A screen and a folder -> ends what it began."""

_LINES = """import itertools, random, time
for number in itertools.count():
    print(number, *random.choices(WORDS, k=9))
    if number % 10 == 0:
        time.sleep(1 / 40)
"""
_WORDS = (
    "the",
    "of",
    "error",
    "warning",
    "connection",
    "service",
    "started",
    "session",
    "10.0.3.7",
    "0x7f3a",
)


def _idle(_screen: Xvfb, _folder: Path) -> Callable[[], None]:
    return lambda: None


def _typing(screen: Xvfb, _folder: Path) -> Callable[[], None]:
    screen.run("xterm", "-geometry", "100x40+60+60", "-T", "typing", "-e", "cat")
    screen.wait_for_window("typing")
    return _repeated(screen, ["xdotool", "type", "--delay", "90", "the quick brown fox jumps over it "])


def _scroll(screen: Xvfb, folder: Path) -> Callable[[], None]:
    script = folder / "lines.py"
    script.write_text(f"WORDS = {_WORDS!r}\n{_LINES}\n")
    screen.run("xterm", "-geometry", "200x70+20+40", "-T", "scroll", "-e", "python3", str(script))
    screen.wait_for_window("scroll")
    return partial(subprocess.call, ["pkill", "-f", str(script)])


def _drag(screen: Xvfb, _folder: Path) -> Callable[[], None]:
    for place in ("+30+500", "+900+560"):
        screen.run("xterm", "-geometry", f"110x30{place}", "-e", "ls -lR /usr/share | head -60; sleep 999")
    screen.run("xterm", "-geometry", "100x32+200+200", "-T", "dragged", "-e", "ls -l /etc; sleep 999")
    screen.wait_for_window("dragged")
    found = ["xdotool", "search", "--name", "^dragged$"]
    window = subprocess.check_output(found, env=dict(screen.environment), text=True)
    return Dragger(screen.display, int(window.split()[0]), (500, 330), (380, 240)).close


def _browse(screen: Xvfb, folder: Path) -> Callable[[], None]:
    page = folder / "page.html"
    page.write_text(_page())
    options = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
    quiet = ("--disable-component-update", "--disable-sync", f"--user-data-dir={folder / 'chromium'}")
    place = ("--window-position=20,20", "--window-size=1500,1000")
    screen.run("chromium", *options, *quiet, *place, page.as_uri())
    screen.wait_for_window("Illustrated", 60)
    return _repeated(screen, ["xdotool", "key", "Page_Down", "sleep", "0.7"])


def _page() -> str:
    """An illustrated page: paragraphs, and pictures as photographs are, with soft shapes and grain."""
    random = np.random.default_rng(11)
    parts = []
    for number in range(24):
        soft = cv2.resize(
            random.integers(0, 256, (12, 18, 3), np.uint8), (720, 480), interpolation=cv2.INTER_CUBIC
        )
        grain = random.normal(0, 6, soft.shape)
        picture = np.clip(soft + grain, 0, 255).astype(np.uint8)
        body = base64.b64encode(cv2.imencode(".jpg", picture)[1].tobytes()).decode()
        words = " ".join(random.choice(_WORDS, 140))
        parts.append(f"<h2>{number}</h2><p>{words}</p><img src='data:image/jpeg;base64,{body}'>")
    return f"<title>Illustrated</title><body style='font:18px serif;margin:40px'>{''.join(parts)}"


def _video(screen: Xvfb, folder: Path) -> Callable[[], None]:
    film = folder / "film.mp4"
    source = "mandelbrot=size=960x540:rate=30:start_scale=0.5:end_scale=0.01:end_pts=300"
    drawn = ("-loglevel", "error", "-f", "lavfi", "-i", source, "-t", "8", "-pix_fmt", "yuv420p")
    subprocess.run(["ffmpeg", *drawn, str(film)], check=True)
    place = ("--geometry=960x540+200+200", "--title=film")
    screen.run("mpv", "--vo=x11", "--loop", "--no-audio", "--no-osc", *place, str(film))
    screen.wait_for_window("film")
    return partial(subprocess.call, ["pkill", "-STOP", "-f", str(film)])


def _repeated(screen: Xvfb, command: list[str]) -> Callable[[], None]:
    """Runs a command over and over."""
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            subprocess.call(command, env=dict(screen.environment), stdout=subprocess.DEVNULL)

    thread = threading.Thread(target=run, name="workload")
    thread.start()

    def end() -> None:
        ended.set()
        thread.join()

    return end


WORKLOADS: Mapping[str, Workload] = {
    "idle": _idle,
    "typing": _typing,
    "scroll": _scroll,
    "drag": _drag,
    "browse": _browse,
    "video": _video,
}
