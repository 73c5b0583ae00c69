"""Control as the console keeps it: what is sent, what may be sent, and what becomes of it."""

from __future__ import annotations

import threading

import pytest

from deskconsole.common.errors import (
    ClipUnavailable,
    ControlNotAllowed,
    InputUnanswered,
)
from deskconsole.session.control_status import ControlSettings, ControlStatus
from deskconsole.session.host_control import LONGEST_TEXT, MOVES_OUT
from deskwire.clipboard import Clip, NoClip, PutClip, WantClip
from deskwire.control import (
    AllUp,
    Button,
    ChordName,
    Control,
    ControlState,
    Done,
    Effect,
    EndControl,
    InputOutcome,
    Key,
    Pointer,
    Typing,
    WantControl,
    Wheel,
)
from deskwire.errors import RemoteProtocolError
from deskwire.limits import MAX_CLIP, MAX_TYPED
from support.control_ground import MAY, ControlGround, asking


def test_nothing_is_sent_before_control_is_given() -> None:
    ground = ControlGround()
    assert ground.control.status == ControlStatus(ControlState.OFF, reason="not connected")
    ground.welcome()
    assert ground.control.key(0x1E, down=True, text="a") == 0
    assert ground.typed("a") == ground.control.point(1, 1) == ground.control.all_up() == 0
    assert ground.control.chord(ChordName.LOCK) == ground.control.wheel(1, 1, down=120) == 0
    assert ground.control.button(1, 1, 1, down=True) == 0
    ground.control.take()
    assert ground.control.status.state is ControlState.FREE
    assert ground.typed("a") == 0
    assert ground.sent == [WantControl()]


def test_inputs_bear_the_grant_and_numbers_from_one() -> None:
    ground = ControlGround().taken()
    control = ground.control
    assert control.status == ControlStatus(ControlState.YOURS, may=frozenset(MAY))
    assert control.key(0x1E, down=True, text="a") == 1
    assert control.key(0x1E, down=False) == 2
    assert control.button(3, 4, 1, down=True) == 3
    assert control.wheel(3, 4, down=120) == 4
    assert control.type("ab") == [5]
    assert control.all_up() == 6
    assert ground.sent == [
        Key(1, 1, 0x1E, True, "a"),
        Key(1, 2, 0x1E, False),
        Button(1, 3, 3, 4, 1, True),
        Wheel(1, 4, 3, 4, 0, 120),
        Typing(1, 5, "ab"),
        AllUp(1, 6),
    ]


def test_an_agent_that_does_not_know_control_is_never_asked_for_it() -> None:
    ground = ControlGround()
    ground.control.take()
    ground.welcome(speaks=(), may=())
    assert ground.sent == []
    assert ground.control.status.state is ControlState.OFF
    assert ground.control.status.reason == "the agent there only shows its desktop"


def test_an_agent_without_a_keyboard_gets_no_keys() -> None:
    ground = ControlGround()
    ground.welcome(may=("pointer",))
    ground.control.take()
    ground.yours()
    assert ground.control.key(0x1E, down=True) == ground.typed("a") == 0
    assert ground.control.point(1, 2) == 1


def test_a_host_whose_control_is_forbidden_is_not_asked() -> None:
    ground = ControlGround(ControlSettings(control="never"))
    ground.control.take(force=True)
    ground.welcome()
    ground.control.control(Control(ControlState.FREE))
    assert ground.sent == []
    assert ground.control.status.state is ControlState.OFF
    assert "hosts.toml" in ground.control.status.reason


def test_ask_in_the_settings_asks_the_person_at_the_host() -> None:
    ground = ControlGround(ControlSettings(control="ask"))
    ground.welcome()
    ground.control.take(force=True)
    assert ground.sent == [WantControl(force=True, ask=True)]
    ground.control.control(Control(ControlState.ASKING))
    ground.yours()
    assert [status.state for status in ground.told] == ["free", "asking", "yours"]


def test_control_that_was_lost_with_the_link_is_asked_for_again_but_not_by_force() -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.take(force=True)
    ground.yours(7)
    ground.typed("a")
    ground.control.ended()
    assert ground.typed("b") == 0
    ground.sent.clear()
    ground.welcome()
    ground.yours(1)
    assert ground.typed("c") == 1
    assert ground.sent == [WantControl(), Typing(1, 1, "c")]


@pytest.mark.parametrize("lost", [ControlState.FREE, ControlState.OTHER, ControlState.OFF])
def test_control_that_was_ended_at_the_host_is_not_asked_for_again(lost: ControlState) -> None:
    ground = ControlGround().taken()
    ground.control.control(Control(lost, holder="ben@desk", reason="ended at the host"))
    assert ground.typed("a") == 0
    ground.control.ended()
    ground.welcome()
    assert ground.sent == []


def test_given_back_before_it_came_it_stays_given_back() -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.take()
    ground.control.release()
    ground.yours()
    assert ground.control.status.state is ControlState.FREE
    assert ground.sent == [WantControl(), EndControl(), EndControl()]


def test_given_back_and_taken_again_at_once_it_is_asked_for_when_the_agent_has_ended_it() -> None:
    ground = ControlGround().taken()
    ground.control.release()
    ground.control.take()
    assert ground.sent == [EndControl()]
    ground.control.control(Control(ControlState.FREE))
    ground.yours(2)
    assert ground.typed("a") == 1
    assert ground.sent == [EndControl(), WantControl(), Typing(2, 1, "a")]


def test_given_back_while_the_person_is_asked_it_ends_when_it_comes() -> None:
    ground = ControlGround(ControlSettings(control="ask"))
    ground.welcome()
    ground.control.take()
    ground.control.control(Control(ControlState.ASKING))
    ground.control.release()
    ground.sent.clear()
    ground.yours()
    assert ground.sent == [EndControl()]
    assert ground.control.status.state is ControlState.FREE


def test_control_that_is_taken_by_force_is_ours_although_another_had_it_first() -> None:
    ground = ControlGround()
    ground.control.take(force=True)
    ground.welcome()
    ground.control.control(Control(ControlState.OTHER, holder="ben@desk"))
    ground.yours()
    assert ground.typed("a") == 1


def test_the_holder_is_told() -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.control(Control(ControlState.OTHER, holder="ben@desk"))
    assert ground.told[-1] == ControlStatus(ControlState.OTHER, "ben@desk", "", frozenset(MAY))


def test_a_slow_link_gets_fewer_moves_and_the_newest() -> None:
    ground = ControlGround().taken()
    for x in range(100):
        ground.control.point(x, 0)
    assert ground.sent == [Pointer(1, number + 1, number, 0) for number in range(MOVES_OUT)]
    ground.control.done(Done(1))
    assert ground.sent[MOVES_OUT:] == [Pointer(1, MOVES_OUT + 1, 99, 0)]


def test_a_move_goes_before_the_click_that_follows_it() -> None:
    ground = ControlGround().taken()
    for x in range(10):
        ground.control.point(x, 0)
    ground.control.button(9, 0, 1, down=True)
    assert ground.sent[-2:] == [Pointer(1, 5, 9, 0), Button(1, 6, 9, 0, 1, True)]


def test_a_long_text_goes_in_pieces() -> None:
    ground = ControlGround().taken()
    text = "é" * (2 * MAX_TYPED + 5)
    assert ground.control.type(text) == [1, 2, 3]
    pieces = [message.text for message in ground.sent if isinstance(message, Typing)]
    assert list(map(len, pieces)) == [MAX_TYPED, MAX_TYPED, 5]
    assert "".join(pieces) == text
    assert ground.typed("x" * (LONGEST_TEXT + 1)) == 0
    assert len(ground.sent) == 3


def test_keys_go_by_position_alone_where_the_settings_say_so() -> None:
    ground = ControlGround(ControlSettings(by_position=True)).taken()
    ground.control.key(0x15, down=True, text="z", dead=True)
    assert ground.sent == [Key(1, 1, 0x15, True)]


def test_held_until_it_goes_up_or_control_ends() -> None:
    ground = ControlGround().taken()
    assert not ground.control.held
    ground.control.key(0x1D, down=True)
    ground.control.button(1, 1, 1, down=True)
    ground.control.key(0x1D, down=False)
    assert ground.control.held
    ground.control.all_up()
    assert not ground.control.held
    ground.control.key(0x1D, down=True)
    ground.control.control(Control(ControlState.OTHER, holder="ben@desk"))
    assert not ground.control.held


def test_the_agent_cannot_give_control_that_was_not_asked_for() -> None:
    ground = ControlGround()
    ground.welcome()
    with pytest.raises(RemoteProtocolError, match="not asked for"):
        ground.yours()


def test_the_agent_cannot_give_control_again_that_it_has_ended() -> None:
    ground = ControlGround().taken()
    ground.control.control(Control(ControlState.FREE, reason="ended at the host"))
    with pytest.raises(RemoteProtocolError, match="not asked for"):
        ground.yours(2)


def test_a_grant_never_goes_down() -> None:
    ground = ControlGround().taken()
    ground.yours(5)
    with pytest.raises(RemoteProtocolError, match="grant 4 after 5"):
        ground.yours(4)


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


def test_who_waits_is_told_that_control_ended() -> None:
    ground = ControlGround().taken()
    number = ground.typed("a")
    thread, results = asking(lambda: ground.control.wait(number, 30).outcome)
    ground.control.ended()
    thread.join(10)
    assert results == [InputOutcome.DROPPED]


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
    thread.join(10)
    assert results == ["grüß"]
    thread, results = asking(lambda: ground.control.put_clip("x", 30))
    while len(ground.sent) < 2:
        pass
    assert ground.sent[1:] == [PutClip(1, 2, "x")]
    ground.control.done(Done(2))
    thread.join(10)
    assert results == [None]


def test_a_later_key_does_not_answer_for_the_clipboard() -> None:
    ground = ControlGround().taken()
    thread, results = asking(lambda: ground.control.put_clip("x", 30))
    while not ground.sent:
        pass
    ground.control.done(Done(ground.typed("a")))
    ground.control.no_clip(NoClip(1, "another program holds it"))
    thread.join(10)
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


def test_control_goes_back_with_the_last_claim_to_it() -> None:
    ground = ControlGround().taken()
    ground.control.take(claim="typing")
    ground.control.release("act")
    ground.control.release()
    ground.control.release()
    assert ground.control.status.yours
    assert ground.sent == []
    ground.control.release("typing")
    assert ground.sent == [EndControl()]
    assert ground.control.status.state is ControlState.FREE


@pytest.mark.parametrize("lost", [ControlState.OTHER, ControlState.FREE, ControlState.REFUSED])
def test_control_that_the_host_ended_leaves_no_claim(lost: ControlState) -> None:
    ground = ControlGround().taken()
    ground.control.take(claim="typing")
    ground.control.control(Control(lost))
    ground.control.take(claim="act")
    ground.yours(2)
    ground.sent.clear()
    ground.control.release("act")
    assert ground.sent == [EndControl()]


def test_claims_last_over_a_lost_link() -> None:
    ground = ControlGround().taken()
    ground.control.take(claim="typing")
    ground.control.ended()
    ground.welcome()
    ground.yours()
    ground.control.release()
    assert ground.control.status.yours


def test_a_session_that_ended_does_not_ask_for_control_when_it_begins_again() -> None:
    ground = ControlGround().taken()
    ground.control.take(claim="window")
    ground.control.release_all()
    ground.control.ended()
    ground.sent.clear()
    ground.welcome()
    assert ground.sent == []


def test_observers_hear_changes_in_their_order_whatever_they_do() -> None:
    ground = ControlGround()

    def give_back(status: ControlStatus) -> None:
        if status.yours:
            ground.control.release()

    told: list[ControlStatus] = []
    ground.control.observe(give_back)
    ground.control.observe(told.append)
    ground.taken()
    assert [status.state for status in told] == [ControlState.FREE, ControlState.YOURS, ControlState.FREE]


def test_control_given_back_while_its_grant_is_told_stays_given_back() -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.take()
    blocked, heard = threading.Event(), threading.Event()

    def hear(status: ControlStatus) -> None:
        if status.yours:
            heard.set()
            blocked.wait(5)

    ground.control.observe(hear)
    link = threading.Thread(target=ground.yours)
    link.start()
    heard.wait(5)
    ground.control.release()
    blocked.set()
    link.join()
    assert ground.control.status.state is ControlState.FREE
    assert ground.told[-1] == ground.control.status


def test_taken_by_force_after_a_question_it_tells_from_whom() -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.control(Control(ControlState.OTHER, holder="ben@desk"))
    ground.control.take(force=True)
    ground.control.control(Control(ControlState.ASKING))
    ground.yours()
    assert ground.control.status.taken_from == "ben@desk"


def test_taken_by_force_from_a_console_that_had_left_it_is_taken_from_none() -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.control(Control(ControlState.OTHER, holder="ben@desk"))
    ground.control.take(force=True)
    ground.control.control(Control(ControlState.FREE))
    ground.yours()
    assert ground.control.status.taken_from == ""


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
