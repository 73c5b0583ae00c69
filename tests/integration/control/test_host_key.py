"""The host key of the window: it begins control, ends it, and carries the window's own orders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.screens.control_stage import HOST_KEY, ControlStage, typed_lines
from support.xvfb import wait_for


def test_keys_stay_here_before_control_and_after_the_host_key(stage: ControlStage) -> None:
    typed = stage.type_into_file()
    stage.open(control=False)
    stage.point(20, 20)
    stage.xdotool("key", "x")
    stage.tap_host_key()
    stage.console.wait_for_window("^lab-01 - controlled - deskconsole$")
    stage.xdotool("key", "y", "Return")
    assert typed_lines(typed) == ["y"]
    stage.tap_host_key()
    stage.console.wait_for_window("^lab-01 - live - deskconsole")
    stage.xdotool("key", "z", "Return")
    stage.tap_host_key()
    stage.console.wait_for_window("^lab-01 - controlled - deskconsole$")
    stage.xdotool("key", "w", "Return")
    assert typed_lines(typed, 2) == ["y", "w"]


def test_the_host_key_twice_is_sent_and_keeps_control(stage: ControlStage) -> None:
    stage.open()
    log = stage.key_log()
    stage.xdotool("key", "--delay", "20", HOST_KEY, HOST_KEY)
    wait_for(lambda: log().count("Control_R") == 2, what="its press and its release")
    assert stage.session.control.status.yours


def test_the_host_key_is_the_one_of_the_settings(
    stage: ControlStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home" / "config").mkdir(parents=True)
    (tmp_path / "home" / "config" / "settings.toml").write_text('host_key = "ctrl+alt"')
    monkeypatch.setenv("DESKCONSOLE_HOME", str(tmp_path / "home"))
    stage.open(control=False)
    stage.tap_host_key()
    stage.xdotool("keydown", "Control_L", "keydown", "Alt_L", "keyup", "Alt_L", "keyup", "Control_L")
    stage.console.wait_for_window("^lab-01 - controlled - deskconsole$")
    stage.hold("Control_R")
    stage.xdotool("keydown", "Alt_L")
    stage.wait_until_released()
    stage.xdotool("keyup", "Alt_L", "keyup", "Control_R")
    stage.console.wait_for_window("^lab-01 - live - deskconsole")


def test_a_drag_of_the_picture_ends_with_its_button_though_the_host_key_went_up_before(
    stage: ControlStage,
) -> None:
    stage.open()
    stage.resize(404, 304)
    stage.chord("2")
    stage.wait_until_shown(lambda shot: shot[2 + 299, 2 + 399].any())
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


def test_how_long_inputs_take_is_shown_on_a_key(stage: ControlStage) -> None:
    stage.type_into_file()
    stage.open()
    before = stage.console.screenshot()
    stage.chord("r")
    left, top = stage.corner()
    below = slice(top + 570, top + 602), slice(left, left + 804)
    wait_for(lambda: not np.array_equal(stage.console.screenshot()[below], before[below]))
