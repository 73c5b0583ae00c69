"""The pointer of the window: a real pointer moves, clicks and drags on a real host's screen."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from Xlib import X
from Xlib.ext import xtest

from deskconsole.session.link_loop import LinkLoop
from deskwire.control import Pointer
from support.screens.control_stage import AMBER, ControlStage, client, control_stage
from support.screens.selection import pasted
from support.xvfb import wait_for


def _places(seed: int, width: int, height: int) -> list[tuple[int, int]]:
    dice = random.Random(seed)
    some = [(dice.randrange(width), dice.randrange(height)) for _ in range(65)]
    return [(0, 0), (width - 1, height - 1), *some]


class _Pointers:
    """The console's pointer, moved as a mouse does, and the host's pointer, which follows."""

    def __init__(self, stage: ControlStage, host: Any, console: Any) -> None:
        self._corner = stage.corner()
        self._host = host
        self._console = console

    def follow(self, x: int, y: int, expected: tuple[int, int], off: int = 0) -> None:
        """Moves to a pixel of the window's inside; the host's pointer comes as near as `off` to the place."""
        left, top = self._corner
        xtest.fake_input(self._console, X.MotionNotify, x=left + x, y=top + y)
        self._console.flush()

        def there() -> bool:
            at = self._host.screen().root.query_pointer()
            near: bool = max(abs(at.root_x - expected[0]), abs(at.root_y - expected[1])) <= off
            return near

        wait_for(there, what=f"the pointer at {expected}")


@contextmanager
def _pointers(stage: ControlStage) -> Iterator[_Pointers]:
    with client(stage.host) as host, client(stage.console) as console:
        yield _Pointers(stage, host, console)


def test_the_pointer_is_at_the_pixel_that_is_pointed_at(stage: ControlStage) -> None:
    stage.open()
    with _pointers(stage) as pointers:
        for x, y in _places(1, 800, 600):
            pointers.follow(x + 2, y + 2, (x, y))
        stage.resize(404, 304)
        for x, y in _places(2, 400, 300):
            pointers.follow(x + 2, y + 2, (2 * x, 2 * y), off=1)
        # Twice as large: the first 200 pixels are seen.
        stage.chord("2")
        stage.wait_until_shown(lambda shot: shot[2 + 299, 2 + 399].any())
        for x, y in _places(3, 400, 300):
            pointers.follow(x + 2, y + 2, (x // 2, y // 2))


def test_the_pointer_is_on_the_display_that_is_shown_in_full_screen_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with control_stage(tmp_path, monkeypatch, display=2) as stage:
        stage.host.call("xrandr", "--setmonitor", "left", "400/100x600/150+0+0", "screen")
        stage.host.call("xrandr", "--setmonitor", "right", "400/100x600/150+400+0", "none")
        stage.open(fullscreen=True)
        wait_for(lambda: stage.width == 1280, what="full screen")
        stage.wait_until_shown(lambda shot: (shot[799, :1280] == AMBER).all())
        assert stage.session.framebuffer.size == (400, 600)
        with _pointers(stage) as pointers:
            for x, y in itertools.product((380, 640, 900), (10, 400, 780)):
                # 600 pixels are 796 in the frame, or nearly so.
                expected = 600 + (x - 640) * 600 / 796, 300 + (y - 400) * 600 / 796
                pointers.follow(x, y, (round(expected[0]), round(expected[1])), off=3)


def test_a_drag_marks_a_word(stage: ControlStage) -> None:
    stage.host.run(
        "xterm", "-geometry", "80x24+0+0", "-e", "sh", "-c", "printf 'one wonderful day'; sleep 99"
    )
    window = stage.host.wait_for_window("xterm|sh")
    stage.open()
    with client(stage.host) as display:
        size = display.create_resource_object("window", window).get_geometry()
    across, down = size.width / 80, size.height / 24

    def is_drawn() -> bool:
        end = stage.host.screenshot()[: round(down), round(16 * across) : round(17 * across) + 4]
        return bool(end.max() - end.min() > 150)

    wait_for(is_drawn, what="its last letter")
    stage.point(round(4.1 * across) + 4, round(0.5 * down) + 4)
    stage.xdotool("mousedown", "1")
    stage.point(round(8 * across) + 4, round(0.5 * down) + 4)
    stage.point(round(13.1 * across) + 4, round(0.5 * down) + 4)
    stage.xdotool("mouseup", "1")
    wait_for(lambda: pasted(stage.host, "primary") == "wonderful", what="the word")


def _button_log(stage: ControlStage) -> Callable[[], list[str]]:
    """Starts xev on the host; the function returned reads which buttons were pressed there so far."""
    file = stage.folder / "buttons"
    stage.host.run("sh", "-c", f"exec xev -geometry 800x600+0+0 -event button > {file}")
    stage.host.wait_for_window("Event Tester")

    def pressed() -> list[str]:
        parts = file.read_text().split("ButtonPress")[1:]
        return [part.split("button ")[1].split(",")[0] for part in parts]

    return pressed


def test_the_wheel_and_the_side_buttons_reach_the_host(stage: ControlStage) -> None:
    stage.open()
    pressed = _button_log(stage)
    stage.point(300, 300)
    for button in ("5", "5", "5", "6", "8", "3"):
        stage.xdotool("click", button)
    wait_for(lambda: pressed() == ["5", "5", "5", "6", "8", "3"], what="all clicks")


def test_a_click_on_a_picture_that_has_another_size_by_now_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with control_stage(tmp_path, monkeypatch) as stage:
        pressed = _button_log(stage)
        stage.open()
        process = int(stage.console.call("xdotool", "getwindowpid", str(stage.window)))
        # The window is busy while the host's screen gets smaller and its user clicks.
        os.kill(process, signal.SIGSTOP)
        stage.host.resize(640, 400)
        wait_for(lambda: stage.session.framebuffer.size == (640, 400), what="the new size")
        stage.point(300, 300)
        stage.xdotool("click", "1")
        os.kill(process, signal.SIGCONT)
        wait_for(lambda: stage.width == 644, what="the window's new size")
        stage.xdotool("click", "3")
        wait_for(lambda: "3" in pressed(), what="the next click")
        assert pressed() == ["3"]


def test_a_thousand_moves_in_a_second_are_few_messages(
    stage: ControlStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves: list[Pointer] = []
    send = LinkLoop.send

    def counting(link: LinkLoop, message: Any) -> None:
        if isinstance(message, Pointer):
            moves.append(message)
        send(link, message)

    stage.open()
    monkeypatch.setattr(LinkLoop, "send", counting)
    left, top = stage.corner()
    began = time.monotonic()
    with client(stage.console) as display:
        for number in range(1000):
            xtest.fake_input(
                display, X.MotionNotify, x=left + 2 + number * 7 % 800, y=top + 2 + number * 3 % 600
            )
            display.flush()
            time.sleep(max(0.0, began + number / 1000 - time.monotonic()))
        # The server drops what it has not read of a client that is gone.
        display.sync()
    took = time.monotonic() - began
    wait_for(lambda: stage.pointer() == (999 * 7 % 800, 999 * 3 % 600), what="the last place")
    assert len(moves) <= 70 * max(1.0, took)
