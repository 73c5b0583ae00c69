"""Control from the window: what a real keyboard and pointer do there is done on a real host's screen."""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from Xlib import X
from Xlib.ext import xtest

from deskconsole.session import link_loop
from deskconsole.session.link_loop import LinkLoop
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from deskwire.control import Pointer
from support.screens.control_stage import HOST_KEY, ControlStage, client, control_stage
from support.screens.viewer_stage import run_window_manager
from support.xvfb import Xvfb, wait_for

_RETURN = ("key", "Return")
_AMBER = (64, 200, 255)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlStage]:
    with (
        pytest.MonkeyPatch.context() as patch,
        control_stage(tmp_path_factory.mktemp("host"), patch) as stage,
    ):
        yield stage


@pytest.fixture
def stage(shared: ControlStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlStage]:
    """A host whose screen is as large as its window; the window is not open."""
    monkeypatch.setenv("DISPLAY", shared.console.display)
    shared.folder = tmp_path
    yield shared
    shared.close()


@pytest.fixture
def managed(stage: ControlStage) -> ControlStage:
    """A host and its window, with a window manager on the console."""
    run_window_manager(stage.console)
    return stage


def _lines(typed: Path, count: int = 1) -> list[str]:
    wait_for(lambda: typed.read_text().count("\n") >= count, timeout=15, what=f"{count} lines")
    return typed.read_text().splitlines()


def _released(stage: ControlStage) -> None:
    """Waits until nothing is held on the host any more."""
    with client(stage.host) as display:
        wait_for(lambda: not any(display.query_keymap()), what="the releases")
        wait_for(lambda: not _mask(display) & ~X.Mod2Mask, what="the mask of nothing")


def _mask(display: Any) -> int:
    mask: int = display.screen().root.query_pointer().mask
    return mask


def _hold(stage: ControlStage, key: str) -> None:
    stage.xdotool("keydown", key)
    wait_for(stage.keys_down, what=f"{key} on the host")


def test_what_is_typed_in_the_window_is_typed_on_the_host(stage: ControlStage) -> None:
    typed = stage.type_into_file()
    stage.open()
    stage.xdotool("type", "hello WORLD 123 !@#~")
    stage.xdotool(*_RETURN)
    assert _lines(typed) == ["hello WORLD 123 !@#~"]
    assert stage.keys_down() == []


@pytest.fixture
def layouts(stage: ControlStage) -> Iterator[Callable[[str, str], None]]:
    """Gives host and console other layouts for a test."""

    def switch(host: str, console: str) -> None:
        stage.host.call("setxkbmap", host)
        stage.console.call("setxkbmap", console)

    yield switch
    switch("us", "us")


def test_another_layout_on_the_console_gives_what_its_keys_give(
    stage: ControlStage, layouts: Callable[[str, str], None]
) -> None:
    layouts("us", "de")
    typed = stage.type_into_file()
    stage.open()
    stage.xdotool("type", "Zürich @ € {[]}\\ ß")
    stage.xdotool(*_RETURN)
    stage.xdotool("key", "dead_acute", "e", "dead_acute", "space", *_RETURN[1:])
    assert _lines(typed, 2) == ["Zürich @ € {[]}\\ ß", "é´"]
    assert stage.keys_down() == []


def test_a_layout_that_changes_while_the_window_is_open_counts(
    stage: ControlStage, layouts: Callable[[str, str], None]
) -> None:
    typed = stage.type_into_file()
    stage.open()
    layouts("us", "de")
    stage.xdotool("key", "29", "36")
    assert _lines(typed) == ["z"]


def test_the_clipboard_is_typed_whatever_the_host_s_keys_give(
    stage: ControlStage, layouts: Callable[[str, str], None]
) -> None:
    layouts("ru", "us")
    before = stage.host.call("xmodmap", "-pke")
    typed = stage.type_into_file()
    stage.open()
    text = "Zażółć 你好 😀 €\n" * 20
    _copy(stage.console, text)
    stage.chord("v")
    assert _lines(typed, 20) == text.splitlines()
    wait_for(lambda: stage.host.call("xmodmap", "-pke") == before, what="the keys of before")


def _copy(screen: Xvfb, text: str) -> None:
    """A program on that screen has this text in its clipboard."""
    owner = screen.run("xclip", "-selection", "clipboard", "-in", "-loops", "0", stdin=subprocess.PIPE)
    assert owner.stdin is not None
    owner.stdin.write(text.encode())
    owner.stdin.close()
    wait_for(lambda: _pasted(screen) == text, what="the clipboard")


def _pasted(screen: Xvfb, selection: str = "clipboard") -> str:
    try:
        return screen.call("xclip", "-selection", selection, "-out")
    except RuntimeError:  # no program owns the clipboard
        return ""


def test_the_clipboard_goes_to_the_host_and_comes_from_it_on_request_only(stage: ControlStage) -> None:
    stage.open()
    _copy(stage.console, "grüß\nx")
    stage.chord("p")
    wait_for(lambda: _pasted(stage.host) == "grüß\nx", what="the host's clipboard")
    _copy(stage.host, "of the host")
    assert _pasted(stage.console) == "grüß\nx"
    stage.chord("c")
    wait_for(lambda: _pasted(stage.console) == "of the host", what="the console's clipboard")


def test_shift_goes_up_on_the_host_when_another_window_gets_the_focus(stage: ControlStage) -> None:
    stage.console.run("xterm", "-T", "other", "-geometry", "20x5-0-0")
    other = stage.console.wait_for_window("^other$")
    stage.open()
    _hold(stage, "Shift_L")
    stage.xdotool("windowfocus", str(other))
    _released(stage)
    stage.xdotool("keyup", "Shift_L")


def test_alt_tab_leaves_no_alt_on_the_host(managed: ControlStage) -> None:
    stage = managed
    typed = stage.type_into_file()
    stage.console.run("xterm", "-T", "other", "-geometry", "20x5-0-0")
    stage.console.wait_for_window("^other$")
    stage.open()
    _focus(stage)
    stage.xdotool("keydown", "Alt_L")
    wait_for(lambda: stage.mask() & X.Mod1Mask, what="Alt on the host")
    stage.xdotool("key", "Tab")
    _released(stage)
    stage.xdotool("keyup", "Alt_L")
    _focus(stage)
    stage.xdotool("type", "x")
    stage.xdotool(*_RETURN)
    assert _lines(typed) == ["x"]


def _focus(stage: ControlStage) -> None:
    """Activates the window as its window manager's user does, and waits until it has the keyboard."""
    stage.xdotool("windowactivate", "--sync", str(stage.window))
    with client(stage.console) as display:
        wait_for(lambda: _child_has_focus(display, stage.window), what="the focus of the child")


def _child_has_focus(display: Any, window: int) -> bool:
    focused = display.get_input_focus().focus
    return not isinstance(focused, int) and focused.id in {
        child.id for child in display.create_resource_object("window", window).query_tree().children
    }


def test_a_shift_that_is_held_while_clicking_stays_held_under_a_window_manager(managed: ControlStage) -> None:
    stage = managed
    stage.open()
    _focus(stage)
    _hold(stage, "Shift_L")
    stage.xdotool("click", "1")
    wait_for(lambda: stage.session.control.round_trips.done_p50 is not None)
    time.sleep(0.3)  # The window manager answers a click by moving the focus.
    assert stage.keys_down()
    stage.xdotool("keyup", "Shift_L")
    _released(stage)


def test_caps_lock_holds_on_the_host_as_on_the_console_and_is_put_back(stage: ControlStage) -> None:
    stage.xdotool("key", "Caps_Lock")
    typed = stage.type_into_file()
    stage.open()
    # xdotool would press Shift to make them small.
    stage.xdotool("key", "38", "56", "54", "36")
    assert _lines(typed) == ["ABC"]
    _tap_host_key(stage)
    stage.console.wait_for_window("^lab-01 - live - deskconsole")
    wait_for(lambda: not stage.mask() & X.LockMask, what="Caps Lock off again")


def _tap_host_key(stage: ControlStage) -> None:
    stage.xdotool("key", HOST_KEY)


def test_keys_stay_here_before_control_and_after_the_host_key(stage: ControlStage) -> None:
    typed = stage.type_into_file()
    stage.open(control=False)
    stage.point(20, 20)
    stage.xdotool("key", "x")
    _tap_host_key(stage)
    stage.console.wait_for_window("^lab-01 - controlled - deskconsole$")
    stage.xdotool("key", "y", "Return")
    assert _lines(typed) == ["y"]
    _tap_host_key(stage)
    stage.console.wait_for_window("^lab-01 - live - deskconsole")
    stage.xdotool("key", "z", "Return")
    _tap_host_key(stage)
    stage.console.wait_for_window("^lab-01 - controlled - deskconsole$")
    stage.xdotool("key", "w", "Return")
    assert _lines(typed, 2) == ["y", "w"]


def test_the_host_key_twice_is_sent_and_keeps_control(stage: ControlStage) -> None:
    stage.open()
    log = _key_log(stage)
    stage.xdotool("key", "--delay", "20", HOST_KEY, HOST_KEY)
    wait_for(lambda: log().count("Control_R") == 2, what="its press and its release")
    assert stage.session.control.status.yours


def _opened_key_log(stage: ControlStage) -> Callable[[], str]:
    log = _key_log(stage)
    stage.open()
    return log


def _key_log(stage: ControlStage) -> Callable[[], str]:
    """Starts xev on the host; the function returned reads what xev was told of keys so far."""
    file = stage.folder / "xev"
    stage.host.run("sh", "-c", f"exec xev -geometry 800x600+0+0 -event keyboard > {file}")
    stage.host.wait_for_window("Event Tester")
    return file.read_text


def test_a_frame_is_around_the_picture_and_nothing_over_it(stage: ControlStage) -> None:
    stage.open()
    corner = stage.corner()

    def framed() -> bool:
        shot = stage.console.screenshot()[corner[1] :, corner[0] :][:604, :804]
        # What the person at the host is shown is part of the picture.
        same: bool = np.array_equal(shot[2:602, 2:802], stage.host.screenshot())
        edges = (shot[:2], shot[602:], shot[:, :2], shot[:, 802:])
        return same and all(bool((edge == _AMBER).all()) for edge in edges)

    wait_for(framed, timeout=15, what="the frame alone")


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
        _resize(stage, 404, 304)
        for x, y in _places(2, 400, 300):
            pointers.follow(x + 2, y + 2, (2 * x, 2 * y), off=1)
        # Twice as large: the first 200 pixels are seen.
        stage.chord("2")
        _shows(stage, lambda shot: shot[2 + 299, 2 + 399].any())
        for x, y in _places(3, 400, 300):
            pointers.follow(x + 2, y + 2, (x // 2, y // 2))


def _resize(stage: ControlStage, width: int, height: int) -> None:
    """Gives the window another size, and waits until the frame is at its new edges."""
    stage.xdotool("windowsize", str(stage.window), str(width), str(height))
    _shows(stage, lambda shot: bool((shot[height - 1, :width] == _AMBER).all()))


def _shows(stage: ControlStage, check: Callable[[NDArray[np.uint8]], Any]) -> None:
    left, top = stage.corner()
    wait_for(lambda: check(stage.console.screenshot()[top:, left:]), what="the picture")


def _width(stage: ControlStage) -> int:
    with client(stage.console) as display:
        width: int = display.create_resource_object("window", stage.window).get_geometry().width
    return width


def test_the_pointer_is_on_the_display_that_is_shown_in_full_screen_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with control_stage(tmp_path, monkeypatch, display=2) as stage:
        stage.host.call("xrandr", "--setmonitor", "left", "400/100x600/150+0+0", "screen")
        stage.host.call("xrandr", "--setmonitor", "right", "400/100x600/150+400+0", "none")
        stage.open(fullscreen=True)
        wait_for(lambda: _width(stage) == 1280, what="full screen")
        _shows(stage, lambda shot: (shot[799, :1280] == _AMBER).all())
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
    wait_for(lambda: _pasted(stage.host, "primary") == "wonderful", what="the word")


def test_the_wheel_and_the_side_buttons_reach_the_host(stage: ControlStage) -> None:
    stage.open()
    file = stage.folder / "xev"
    stage.host.run("sh", "-c", f"exec xev -geometry 800x600+0+0 -event button > {file}")
    stage.host.wait_for_window("Event Tester")
    stage.point(300, 300)
    for button in ("5", "5", "5", "6", "8", "3"):
        stage.xdotool("click", button)

    def pressed() -> list[str]:
        parts = file.read_text().split("ButtonPress")[1:]
        return [part.split("button ")[1].split(",")[0] for part in parts]

    wait_for(lambda: pressed() == ["5", "5", "5", "6", "8", "3"], what="all clicks")


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
    took = time.monotonic() - began
    wait_for(lambda: stage.pointer() == (999 * 7 % 800, 999 * 3 % 600), timeout=10, what="the last place")
    assert len(moves) <= 70 * max(1.0, took)


@pytest.mark.parametrize("how", ["closed", "killed"])
def test_everything_goes_up_when_the_window_goes(stage: ControlStage, how: str) -> None:
    stage.open()
    _hold(stage, "a")
    stage.xdotool("keydown", "Control_L", "mousedown", "1")
    wait_for(lambda: stage.mask() & X.Button1Mask, what="the button")
    window = stage.window
    if how == "closed":
        stage.console.ask_to_close(window)
    else:
        process = int(stage.console.call("xdotool", "getwindowpid", str(window)))
        assert process > 1
        subprocess.run(["kill", f"-{signal.SIGKILL.value}", str(process)], check=True)
    _released(stage)
    wait_for(lambda: not stage.session.control.status.yours, what="the end of control")


def test_an_old_picture_takes_no_input(stage: ControlStage) -> None:
    typed = stage.type_into_file()
    stage.open()
    _hold(stage, "Shift_L")
    stage.agent.signal(signal.SIGSTOP)
    stage.console.wait_for_window("^lab-01 - [^c]", timeout=10)
    stage.xdotool("keyup", "Shift_L", "key", "x")
    stage.agent.signal(signal.SIGCONT)
    stage.console.wait_for_window("^lab-01 - controlled", timeout=15)
    stage.xdotool("key", "y", "Return")
    assert _lines(typed) == ["y"]
    assert stage.keys_down() == []


def test_a_key_that_is_pressed_over_an_old_picture_does_not_repeat_on_the_host(stage: ControlStage) -> None:
    log = _opened_key_log(stage)
    stage.agent.signal(signal.SIGSTOP)
    stage.console.wait_for_window("^lab-01 - [^c]", timeout=10)
    stage.xdotool("keydown", "x")
    stage.agent.signal(signal.SIGCONT)
    stage.console.wait_for_window("^lab-01 - controlled", timeout=15)
    time.sleep(0.2)  # It repeats 25 times a second.
    stage.xdotool("keyup", "x", "key", "y")
    wait_for(lambda: "keysym 0x79, y" in log(), what="the next key")
    assert "keysym 0x78, x" not in log()


def test_after_an_old_picture_the_pointer_is_where_it_is_here_before_it_moves(stage: ControlStage) -> None:
    stage.open()
    stage.agent.signal(signal.SIGSTOP)
    stage.console.wait_for_window("^lab-01 - [^c]", timeout=10)
    stage.point(302, 202)
    stage.agent.signal(signal.SIGCONT)
    wait_for(lambda: stage.pointer() == (300, 200), timeout=15, what="the pointer")


def test_what_is_typed_when_control_ends_by_itself_is_no_order_to_the_window(
    stage: ControlStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _other_console(stage, monkeypatch) as other:
        stage.open()
        stage.xdotool("key", "a")
        other.control.take(force=True)
        stage.console.wait_for_window("^lab-01 - live - deskconsole")
        stage.xdotool("key", "--delay", "100", "f", "q", "q", "f")
        assert _width(stage) != 1280
        assert stage.session.snapshot().viewing

        def closed() -> bool:
            time.sleep(1.1)
            stage.xdotool("key", "q")
            return not stage.session.snapshot().viewing

        wait_for(closed, timeout=10, what="the window's own key after a rest")


@contextmanager
def _other_console(stage: ControlStage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session of another console with the same host."""
    other = Session("other", DirectRoute(stage.agent.address, stage.agent.token), 0, lambda _: None)
    try:
        # Two sessions of one program are the same console for a host.
        with monkeypatch.context() as patch:
            patch.setattr(link_loop, "CONSOLE_ID", bytes(16))
            other.connect()
            wait_for(lambda: other.control.status.may, timeout=10, what="the other console")
        yield other
    finally:
        other.close()


def test_a_drag_of_the_picture_ends_with_its_button_though_the_host_key_went_up_before(
    stage: ControlStage,
) -> None:
    stage.open()
    _resize(stage, 404, 304)
    stage.chord("2")
    _shows(stage, lambda shot: shot[2 + 299, 2 + 399].any())
    stage.point(200, 150)
    stage.xdotool("keydown", HOST_KEY, "mousedown", "1")
    stage.point(100, 100)
    stage.xdotool("keyup", HOST_KEY, "mouseup", "1")
    stage.point(102, 102)
    # The picture was drawn by 100 and 50 pixels, twice as large.
    wait_for(lambda: stage.pointer() == (100, 75), what="the place in the picture that was moved")
    stage.xdotool("keydown", HOST_KEY, "key", "x")  # No tap, which would end control.
    stage.point(200, 200)
    stage.xdotool("keyup", HOST_KEY)
    wait_for(lambda: stage.pointer() == (149, 124), what="the same place of the picture")


def test_full_screen_sends_the_local_system_s_keys_too_until_another_program_takes_them(
    managed: ControlStage,
) -> None:
    stage = managed
    stage.console.run("xterm", "-T", "other", "-geometry", "20x5-0-0")
    stage.console.wait_for_window("^other$")
    stage.open(fullscreen=True)
    _focus(stage)
    stage.xdotool("mousemove", "640", "400")
    log = _key_log(stage)
    with client(stage.console) as display:
        wait_for(lambda: _is_grabbed(display), what="the grab")
    stage.xdotool("keydown", "Alt_L", "key", "Tab", "keyup", "Alt_L")
    wait_for(lambda: log().count("Tab") == 2, what="Alt+Tab on the host")
    _tap_host_key(stage)
    with client(stage.console) as display:
        wait_for(lambda: not _is_grabbed(display), what="the end of the grab")


def _is_grabbed(display: Any) -> bool:
    status = display.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
    display.ungrab_keyboard(X.CurrentTime)
    display.sync()
    return bool(status == X.AlreadyGrabbed)


def test_a_foreign_grab_lets_everything_go_up(stage: ControlStage) -> None:
    stage.open()
    _hold(stage, "Shift_L")
    with client(stage.console) as display:
        display.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        display.sync()
        _released(stage)
        display.ungrab_keyboard(X.CurrentTime)
        display.sync()
    stage.xdotool("keyup", "Shift_L")
    typed = stage.type_into_file()
    stage.xdotool("type", "on")
    stage.xdotool(*_RETURN)
    assert _lines(typed) == ["on"]


def test_how_long_inputs_take_is_shown_on_a_key(stage: ControlStage) -> None:
    stage.type_into_file()
    stage.open()
    before = stage.console.screenshot()
    stage.chord("r")
    left, top = stage.corner()
    below = slice(top + 570, top + 602), slice(left, left + 804)
    wait_for(lambda: not np.array_equal(stage.console.screenshot()[below], before[below]))


def test_control_of_another_console_is_taken_only_with_a_chord_of_its_own(
    stage: ControlStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _other_console(stage, monkeypatch) as other:
        other.control.take()
        wait_for(lambda: other.control.status.yours, what="its control")
        stage.open(control=False)
        stage.point(20, 20)
        _tap_host_key(stage)
        wait_for(lambda: stage.session.control.status.holder, what="the holder")
        assert other.control.status.yours
        stage.chord("t")
        stage.console.wait_for_window("^lab-01 - controlled - deskconsole$")
        wait_for(lambda: not other.control.status.yours, what="the other's loss")


def test_the_host_key_is_the_one_of_the_settings(
    stage: ControlStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home" / "config").mkdir(parents=True)
    (tmp_path / "home" / "config" / "settings.toml").write_text('host_key = "ctrl+alt"')
    monkeypatch.setenv("DESKCONSOLE_HOME", str(tmp_path / "home"))
    stage.open(control=False)
    _tap_host_key(stage)
    stage.xdotool("keydown", "Control_L", "keydown", "Alt_L", "keyup", "Alt_L", "keyup", "Control_L")
    stage.console.wait_for_window("^lab-01 - controlled - deskconsole$")
    _hold(stage, "Control_R")
    stage.xdotool("keydown", "Alt_L")
    _released(stage)
    stage.xdotool("keyup", "Alt_L", "keyup", "Control_R")
    stage.console.wait_for_window("^lab-01 - live - deskconsole")
