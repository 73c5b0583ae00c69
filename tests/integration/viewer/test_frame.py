"""The window: size, place, scales and keys, on a real X server without and with a window manager."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from deskconsole.viewer.keys import help_rows
from support.screens.viewer_stage import Stage, stage_alone, stage_on
from support.xvfb import wait_for


@pytest.fixture(params=[False, True], ids=["bare", "managed"])
def stage(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A screen without and with a window manager."""
    with stage_alone(monkeypatch, 1920, 1080, managed=request.param) as stage:
        yield stage


def inside(stage: Stage) -> tuple[int, int, int, int]:
    """x, y, width and height of the window's inside on the screen, by xwininfo."""
    said = stage.screen.call("xwininfo", "-id", str(stage.window))
    fields = dict(line.strip().split(":", 1) for line in said.splitlines() if ":" in line)
    names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
    x, y, width, height = (int(fields[name]) for name in names)
    return x, y, width, height


def resize(stage: Stage, width: int, height: int) -> None:
    stage.screen.call("xdotool", "windowsize", str(stage.window), str(width), str(height))
    wait_for(lambda: inside(stage)[2:] == (width, height), what="the new size")


def move(stage: Stage, x: int, y: int) -> tuple[int, int, int, int]:
    """Moves the window; where it came to rest, which a window manager decides."""
    stage.screen.call("xdotool", "windowmove", "--sync", str(stage.window), str(x), str(y))
    seen: list[tuple[int, int, int, int]] = []

    def rests() -> bool:
        seen.append(inside(stage))
        return len(seen) > 10 and len(set(seen[-10:])) == 1

    wait_for(rests, what="a window that rests")
    return seen[-1]


def shown(stage: Stage) -> NDArray[np.uint8]:
    """What the screen shows inside of the window."""
    x, y, width, height = inside(stage)
    return stage.screen.screenshot()[y : y + height, x : x + width]


def shows(stage: Stage, expected: NDArray[np.uint8]) -> bool:
    return wait_for(lambda: np.array_equal(shown(stage), expected), what="the picture")


def repeated(picture: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def test_fit_enlarges_and_keeps_each_pixel_at_a_whole_number(stage: Stage) -> None:
    stage.paint(400, 300)
    stage.open()
    resize(stage, 1200, 900)
    assert shows(stage, repeated(stage.framebuffer.pixels, 3))


def test_fit_enlarges_by_fractions_without_touching_whole_areas(stage: Stage) -> None:
    """A 1280x800 desktop in a window of 1800x1000: as large as fits, in proportion."""
    stage.paint(1280, 800)
    stage.framebuffer.pixels[:, :640], stage.framebuffer.pixels[:, 640:] = (10, 20, 30), (200, 210, 220)
    stage.open()
    resize(stage, 1800, 1000)

    def filled() -> bool:
        picture = shown(stage)
        columns = np.flatnonzero(picture[500].any(axis=1))
        wide = columns[-1] - columns[0] + 1
        left, right = picture[500, columns[0] + 10], picture[500, columns[-1] - 10]
        return bool(
            1580 <= wide <= 1600 and (left == (10, 20, 30)).all() and (right == (200, 210, 220)).all()
        )

    assert wait_for(filled, what="an enlarged picture")


def test_full_screen_enlarges(stage: Stage) -> None:
    stage.paint(960, 540)
    stage.open(fullscreen=True)
    wait_for(lambda: inside(stage)[2:] == (1920, 1080), what="full screen")
    assert shows(stage, repeated(stage.framebuffer.pixels, 2))


def test_the_key_2_doubles_and_what_does_not_fit_is_dragged(stage: Stage) -> None:
    stage.paint(400, 300)
    stage.open()
    wait_for(lambda: inside(stage)[2:] == (400, 300))
    stage.press("2")
    double = repeated(stage.framebuffer.pixels, 2)
    assert shows(stage, double[:300, :400])
    x, y, _, _ = inside(stage)
    stage.screen.call("xdotool", "mousemove", str(x + 300), str(y + 200), "mousedown", "1")
    stage.screen.call("xdotool", "mousemove", str(x + 250), str(y + 180), "mouseup", "1")
    assert shows(stage, double[20:320, 50:450])
    stage.press("1")
    assert shows(stage, stage.framebuffer.pixels)


def test_full_screen_gives_the_users_size_and_place_back(stage: Stage) -> None:
    stage.paint(640, 400)
    stage.open()
    resize(stage, 900, 600)
    before = move(stage, 200, 150)
    for _ in range(2):
        stage.press("f")
        wait_for(lambda: inside(stage)[2:] == (1920, 1080), what="full screen")
        stage.press("F11")
        wait_for(lambda: inside(stage) == before, what="the size and place from before")


def test_the_next_window_of_a_host_opens_where_the_last_one_was(stage: Stage, tmp_path: Path) -> None:
    places = tmp_path / "data" / "windows.json"
    stage.paint(640, 400)
    first = stage.open(places=places)
    resize(stage, 900, 600)
    before = move(stage, 200, 150)
    stage.screen.ask_to_close(stage.window)
    assert stage.reasons.get(timeout=60) == "it was closed"
    first.close()
    assert places.stat().st_mode & 0o777 == 0o600
    again = stage.open(places=places)
    wait_for(lambda: inside(stage) == before, what="the size and place from before")
    again.close()
    other = stage.open("lab-02", places=places)
    wait_for(lambda: inside(stage)[2:] == (640, 400), what="another host's own size")
    other.close()


def test_a_place_on_a_monitor_that_is_gone_is_not_used(stage: Stage, tmp_path: Path) -> None:
    places = tmp_path / "windows.json"
    places.write_text(json.dumps({"lab-01": {"x": 5000, "y": 40, "size": [900, 600]}}))
    stage.paint(640, 400)
    stage.open(places=places)
    x, _, width, _ = inside(stage)
    assert (width, x < 1920) == (640, True)


@pytest.mark.parametrize("text", ["", "{", '{"lab-01": 5}', "\x00"])
def test_a_damaged_file_of_places_is_no_reason_not_to_open(stage: Stage, tmp_path: Path, text: str) -> None:
    places = tmp_path / "windows.json"
    places.write_text(text)
    stage.paint(640, 400)
    stage.open(places=places)
    wait_for(lambda: inside(stage)[2:] == (640, 400))


def test_a_covered_window_comes_to_the_front(stage: Stage) -> None:
    stage.paint(500, 400)
    viewer = stage.open()
    assert shows(stage, stage.framebuffer.pixels)
    with stage_on(stage.screen) as other:
        other.paint(800, 700, seed=1)
        other.open("lab-02")
        x, y, _, _ = inside(stage)
        move(other, max(0, x - 50), max(0, y - 50))
        wait_for(lambda: not np.array_equal(shown(stage), stage.framebuffer.pixels), what="the cover")
        viewer.to_front()
        assert shows(stage, stage.framebuffer.pixels)


def test_the_keys_are_told_in_a_line_that_fades(stage: Stage, tmp_path: Path) -> None:
    stage.paint(640, 400)
    stage.open(places=tmp_path / "windows.json")
    picture = stage.framebuffer.pixels
    wait_for(lambda: np.array_equal(shown(stage)[:340], picture[:340]), what="the picture above the line")
    assert (shown(stage)[360:] != picture[360:]).mean() > 0.5
    assert shows(stage, picture)
    assert "(F1: keys)" in stage.screen.call("xdotool", "getwindowname", str(stage.window))


@pytest.mark.parametrize("key", ["F1", "h", "question"])
def test_the_box_with_the_keys_comes_and_goes(stage: Stage, key: str) -> None:
    stage.paint(640, 400)
    viewer = stage.open()
    assert shows(stage, stage.framebuffer.pixels)
    stage.press(key)
    wait_for(lambda: (shown(stage) == 24).all(axis=2).sum() > 20_000, what="the box")
    viewer.damaged(1, [])
    stage.press("Escape")
    assert shows(stage, stage.framebuffer.pixels)
    assert all(text.isascii() for row in help_rows("right ctrl") for text in row)
