"""Drawing by shared memory: what is on the screen is the framebuffer, whatever happens to the window."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from Xlib import X
from Xlib.display import Display
from Xlib.xobject.drawable import Window

from deskconsole.viewer.canvas import Canvas
from deskwire.geometry import Rectangle
from support.processes import shared_segments
from support.screens.viewer_stage import Stage, stage_alone, stage_on
from support.xvfb import wait_for


@pytest.fixture(params=[False, True], ids=["bare", "managed"])
def stage(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A screen without and with a window manager."""
    with stage_alone(monkeypatch, 1280, 720, managed=request.param) as stage:
        yield stage


@pytest.fixture
def display(stage: Stage) -> Iterator[Display]:
    """Another client of the same screen."""
    display = Display(stage.screen.display)
    yield display
    display.close()


def _window(stage: Stage, display: Display) -> Window:
    window: Window = display.create_resource_object("window", stage.window)
    return window


def _inside(stage: Stage, display: Display) -> Rectangle:
    """Where on the screen the inside of the window is."""
    window = _window(stage, display)
    geometry = window.get_geometry()
    corner = display.screen().root.translate_coords(window, 0, 0)
    return Rectangle(corner.x, corner.y, geometry.width, geometry.height)


def _fitted(stage: Stage, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The framebuffer as a window of this size has to show it, drawn in one go."""
    canvas = Canvas(stage.framebuffer.size or (0, 0), np.zeros((size[1], size[0], 4), np.uint8))
    canvas.draw(stage.framebuffer.pixels, Rectangle(0, 0, *(stage.framebuffer.size or (0, 0))))
    return canvas.image[..., :3]


def _shows(stage: Stage, display: Display) -> bool:
    """Waits until the whole window shows the framebuffer, as large as fits."""

    def equal() -> bool:
        x, y, width, height = _inside(stage, display)
        seen = stage.screen.screenshot()[y : y + height, x : x + width]
        return np.array_equal(seen, _fitted(stage, (width, height)))

    return wait_for(equal, timeout=60, what="the picture")


def _damage(stage: Stage, count: int) -> None:
    """Changes `count` rectangles, anywhere, and says so in packets of a few."""
    random = np.random.default_rng(stage.packet)
    width, height = stage.framebuffer.size or (0, 0)
    assert stage.viewer is not None
    while count > 0:
        changed = []
        for _ in range(min(count, int(random.integers(1, 8)))):
            x, y = int(random.integers(0, width)), int(random.integers(0, height))
            wide, high = int(random.integers(1, width - x + 1)), int(random.integers(1, height - y + 1))
            changed.append(Rectangle(x, y, wide // 4 or 1, high // 4 or 1))
            target = stage.framebuffer.view(changed[-1])
            target[:] = random.integers(1, 256, target.shape, np.uint8)
        count -= len(changed)
        stage.packet += 1
        stage.viewer.damaged(stage.packet, changed)


@pytest.mark.parametrize("size", [(800, 600), (1900, 900)], ids=["fits", "scaled"])
def test_random_damage_is_shown_exactly_in_the_window_and_in_full_screen(
    stage: Stage, display: Display, size: tuple[int, int]
) -> None:
    stage.paint(*size)
    stage.open()
    for key in ("", "f", "f"):
        if key:
            stage.press(key)
        _damage(stage, 200)
        assert _shows(stage, display)


def test_another_size_of_the_window_is_followed(stage: Stage, display: Display) -> None:
    stage.paint(800, 600)
    stage.open()
    for size in ((500, 300), (1100, 640)):
        stage.screen.call("xdotool", "windowsize", str(stage.window), *map(str, size))
        wait_for(lambda size=size: _inside(stage, display)[2:] == size)  # type: ignore[misc]
        assert _shows(stage, display)
        _damage(stage, 50)
        assert _shows(stage, display)


def test_what_covered_the_window_leaves_no_trace(stage: Stage, display: Display) -> None:
    stage.paint(800, 600)
    stage.open()
    assert _shows(stage, display)
    root = display.screen().root

    def covered() -> bool:
        return bool((stage.screen.screenshot()[:500, :700] == (255, 0, 0)).all())

    for _ in range(3):
        cover = root.create_window(
            0, 0, 700, 500, 0, X.CopyFromParent, override_redirect=True, background_pixel=0xFF
        )
        cover.map()
        display.sync()
        wait_for(covered)
        _damage(stage, 5)
        cover.destroy()
        display.sync()
        assert _shows(stage, display)


def test_nothing_of_highguis_black_shines_through(stage: Stage, display: Display) -> None:
    stage.paint(800, 600)
    stage.open()
    assert _shows(stage, display)
    x, y, width, height = _inside(stage, display)
    window = _window(stage, display)
    for _ in range(20):
        _damage(stage, 10)
        # Highgui paints what it is told was uncovered.
        window.clear_area(0, 0, 0, 0, exposures=True)
        display.sync()
        seen = stage.screen.screenshot()[y : y + height, x : x + width]
        assert seen.any(axis=2).all()
    assert _shows(stage, display)


def test_a_stale_picture_becomes_live_again_exactly(stage: Stage, display: Display) -> None:
    stage.paint(800, 600)
    viewer = stage.open()

    def grey() -> bool:
        x, y, width, height = _inside(stage, display)
        below = stage.screen.screenshot()[y + 100 : y + height, x : x + width]
        return bool((below.max(axis=2) == below.min(axis=2)).all())

    for _ in range(2):
        viewer.state("stale", stale=True, why="the agent is silent")
        assert wait_for(grey, what="grey")
        _damage(stage, 1)
        assert _shows(stage, display)
    viewer.state("stale", stale=True)
    assert wait_for(grey, what="grey")
    viewer.state("live", stale=False)
    assert _shows(stage, display)


def test_two_windows_show_their_own_pictures(stage: Stage, display: Display) -> None:
    stage.paint(500, 400)
    stage.open()
    assert _shows(stage, display)
    with stage_on(stage.screen) as other:
        other.paint(300, 200, seed=1)
        other.open("lab-02")
        corner = np.array(_inside(other, display)[:2])
        for _ in range(3):
            _damage(other, 20)
            _damage(stage, 20)
            assert _shows(other, display)
            assert (np.array(_inside(other, display)[:2]) == corner).all()
    assert _shows(stage, display)


def test_a_child_that_somebody_destroys_comes_back(stage: Stage, display: Display) -> None:
    stage.paint(500, 400)
    stage.open()
    assert _shows(stage, display)
    (child,) = _window(stage, display).query_tree().children
    child.destroy()
    display.sync()
    _damage(stage, 3)
    assert _shows(stage, display)
    assert len(_window(stage, display).query_tree().children) == 1


def test_a_window_that_hangs_holds_up_nobody_and_shows_the_newest_afterwards(
    stage: Stage, display: Display
) -> None:
    stage.paint(500, 400)
    viewer = stage.open()
    os.kill(viewer._process.pid, signal.SIGSTOP)
    try:
        _damage(stage, 20_000)
    finally:
        os.kill(viewer._process.pid, signal.SIGCONT)
    assert _shows(stage, display)
    wait_for(lambda: viewer.shown == stage.packet)


def test_no_shared_memory_is_left_behind(stage: Stage) -> None:
    for kill in (False, True):
        stage.paint(500, 400)
        viewer = stage.open()
        process = viewer._process.pid
        wait_for(lambda process=process: shared_segments(process))  # type: ignore[misc]
        if kill:
            os.kill(process, signal.SIGKILL)
            assert stage.reasons.get(timeout=60)
        viewer.close()
        wait_for(lambda process=process: not shared_segments(process), what="the end of the memory")  # type: ignore[misc]
