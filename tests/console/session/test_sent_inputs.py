"""Inputs that were sent are done, blocked, seen, or never answered."""

from __future__ import annotations

import pytest

from deskconsole.common.errors import (
    ClipUnavailable,
    ConnectionLost,
    ControlBusy,
    ControlNotAllowed,
    ControlRefused,
    InputUnanswered,
)
from deskwire.clipboard import Clip, NoClip, PutClip, WantClip
from deskwire.control import (
    Control,
    ControlState,
    Done,
    Effect,
    InputOutcome,
)
from deskwire.errors import RemoteProtocolError
from deskwire.limits import MAX_CLIP
from support.control_ground import ControlGround, asking


def test_answers_to_inputs_never_sent_break_the_protocol() -> None:
    ground = ControlGround().taken()
    ground.typed("a")
    with pytest.raises(RemoteProtocolError, match="input 2"):
        ground.control.done(Done(2))
    with pytest.raises(RemoteProtocolError, match="input 3"):
        ground.control.effect(Effect(3))
    with pytest.raises(RemoteProtocolError, match="input 4"):
        ground.control.clip(Clip(4, "x"))
    with pytest.raises(RemoteProtocolError, match="input 5"):
        ground.control.no_clip(NoClip(5, "x"))


def test_waiting_tells_when_it_was_done_and_when_it_was_seen() -> None:
    ground = ControlGround().taken()
    number = ground.typed("a")
    ground.clock.now += 0.25
    ground.control.done(Done(number))
    ground.draw()
    assert ground.control.wait(number, 0).effect is None
    ground.clock.now += 0.25
    ground.control.effect(Effect(number))
    ground.draw()
    result = ground.control.wait(number, 0, effect=5)
    assert (result.outcome, result.done, result.effect) == (InputOutcome.DONE, 0.25, 0.5)


def test_waiting_for_what_the_agent_does_not_answer_ends() -> None:
    ground = ControlGround().taken()
    with pytest.raises(InputUnanswered):
        ground.control.wait(ground.typed("a"), 0.01)
    with pytest.raises(ControlNotAllowed):
        ground.control.wait(0, 0.01)


_ENDS = [
    (None, InputUnanswered, ConnectionLost, "the link was lost"),
    (Control(ControlState.OTHER, holder="ben@desk", reason="x"), ControlBusy, ControlBusy, "ben@desk took"),
    (Control(ControlState.FREE, reason="ended at the host"), ControlRefused, ControlRefused, "at the host"),
    (Control(ControlState.OFF, reason="the policy"), ControlNotAllowed, ControlNotAllowed, "the policy"),
]


@pytest.mark.parametrize(("end", "sent", "unsent", "said"), _ENDS)
@pytest.mark.parametrize("what", ["text", "clip"])
def test_who_waits_is_told_why_control_ended(
    what: str, end: Control | None, sent: type[Exception], unsent: type[Exception], said: str
) -> None:
    ground = ControlGround().taken()
    control = ground.control

    def act() -> object:
        return control.wait(ground.typed("a"), 30) if what == "text" else control.fetch_clip(30)

    thread, results = asking(act)
    while not ground.sent:
        pass
    if end is None:
        control.ended()
    else:
        control.control(end)
    thread.join(60)
    assert type(results[0]) is sent
    assert said in str(results[0])
    with pytest.raises(unsent, match=said):
        act()


@pytest.mark.parametrize(
    "reason", ["the policy of this host does not allow the clipboard", "this agent has no clipboard"]
)
def test_a_clipboard_that_the_host_does_not_allow_is_no_fault_of_the_text(reason: str) -> None:
    ground = ControlGround().taken()
    thread, results = asking(lambda: ground.control.put_clip("x", 30))
    while not ground.sent:
        pass
    ground.control.no_clip(NoClip(1, reason))
    thread.join(60)
    assert isinstance(results[0], ControlNotAllowed)
    assert reason in str(results[0])


def test_an_agent_that_knows_no_clipboard_is_not_asked() -> None:
    ground = ControlGround()
    ground.welcome(speaks=("control",))
    ground.control.take()
    ground.yours()
    ground.sent.clear()
    with pytest.raises(ControlNotAllowed, match="the host's agent has no clipboard"):
        ground.control.put_clip("x", 1)
    assert not ground.sent


def test_a_blocked_input_says_why() -> None:
    ground = ControlGround().taken()
    first, second = ground.typed("a"), ground.typed("b")
    ground.control.done(Done(second, InputOutcome.BLOCKED, "the screen is locked"))
    assert ground.control.wait(first, 0).outcome is InputOutcome.DONE
    result = ground.control.wait(second, 0)
    assert (result.outcome, result.reason) == (InputOutcome.BLOCKED, "the screen is locked")


def test_the_clipboard_goes_both_ways() -> None:
    ground = ControlGround().taken()
    thread, results = asking(lambda: ground.control.fetch_clip(30))
    while not ground.sent:
        pass
    assert ground.sent == [WantClip(1, 1)]
    ground.control.clip(Clip(1, "grüß"))
    thread.join(60)
    assert results == ["grüß"]
    thread, results = asking(lambda: ground.control.put_clip("x", 30))
    while len(ground.sent) < 2:
        pass
    assert ground.sent[1:] == [PutClip(1, 2, "x")]
    ground.control.done(Done(2))
    thread.join(60)
    assert results == [None]


def test_a_later_key_does_not_answer_for_the_clipboard() -> None:
    ground = ControlGround().taken()
    thread, results = asking(lambda: ground.control.put_clip("x", 30))
    while not ground.sent:
        pass
    ground.control.done(Done(ground.typed("a")))
    ground.control.no_clip(NoClip(1, "another program holds it"))
    thread.join(60)
    assert isinstance(results[0], ClipUnavailable)
    assert "another program holds it" in str(results[0])


def test_a_text_over_the_limit_is_refused_before_it_is_sent() -> None:
    ground = ControlGround().taken()
    with pytest.raises(ClipUnavailable, match="at most 64,000"):
        ground.control.put_clip("x" * (MAX_CLIP + 1), 1)
    assert ground.sent == []


def test_the_clipboard_needs_control() -> None:
    ground = ControlGround()
    ground.welcome()
    with pytest.raises(ControlNotAllowed):
        ground.control.fetch_clip(1)


def test_round_trips_are_those_of_presses_while_the_host_was_quiet() -> None:
    ground = ControlGround().taken()
    for milliseconds in range(1, 51):
        ground.clock.now += 1
        ground.control.key(0x1E, down=True, text="a")
        number = ground.control.key(0x1E, down=False)
        ground.clock.now += milliseconds / 1000
        ground.control.done(Done(number))
        ground.clock.now += milliseconds / 1000
        ground.control.effect(Effect(number))
        ground.draw()
    trips = ground.control.round_trips
    assert trips.shown_p50 == pytest.approx(0.05)
    assert trips.shown_p95 == pytest.approx(0.096)
    # The last 50 inputs are the last 25 presses with their releases.
    assert trips.done_p50 == pytest.approx(0.038)
    for _ in range(60):  # A film: nothing of it is the effect of a key.
        ground.clock.now += 0.04
        ground.draw()
        ground.control.effect(Effect(ground.typed("b")))
        ground.clock.now += 0.04
        ground.draw()
    assert ground.control.round_trips.shown_p50 == trips.shown_p50


def test_a_key_is_not_answered_by_the_clipboard() -> None:
    ground = ControlGround().taken()
    number = ground.control.key(0x1E, down=True, text="a")
    with pytest.raises(RemoteProtocolError):
        ground.control.clip(Clip(number, "text"))
    with pytest.raises(RemoteProtocolError):
        ground.control.no_clip(NoClip(number, "no"))


def test_a_text_of_the_clipboard_comes_once() -> None:
    ground = ControlGround().taken()
    thread, results = asking(lambda: ground.control.fetch_clip(5))
    while not ground.sent:
        thread.join(0.001)
    ground.control.clip(Clip(1, "first"))
    with pytest.raises(RemoteProtocolError):
        ground.control.clip(Clip(1, "second"))
    thread.join()
    assert results == ["first"]


def test_a_click_without_effect_is_not_shown_by_a_move_a_minute_later() -> None:
    ground = ControlGround().taken()
    ground.clock.now += 10
    ground.control.button(1, 1, 1, down=True)
    ground.control.done(Done(1))
    ground.clock.now += 60
    ground.control.effect(Effect(ground.control.point(2, 2)))
    ground.draw()
    assert ground.control.round_trips.shown_p50 is None
