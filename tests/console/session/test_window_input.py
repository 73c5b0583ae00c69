"""The input of a window: what its user reads about what the host did not do."""

from __future__ import annotations

import queue
import threading
from unittest.mock import Mock

import pytest

from deskconsole.picture.framebuffer import Framebuffer
from deskconsole.session import host_window
from deskconsole.session.host_window import HostWindow
from deskconsole.session.window_input import WindowInput, who_controls
from deskconsole.viewer.keys import refusal
from deskconsole.viewer.messages import (
    ButtonInput,
    ClipOffer,
    ControlWish,
    Input,
    KeyInput,
    PointerInput,
    Released,
    WheelInput,
)
from deskwire.control import AllUp, ControlState, Done, EndControl, InputOutcome, WantControl
from support.control_ground import ControlGround


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
    WindowInput(ControlGround().taken(may).control, heard.append).handle(message, heard.append)
    assert heard == said


def test_the_window_s_end_ends_control_only_where_nothing_else_needs_it() -> None:
    control = ControlGround().taken().control
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


@pytest.mark.parametrize("force", [False, True])
def test_a_wish_of_the_window_without_a_link_is_refused_and_forgotten(force: bool) -> None:
    ground = ControlGround()
    heard: list[str] = []
    WindowInput(ground.control, heard.append).handle(ControlWish(on=True, force=force), heard.append)
    assert heard == ["no control while the host is not connected: press it again when it is"]
    ground.welcome()
    assert ground.sent == []


def _acting() -> ControlGround:
    ground = ControlGround().taken()
    ground.clock.now += 10
    return ground


@pytest.mark.parametrize(("ago", "counts"), [(0.1, True), (5.0, False)])
def test_a_picture_long_after_a_click_is_not_its_effect(ago: float, counts: bool) -> None:
    ground, heard = _acting(), list[str]()
    window = WindowInput(ground.control, heard.append)
    clicked = ground.clock.now - ago
    window.handle(ButtonInput(clicked, 1, 1, 1, down=True), heard.append)
    window.handle(PointerInput(ground.clock.now, 2, 2), heard.append)
    ground.draw(effect_of=2)
    assert ground.control.shown_press_at == (clicked if counts else None)


def test_an_answer_that_comes_at_once_counts_from_the_press_in_the_window() -> None:
    """The host answers before the call that sent the key has returned."""
    ground, heard = _acting(), list[str]()
    ground.sending = lambda: ground.draw(effect_of=1)
    pressed = ground.clock.now - 0.05
    WindowInput(ground.control, heard.append).handle(KeyInput(pressed, 30, down=True), heard.append)
    assert ground.control.shown_press_at == pressed
    assert ground.control.round_trips.shown_p50 == pytest.approx(0.05)


def test_a_key_that_repeats_is_no_press_whose_effect_is_measured() -> None:
    ground, heard = _acting(), list[str]()
    window = WindowInput(ground.control, heard.append)
    window.handle(KeyInput(ground.clock.now - 9, 30, down=True), heard.append)
    window.handle(KeyInput(ground.clock.now, 30, down=True, repeat=True), heard.append)
    ground.draw(effect_of=2)
    assert ground.control.shown_press_at is None


@pytest.mark.parametrize("outcome", [InputOutcome.BLOCKED, InputOutcome.DROPPED])
def test_what_the_host_did_not_do_is_said(outcome: InputOutcome, monkeypatch: pytest.MonkeyPatch) -> None:
    window = HostWindow("lab-01", Framebuffer(), ControlGround().taken().control, lambda _event: None)
    heard: list[str] = []
    monkeypatch.setattr(window, "say", heard.append)
    window.done(Done(1, InputOutcome.DONE))
    assert heard == []
    window.done(Done(1, outcome))
    assert heard


@pytest.mark.parametrize(("fault", "sent"), [("", [WantControl()]), ("that needs a console on Linux", [])])
def test_a_window_wanted_with_control_and_then_without_it_takes_control_if_it_could_use_it(
    monkeypatch: pytest.MonkeyPatch, fault: str, sent: list[WantControl]
) -> None:
    monkeypatch.setattr(host_window, "control_fault", lambda: fault)
    ground = ControlGround()
    ground.welcome()
    framebuffer = Framebuffer()
    framebuffer.reset(4, 4)
    opening, opened = threading.Event(), threading.Event()

    class SlowViewer(Mock):
        alive = True

        def __init__(self, *_arguments: object, **_options: object) -> None:
            super().__init__()
            opening.wait(10)

    monkeypatch.setattr(host_window, "Viewer", SlowViewer)
    window = HostWindow("lab-01", framebuffer, ground.control, lambda _event: opened.set())
    heard: list[str] = []
    monkeypatch.setattr(window, "say", heard.append)
    window.want(fullscreen=False, control=True)
    window.want(fullscreen=False)
    opening.set()
    assert opened.wait(60)
    assert ground.sent == sent
    assert heard == ([refusal(fault)] if fault else [])


@pytest.mark.parametrize(
    ("claim", "acts"), [("window", True), ("session", True), ("typing", False), ("act 1", False)]
)
def test_the_window_acts_only_where_it_or_the_whole_host_was_taken(claim: str, acts: bool) -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.take(claim=claim)
    ground.yours()
    assert (who_controls(ground.told[-1], notify=True).state is ControlState.YOURS) is acts


def test_the_window_begins_to_act_beside_the_type_mode_and_ends_before_it() -> None:
    ground, heard = ControlGround(), list[str]()
    ground.welcome()
    ground.control.take(claim="typing")
    ground.yours()
    window = WindowInput(ground.control, heard.append)
    states = []
    for on in (True, False):
        window.handle(ControlWish(on=on), heard.append)
        states.append(who_controls(ground.told[-1], notify=True).state)
    assert states == [ControlState.YOURS, ControlState.FREE]
    assert ground.control.status.yours, "the type mode needs it"


def test_the_window_s_host_key_gives_back_what_was_taken_for_the_whole_host() -> None:
    ground, heard = ControlGround().taken(), list[str]()
    WindowInput(ground.control, heard.append).handle(ControlWish(on=False), heard.append)
    assert ground.sent == [EndControl()]


def test_a_drag_and_a_ctrl_stay_down_while_the_pointer_moves_for_long() -> None:
    ground, heard = _acting(), list[str]()
    window = WindowInput(ground.control, heard.append)
    window.handle(KeyInput(0, 29, down=True), heard.append)
    window.handle(ButtonInput(0, 1, 1, 1, down=True), heard.append)
    for x in range(30):
        ground.clock.now += 0.1
        window.handle(PointerInput(ground.clock.now, x, 1), heard.append)
        assert ground.control.held


def test_strokes_of_the_type_mode_do_not_keep_down_what_a_frozen_window_left() -> None:
    ground, heard = _acting(), list[str]()
    ground.control.take(claim="typing")
    WindowInput(ground.control, heard.append).handle(KeyInput(0, 29, down=True), heard.append)
    for _ in range(13):
        assert ground.control.held
        ground.clock.now += 0.1
        for down in (True, False):
            ground.control.key(30, down=down, text="a")
    assert not ground.control.held
    assert isinstance(ground.sent[-1], AllUp)


@pytest.mark.parametrize("key_first", [True, False])
def test_what_the_window_held_goes_up_where_the_type_mode_keeps_control(key_first: bool) -> None:
    """The key may also pass the end of the window's claim: then the window's own release is the last word."""
    ground, heard = _acting(), list[str]()
    control, window = ground.control, WindowInput(ground.control, heard.append)
    control.take(claim="typing")
    if key_first:
        window.handle(KeyInput(0, 29, down=True), heard.append)
        control.release()
    else:
        control.release()
        control.key(29, down=True)
        window.handle(Released(), heard.append)
    assert isinstance(ground.sent[-1], AllUp)
    assert control.status.yours
    assert not control.held


def test_a_window_that_does_not_act_sends_nothing() -> None:
    ground, heard = ControlGround(), list[str]()
    ground.welcome()
    ground.control.take(claim="typing")
    ground.yours()
    ground.control.key(30, down=True)
    ground.sent.clear()
    window = WindowInput(ground.control, heard.append)
    window.handle(KeyInput(0, 31, down=True), heard.append)
    window.end()
    assert ground.sent == []
    assert ground.control.held


def test_a_fault_at_the_clipboard_is_said_without_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    ground, said = ControlGround().taken(), queue.SimpleQueue[str]()

    def fail(text: str, timeout: float) -> None:
        raise ValueError(text)

    monkeypatch.setattr(ground.control, "put_clip", fail)
    WindowInput(ground.control, said.put).handle(ClipOffer("a secret"), said.put)
    assert said.get(timeout=60) == "the console failed at the clipboard: ValueError"


def test_a_clipboard_whose_link_is_lost_says_what_to_do() -> None:
    ground, said = ControlGround().taken(), queue.SimpleQueue[str]()
    ground.sending = ground.control.ended
    WindowInput(ground.control, said.put).handle(ClipOffer("x"), said.put)
    assert said.get(timeout=60).endswith("it may have been done. Look at the host before it is done again.")
