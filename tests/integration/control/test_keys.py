"""Keys of the window: what a real keyboard types there is typed on a real host's screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from Xlib import X

from support.screens.control_stage import ControlStage, client, typed_lines
from support.xvfb import wait_for


def test_what_is_typed_in_the_window_is_typed_on_the_host(stage: ControlStage) -> None:
    typed = stage.type_into_file()
    stage.open()
    stage.xdotool("type", "hello WORLD 123 !@#~")
    stage.xdotool("key", "Return")
    assert typed_lines(typed) == ["hello WORLD 123 !@#~"]
    assert stage.keys_down() == []


def test_another_layout_on_the_console_gives_what_its_keys_give(
    stage: ControlStage, layouts: Callable[[str, str], None]
) -> None:
    layouts("us", "de")
    typed = stage.type_into_file()
    stage.open()
    stage.xdotool("type", "Zürich @ € {[]}\\ ß")
    stage.xdotool("key", "Return")
    stage.xdotool("key", "dead_acute", "e", "dead_acute", "space", "Return")
    assert typed_lines(typed, 2) == ["Zürich @ € {[]}\\ ß", "é´"]
    assert stage.keys_down() == []


def test_a_layout_that_changes_while_the_window_is_open_counts(
    stage: ControlStage, layouts: Callable[[str, str], None]
) -> None:
    typed = stage.type_into_file()
    stage.open()
    layouts("us", "de")
    stage.xdotool("key", "29", "36")
    assert typed_lines(typed) == ["z"]


def test_caps_lock_holds_on_the_host_as_on_the_console_and_is_put_back(stage: ControlStage) -> None:
    stage.xdotool("key", "Caps_Lock")
    typed = stage.type_into_file()
    stage.open()
    # xdotool would press Shift to make them small.
    stage.xdotool("key", "38", "56", "54", "36")
    assert typed_lines(typed) == ["ABC"]
    stage.tap_host_key()
    stage.console.wait_for_window("^lab-01 - live - deskconsole")
    wait_for(lambda: not stage.mask() & X.LockMask, what="Caps Lock off again")


def test_full_screen_sends_the_local_system_s_keys_too_until_another_program_takes_them(
    managed: ControlStage,
) -> None:
    stage = managed
    stage.console.run("xterm", "-T", "other", "-geometry", "20x5-0-0")
    stage.console.wait_for_window("^other$")
    stage.open(fullscreen=True)
    stage.focus()
    stage.xdotool("mousemove", "640", "400")
    log = stage.key_log()
    with client(stage.console) as display:
        wait_for(lambda: _is_grabbed(display), what="the grab")
    stage.xdotool("keydown", "Alt_L", "key", "Tab", "keyup", "Alt_L")
    wait_for(lambda: log().count("Tab") == 2, what="Alt+Tab on the host")
    stage.tap_host_key()
    with client(stage.console) as display:
        wait_for(lambda: not _is_grabbed(display), what="the end of the grab")


def _is_grabbed(display: Any) -> bool:
    status = display.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
    display.ungrab_keyboard(X.CurrentTime)
    display.sync()
    return bool(status == X.AlreadyGrabbed)
