"""The input of a window: what its user reads about what the host did not do."""

from __future__ import annotations

import time

import pytest

from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.session.host_control import HostControl
from deskconsole.session.host_window import HostWindow
from deskconsole.session.window_input import WindowInput
from deskconsole.viewer.messages import ButtonInput, ControlWish, Input, KeyInput, PointerInput, WheelInput
from deskwire.control import Control, ControlState, Done, InputOutcome
from deskwire.messages import WIRE_VERSION, ControlRequest, Welcome


def _controlled(*may: str) -> HostControl:
    sent: list[ControlRequest] = []
    control = HostControl(sent.append)
    control.welcomed(Welcome(WIRE_VERSION, "test", (), bytes(16), speaks=("control",), may=may))
    control.take()
    control.control(Control(ControlState.YOURS, 1))
    return control


@pytest.mark.parametrize(
    ("may", "message", "said"),
    [
        ("pointer", KeyInput(0, 30, down=True), ["the host takes no keys from here"]),
        ("pointer", ButtonInput(0, 1, 1, 1, down=True), []),
        ("keyboard", WheelInput(0, 1, 1, 0, 120), ["the host takes no pointer from here"]),
        ("keyboard", PointerInput(0, 1, 1), []),
    ],
)
def test_what_the_host_cannot_do_is_said(may: str, message: Input, said: list[str]) -> None:
    heard: list[str] = []
    WindowInput(_controlled(may), heard.append).handle(message, heard.append)
    assert heard == said


def test_the_window_s_end_ends_control_only_where_nothing_else_needs_it() -> None:
    control = _controlled("keyboard")
    heard: list[str] = []
    window = WindowInput(control, heard.append)
    window.handle(ControlWish(on=True), heard.append)
    window.end()
    assert control.status.yours, "the session took it before"
    window.handle(ControlWish(on=True), heard.append)
    control.release()
    assert control.status.yours, "the window needs it"
    window.end()
    assert not control.status.yours


@pytest.mark.parametrize(("ago", "counts"), [(0.1, True), (60.0, False)])
def test_a_picture_long_after_a_click_is_not_its_effect(ago: float, counts: bool) -> None:
    heard: list[str] = []
    window = WindowInput(_controlled("pointer"), heard.append)
    clicked = time.monotonic() - ago
    window.handle(ButtonInput(clicked, 1, 1, 1, down=True), heard.append)
    window.handle(PointerInput(time.monotonic(), 2, 2), heard.append)
    window.announce(2)
    assert window.drawn() == (clicked if counts else None)


@pytest.mark.parametrize("outcome", [InputOutcome.BLOCKED, InputOutcome.DROPPED])
def test_what_the_host_did_not_do_is_said(outcome: InputOutcome, monkeypatch: pytest.MonkeyPatch) -> None:
    window = HostWindow("lab-01", Framebuffer(), _controlled("pointer"), lambda _event: None)
    heard: list[str] = []
    monkeypatch.setattr(window, "_say", heard.append)
    window.done(Done(1, InputOutcome.DONE))
    assert heard == []
    window.done(Done(1, outcome))
    assert heard
