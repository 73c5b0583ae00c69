"""An old picture in the window: what is done on it does not reach the host."""

from __future__ import annotations

import signal
import time

from support.screens.control_stage import ControlStage, typed_lines
from support.xvfb import wait_for


def test_an_old_picture_takes_no_input(stage: ControlStage) -> None:
    typed = stage.type_into_file()
    stage.open()
    stage.hold("Shift_L")
    stage.agent.signal(signal.SIGSTOP)
    stage.console.wait_for_window("^lab-01 - [^c]")
    stage.xdotool("keyup", "Shift_L", "key", "x")
    stage.agent.signal(signal.SIGCONT)
    stage.console.wait_for_window("^lab-01 - controlled")
    stage.xdotool("key", "y", "Return")
    assert typed_lines(typed) == ["y"]
    assert stage.keys_down() == []


def test_a_key_that_is_pressed_over_an_old_picture_does_not_repeat_on_the_host(stage: ControlStage) -> None:
    log = stage.key_log()
    stage.open()
    stage.agent.signal(signal.SIGSTOP)
    stage.console.wait_for_window("^lab-01 - [^c]")
    stage.xdotool("keydown", "x")
    stage.agent.signal(signal.SIGCONT)
    stage.console.wait_for_window("^lab-01 - controlled")
    time.sleep(0.2)  # It repeats 25 times a second.
    stage.xdotool("keyup", "x", "key", "y")
    wait_for(lambda: "keysym 0x79, y" in log(), what="the next key")
    assert "keysym 0x78, x" not in log()


def test_after_an_old_picture_the_pointer_is_where_it_is_here_before_it_moves(stage: ControlStage) -> None:
    stage.open()
    stage.agent.signal(signal.SIGSTOP)
    stage.console.wait_for_window("^lab-01 - [^c]")
    stage.point(302, 202)
    stage.agent.signal(signal.SIGCONT)
    wait_for(lambda: stage.pointer() == (300, 200), what="the pointer")
