"""Keys and buttons held in the window: what ends the holding lets them go on a real host."""

from __future__ import annotations

import os
import signal
import time

import pytest
from Xlib import X

from support.screens.control_stage import ControlStage, client, typed_lines
from support.xvfb import wait_for


def test_shift_goes_up_on_the_host_when_another_window_gets_the_focus(stage: ControlStage) -> None:
    stage.console.run("xterm", "-T", "other", "-geometry", "20x5-0-0")
    other = stage.console.wait_for_window("^other$")
    stage.open()
    stage.hold("Shift_L")
    stage.xdotool("windowfocus", str(other))
    stage.wait_until_released()
    stage.xdotool("keyup", "Shift_L")


def test_alt_tab_leaves_no_alt_on_the_host(managed: ControlStage) -> None:
    stage = managed
    typed = stage.type_into_file()
    stage.console.run("xterm", "-T", "other", "-geometry", "20x5-0-0")
    stage.console.wait_for_window("^other$")
    stage.open()
    stage.focus()
    stage.xdotool("keydown", "Alt_L")
    wait_for(lambda: stage.mask() & X.Mod1Mask, what="Alt on the host")
    stage.xdotool("key", "Tab")
    stage.wait_until_released()
    stage.xdotool("keyup", "Alt_L")
    stage.focus()
    stage.xdotool("type", "x")
    stage.xdotool("key", "Return")
    assert typed_lines(typed) == ["x"]


def test_a_shift_that_is_held_while_clicking_stays_held_under_a_window_manager(managed: ControlStage) -> None:
    stage = managed
    stage.open()
    stage.focus()
    stage.hold("Shift_L")
    stage.xdotool("click", "1")
    wait_for(lambda: stage.session.control.round_trips.done_p50 is not None)
    time.sleep(0.3)  # The window manager answers a click by moving the focus.
    assert stage.keys_down()
    stage.xdotool("keyup", "Shift_L")
    stage.wait_until_released()


def test_what_is_held_stays_down_while_the_pointer_moves_for_long(stage: ControlStage) -> None:
    stage.open()
    stage.hold("Control_L")
    for _ in range(2):  # 2 s in all: without a word of the window it would go up after 1.2 s.
        for way in ("2", "-2"):
            stage.xdotool(*("mousemove_relative", "--", way, "0", "sleep", "0.1") * 5)
    assert stage.keys_down()
    stage.xdotool("keyup", "Control_L")
    stage.wait_until_released()


def test_a_key_that_came_while_no_window_had_the_focus_goes_up_when_the_pointer_is_elsewhere(
    stage: ControlStage,
) -> None:
    """Without a window manager nothing has the focus when a window ends: keys go where the pointer is."""
    ending = stage.console.run("xterm", "-T", "ending", "-geometry", "20x5-0-0")
    window = stage.console.wait_for_window("^ending$")
    stage.console.run("xterm", "-T", "other", "-geometry", "20x5-0+0")
    other = stage.console.wait_for_window("^other$")
    stage.open()
    stage.xdotool("windowfocus", "--sync", str(window))
    ending.terminate()
    with client(stage.console) as display:
        root = display.screen().root.id
        wait_for(lambda: getattr(display.get_input_focus().focus, "id", root) == root)
    stage.hold("Shift_L")
    x, y, _, _ = stage.console.place(other)
    stage.xdotool("mousemove", str(x + 20), str(y + 20), "keyup", "Shift_L")
    stage.wait_until_released()


@pytest.mark.parametrize("how", ["closed", "killed", "stopped"])
def test_everything_goes_up_when_the_window_goes_or_stands_still(stage: ControlStage, how: str) -> None:
    stage.open()
    stage.hold("a")
    stage.xdotool("keydown", "Control_L", "mousedown", "1")
    wait_for(lambda: stage.mask() & X.Button1Mask, what="the button")
    window = stage.window
    process = int(stage.console.call("xdotool", "getwindowpid", str(window)))
    assert process > 1
    if how == "closed":
        stage.console.ask_to_close(window)
    else:
        os.kill(process, signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    stage.wait_until_released()
    if how == "stopped":
        os.kill(process, signal.SIGCONT)
        return
    wait_for(lambda: not stage.session.control.status.yours, what="the end of control")


def test_a_foreign_grab_lets_everything_go_up(stage: ControlStage) -> None:
    stage.open()
    stage.hold("Shift_L")
    with client(stage.console) as display:
        display.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        display.sync()
        stage.wait_until_released()
        display.ungrab_keyboard(X.CurrentTime)
        display.sync()
    stage.xdotool("keyup", "Shift_L")
    typed = stage.type_into_file()
    stage.xdotool("type", "on")
    stage.xdotool("key", "Return")
    assert typed_lines(typed) == ["on"]
