"""The keyboard's focus between a window and its child, while other programs want it too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from Xlib import X
from Xlib.display import Display

from deskconsole.viewer.x_focus import XFocus
from support.xvfb import Xvfb


@pytest.fixture(scope="module")
def screen() -> Iterator[Xvfb]:
    with Xvfb(320, 200) as screen:
        yield screen


def _window(display: Any, parent: Any) -> Any:
    window = parent.create_window(0, 0, 50, 50, 0, X.CopyFromParent)
    window.map()
    display.sync()
    return window


def test_a_password_prompt_that_comes_between_look_and_take_keeps_the_focus(
    screen: Xvfb, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, other = Display(screen.display), Display(screen.display)
    parent = _window(ours, ours.screen().root)
    child = _window(ours, parent)
    prompt = _window(other, other.screen().root)
    parent.set_input_focus(X.RevertToParent, X.CurrentTime)
    ours.sync()
    looked = ours.get_input_focus

    def look_while_the_prompt_comes() -> Any:
        answer = looked()
        monkeypatch.setattr(ours, "get_input_focus", looked)
        prompt.set_input_focus(X.RevertToParent, X.CurrentTime)
        other.flush()
        time.sleep(0.1)  # A server that is not held has done it by then.
        return answer

    monkeypatch.setattr(ours, "get_input_focus", look_while_the_prompt_comes)
    XFocus(ours, parent, child).begin()
    assert other.get_input_focus().focus == prompt
    ours.close()
    other.close()


def test_a_click_of_before_does_not_take_the_focus_from_a_prompt(screen: Xvfb) -> None:
    ours = Display(screen.display)
    parent = _window(ours, ours.screen().root)
    focus = XFocus(ours, parent, _window(ours, parent))
    prompt = _window(ours, ours.screen().root)
    clicked = _server_time(ours, parent)
    time.sleep(0.02)
    prompt.set_input_focus(X.RevertToParent, X.CurrentTime)
    assert focus.click(clicked) is None
    assert ours.get_input_focus().focus == prompt
    ours.close()


def test_a_grab_that_another_program_prevents_comes_when_that_program_lets_go(screen: Xvfb) -> None:
    ours, other = Display(screen.display), Display(screen.display)
    parent = _window(ours, ours.screen().root)
    focus = XFocus(ours, parent, _window(ours, parent))
    parent.set_input_focus(X.RevertToParent, X.CurrentTime)
    parent.warp_pointer(10, 10)
    other.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
    focus.begin()
    focus.want_grab(on=True)
    assert focus.lacks_grab
    other.ungrab_keyboard(X.CurrentTime)
    other.sync()
    focus.follow_grab()
    assert not focus.lacks_grab
    grab = other.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
    assert grab == X.AlreadyGrabbed
    ours.close()
    other.close()


def _server_time(display: Any, window: Any) -> int:
    window.change_attributes(event_mask=X.PropertyChangeMask)
    window.change_property(display.intern_atom("WM_NAME"), display.intern_atom("STRING"), 8, b"x")
    display.sync()
    time: int = display.next_event().time
    return time
