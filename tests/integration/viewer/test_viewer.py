"""The window on a real X server: what it shows is grabbed from the screen and compared with the source."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from deskconsole.common.errors import ViewerError
from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.viewer.canvas import AS_IT_IS, DOUBLE, Canvas
from deskconsole.viewer.messages import WhoControls
from deskconsole.viewer.process import Viewer
from deskwire.control import ControlState
from deskwire.geometry import Rectangle
from support.screens.viewer_stage import WITHOUT_SHARED_MEMORY, Stage, stage_on
from support.xvfb import Xvfb, wait_for


@pytest.fixture(params=[(), WITHOUT_SHARED_MEMORY], ids=["shared", "highgui"])
def stage(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Stage]:
    with Xvfb(1280, 720, options=request.param) as screen:
        for name in ("WAYLAND_DISPLAY", "XAUTHORITY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DISPLAY", screen.display)
        with stage_on(screen) as stage:
            yield stage


def test_a_picture_that_fits_is_shown_byte_for_byte_and_so_is_each_change(stage: Stage) -> None:
    stage.paint(800, 600)
    viewer = stage.open()
    assert stage.screen.wait_for_window("^lab-01 - live - deskconsole")
    assert stage.sees(lambda: stage.framebuffer.pixels)
    assert not stage.screen.screenshot()[600:].any()
    stage.framebuffer.view(Rectangle(50, 100, 40, 30))[:] = (1, 2, 3)
    viewer.damaged(7, [Rectangle(50, 100, 40, 30)])
    assert stage.sees(lambda: stage.framebuffer.pixels)
    wait_for(lambda: viewer.shown == 7)


def test_without_changes_nothing_is_drawn(stage: Stage) -> None:
    stage.paint(400, 300)
    viewer = stage.open()
    assert stage.sees(lambda: stage.framebuffer.pixels)
    before = viewer.draws
    viewer.state("streaming", stale=False)
    assert stage.screen.wait_for_window("^lab-01 - streaming - deskconsole")
    assert viewer.draws == before


def test_a_server_that_knows_of_no_monitors_shows_it_in_full_screen_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Xvfb(1280, 720, options=("-extension", "RANDR")) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        with stage_on(screen) as stage:
            stage.paint(1280, 720)
            stage.open(fullscreen=True)
            assert stage.sees(lambda: stage.framebuffer.pixels)


def test_fullscreen_is_exact_and_escape_leaves_it(stage: Stage) -> None:
    stage.paint(1280, 720)
    stage.open(fullscreen=True)
    assert stage.sees(lambda: stage.framebuffer.pixels)
    stage.press("Escape")
    assert stage.sees(lambda: np.zeros((1, 1280, 3), np.uint8), y=719)
    stage.press("f")
    assert stage.sees(lambda: stage.framebuffer.pixels)


def test_a_picture_larger_than_the_screen_is_scaled_down_in_proportion(stage: Stage) -> None:
    stage.paint(2528, 1312)
    stage.framebuffer.pixels[:] = cv2.GaussianBlur(stage.framebuffer.pixels, (9, 9), 3)
    viewer = stage.open()

    def half() -> NDArray[np.uint8]:
        scaled = cv2.resize(stage.framebuffer.pixels, (1264, 656), interpolation=cv2.INTER_AREA)
        return np.asarray(scaled, np.uint8)

    assert stage.sees(half)
    stage.framebuffer.view(Rectangle(333, 555, 77, 99))[:] = 200
    viewer.damaged(1, [Rectangle(333, 555, 77, 99)])
    assert stage.sees(half)
    stage.press("1")
    assert stage.sees(lambda: stage.framebuffer.pixels[:656, :1264])
    stage.press("0")
    assert stage.sees(half)


def test_the_window_follows_another_size_of_the_desktop(stage: Stage) -> None:
    stage.paint(800, 600)
    viewer = stage.open()
    assert stage.sees(lambda: stage.framebuffer.pixels)
    stage.paint(640, 480, seed=1)
    viewer.resized()
    assert stage.sees(lambda: stage.framebuffer.pixels)
    assert stage.sees(lambda: np.zeros((240, 1280, 3), np.uint8), y=480)


def test_a_stale_picture_is_grey_until_damage_comes(stage: Stage) -> None:
    stage.paint(800, 600)
    viewer = stage.open()
    assert stage.sees(lambda: stage.framebuffer.pixels)
    viewer.state("stale", stale=True)

    def grey() -> bool:
        below = stage.screen.screenshot()[100:600, :800]
        return bool((below.max(axis=2) == below.min(axis=2)).all())

    assert wait_for(grey, what="grey")
    viewer.damaged(1, [Rectangle(0, 0, 1, 1)])
    assert stage.sees(lambda: stage.framebuffer.pixels)


def test_a_picture_that_is_larger_than_the_window_is_dragged(stage: Stage) -> None:
    stage.paint(2000, 1500)
    stage.open()
    stage.press("1")
    assert stage.sees(lambda: stage.framebuffer.pixels[:600, :800])
    for _ in range(2):
        stage.screen.call("xdotool", "mousemove", "600", "400", "mousedown", "1")
        stage.screen.call("xdotool", "mousemove", "550", "390", "mousemove", "500", "350", "mouseup", "1")
    assert stage.sees(lambda: stage.framebuffer.pixels[100 : 100 + 600, 200 : 200 + 800])
    stage.screen.call("xdotool", "mousemove", "10", "10")
    stage.press("1")
    assert stage.sees(lambda: stage.framebuffer.pixels[:600, :800])


def test_q_closes(stage: Stage) -> None:
    stage.paint(400, 300)
    viewer = stage.open()
    # Without letting go of the key: the window may be gone by then.
    stage.screen.call("xdotool", "keydown", "--window", str(stage.window), "q")
    assert stage.reasons.get(timeout=60) == "it was closed"
    assert not viewer.alive


def test_the_close_button_closes(stage: Stage) -> None:
    stage.paint(400, 300)
    stage.open()
    stage.screen.ask_to_close(stage.window)
    assert stage.reasons.get(timeout=60) == "it was closed"


def test_closing_by_the_console_takes_the_window_away_and_is_no_news(stage: Stage) -> None:
    stage.paint(400, 300)
    viewer = stage.open()
    viewer.close()
    assert not viewer.alive
    assert stage.reasons.empty()
    viewer.damaged(1, [Rectangle(0, 0, 1, 1)])
    viewer.close()


def test_a_killed_window_is_told_once(stage: Stage) -> None:
    stage.paint(400, 300)
    viewer = stage.open()
    os.kill(viewer._process.pid, signal.SIGKILL)
    assert stage.reasons.get(timeout=60) == "its process was ended by SIGKILL"
    viewer.damaged(1, [Rectangle(0, 0, 1, 1)])
    viewer.close()
    assert stage.reasons.empty()


def test_a_console_that_fails_at_an_input_ends_the_window_and_logs_no_content(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(message: object) -> None:
        raise ValueError(f"secret {message}")

    stage.paint(400, 300)
    viewer = stage.open()
    viewer._on_input = fail
    viewer.control(WhoControls(ControlState.YOURS))

    def ended() -> bool:
        # A window that hears no keys gives control back without a click.
        stage.screen.call("xdotool", "mousemove", "100", "100", "click", "1")
        return not stage.reasons.empty()

    wait_for(ended, what="the window's end")
    assert stage.reasons.get() == "the console failed at its input: ValueError"
    viewer.close()
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_a_display_that_goes_away_is_told(stage: Stage) -> None:
    stage.paint(400, 300)
    stage.open()
    stage.screen.kill()
    assert "display" in stage.reasons.get(timeout=60)


def test_without_a_display_there_is_a_sentence(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY")
    with pytest.raises(ViewerError, match="no display here"):
        Viewer("lab-01", stage.framebuffer, stage.reasons.put)
    monkeypatch.setenv("DISPLAY", ":59999")
    with pytest.raises(ViewerError, match=r"display :59999 does not answer"):
        Viewer("lab-01", stage.framebuffer, stage.reasons.put)
    monkeypatch.setenv("DISPLAY", "nonsense")
    with pytest.raises(ViewerError, match="names no X display"):
        Viewer("lab-01", stage.framebuffer, stage.reasons.put)


def test_without_the_cookie_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    framebuffer = Framebuffer()
    framebuffer.reset(40, 40)
    with Xvfb(640, 480, authority=True) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        monkeypatch.setenv("XAUTHORITY", str(tmp_path / "none"))
        with pytest.raises(ViewerError, match="cookie"):
            Viewer("lab-01", framebuffer, print)
        monkeypatch.setenv("XAUTHORITY", str(screen.authority))
        Viewer("lab-01", framebuffer, print).close()
    framebuffer.close()


@pytest.mark.parametrize("seed", range(40))
def test_a_part_drawn_alone_equals_the_whole(seed: int) -> None:
    random = np.random.default_rng(seed)
    width, height, wide, high = (int(n) for n in random.integers(1, 500, 4))
    scale = (None, AS_IT_IS, DOUBLE)[random.integers(0, 3)]
    picture = random.integers(0, 256, (height, width, 3), np.uint8)

    def canvas() -> Canvas:
        image = random.integers(0, 256, (high, wide, 4), np.uint8)
        result = Canvas((width, height), image, scale=scale, offset=(37, 11))
        result.draw(picture, Rectangle(0, 0, width, height))
        return result

    kept = canvas()
    for _ in range(5):
        x, y = int(random.integers(0, width)), int(random.integers(0, height))
        part = Rectangle(
            x, y, int(random.integers(1, width - x + 1)), int(random.integers(1, height - y + 1))
        )
        picture[y : y + part.height, x : x + part.width] = random.integers(0, 256, 3)
        before = kept.image.copy()
        drawn = kept.draw(picture, part)
        rows, columns = np.nonzero((before != kept.image).any(axis=2))
        if drawn is None:
            assert not len(rows)
        else:
            assert all((drawn.y <= rows) & (rows < drawn.y + drawn.height))
            assert all((drawn.x <= columns) & (columns < drawn.x + drawn.width))
    assert np.array_equal(kept.image[..., :3], canvas().image[..., :3])
