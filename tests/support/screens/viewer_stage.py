"""A window on a real X server, for tests: what it shows is grabbed from the screen and compared."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.viewer.process import Viewer
from support.xvfb import Xvfb, wait_for


@dataclass
class Stage:
    """A screen, a framebuffer with a picture in it, and a window once `open` was called."""

    screen: Xvfb
    framebuffer: Framebuffer
    reasons: queue.Queue[str] = field(default_factory=queue.Queue)
    viewer: Viewer | None = None
    packet: int = 0
    name: str = "lab-01"

    def paint(self, width: int, height: int, seed: int = 0) -> None:
        """Noise: no pixel can be in the wrong place unnoticed."""
        self.framebuffer.reset(width, height)
        noise = np.random.default_rng(seed).integers(1, 256, (height, width, 3), np.uint8)
        self.framebuffer.pixels[:] = noise

    def open(self, name: str = "lab-01", *, fullscreen: bool = False, places: Path | None = None) -> Viewer:
        self.name = name
        self.viewer = Viewer(name, self.framebuffer, self.reasons.put, fullscreen=fullscreen, places=places)
        viewer = self.viewer
        wait_for(lambda: viewer.draws or not self.reasons.empty(), what="the first drawing")
        if not viewer.draws:
            raise TimeoutError("the window ended before it drew")
        return viewer

    @property
    def window(self) -> int:
        return self.screen.wait_for_window(f"^{self.name} - .* - deskconsole")

    def press(self, key: str) -> None:
        self.screen.call("xdotool", "key", "--window", str(self.window), key)

    def sees(self, expected: Callable[[], NDArray[np.uint8]], x: int = 0, y: int = 0) -> bool:
        """Waits until the screen shows exactly this picture, with its top left corner there."""

        def equal() -> bool:
            picture = expected()
            height, width, _ = picture.shape
            return np.array_equal(self.screen.screenshot()[y : y + height, x : x + width], picture)

        return wait_for(equal, timeout=60, what="the picture")


def run_window_manager(screen: Xvfb) -> None:
    """Returns when openbox frames and places the windows of this screen."""
    # One that ended before leaves it behind, and a window that comes too early is never shown.
    screen.call("xprop", "-root", "-remove", "_NET_SUPPORTING_WM_CHECK")
    screen.run("openbox", "--sm-disable")
    wait_for(lambda: "_NET_SUPPORTING_WM_CHECK(WINDOW)" in screen.call("xprop", "-root"))


WITHOUT_SHARED_MEMORY = ("-extension", "MIT-SHM")
"""Options of an X server on which a window is drawn by highgui, whole."""


@contextmanager
def stage_alone(
    monkeypatch: pytest.MonkeyPatch, width: int, height: int, *, managed: bool
) -> Iterator[Stage]:
    """A stage on a screen of its own; with a window manager that frames and places windows as it likes."""
    with Xvfb(width, height) as screen:
        for name in ("WAYLAND_DISPLAY", "XAUTHORITY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DISPLAY", screen.display)
        if managed:
            run_window_manager(screen)
        with stage_on(screen) as stage:
            yield stage


@contextmanager
def stage_on(screen: Xvfb) -> Iterator[Stage]:
    """A stage on a screen that runs, and on which this process's windows appear."""
    stage = Stage(screen, Framebuffer())
    try:
        yield stage
    finally:
        if stage.viewer is not None:
            stage.viewer.close()
        stage.framebuffer.close()
