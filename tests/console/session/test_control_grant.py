"""The permission to act on a host: asked for, given, taken by another, given back."""

from __future__ import annotations

import threading

import pytest

from deskconsole.session.control_status import ControlSettings, ControlStatus
from deskwire.control import (
    Control,
    ControlState,
    EndControl,
    Typing,
    WantControl,
)
from deskwire.errors import RemoteProtocolError
from support.control_ground import MAY, ControlGround


def test_an_agent_that_does_not_know_control_is_never_asked_for_it() -> None:
    ground = ControlGround()
    ground.control.take()
    ground.welcome(speaks=(), may=())
    assert ground.sent == []
    assert ground.control.status.state is ControlState.OFF
    assert ground.control.status.reason == "the agent there only shows its desktop"


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


def test_control_that_is_wanted_before_there_is_a_link_is_asked_for_without_force() -> None:
    ground = ControlGround()
    ground.control.take(force=True)
    ground.welcome()
    assert ground.sent == [WantControl()]


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


_FREE = Control(ControlState.FREE)
_ASKING = Control(ControlState.ASKING)
_OTHER = Control(ControlState.OTHER, holder="ben@desk")


@pytest.mark.parametrize(
    "decision",
    [
        [Control(ControlState.YOURS, 1), _FREE],
        [_ASKING, Control(ControlState.YOURS, 1), _FREE],
        [_ASKING, _FREE],
        [_FREE],
        [_OTHER],
        [Control(ControlState.REFUSED, reason="the person said no")],
        [_ASKING, Control(ControlState.REFUSED, reason="the person said no")],
        [Control(ControlState.OFF, reason="the policy")],
    ],
    ids=lambda decision: " ".join(one.state for one in decision),
)
@pytest.mark.parametrize("taken_after", range(4))
def test_taken_and_given_back_and_taken_within_a_round_trip_it_is_asked_for_again_and_comes(
    decision: list[Control], taken_after: int
) -> None:
    """`taken_after`: so many of the agent's messages come before the second wish."""
    ground = ControlGround()
    ground.welcome()
    ground.control.take()
    ground.control.release()
    for number, message in enumerate(decision):
        if number == taken_after:
            ground.control.take(force=True, claim="typing")
            ground.control.take()
        assert [one for one in ground.sent if one != EndControl()] == [WantControl()]
        ground.control.control(message)
    if taken_after >= len(decision):
        ground.control.take(force=True, claim="typing")
    assert [one for one in ground.sent if one != EndControl()] == [WantControl(), WantControl(force=True)]
    assert ground.control.status.state is not ControlState.REFUSED or taken_after >= len(decision)
    ground.yours(2)
    assert ground.typed("a") == 1
    assert "typing" in ground.control.status.claims


def test_given_back_twice_before_the_agent_has_decided_it_stays_given_back() -> None:
    ground = ControlGround()
    ground.welcome()
    for _ in range(2):
        ground.control.take()
        ground.control.release()
    ground.yours()
    ground.control.control(_FREE)
    assert ground.sent == [WantControl(), EndControl(), EndControl()]


def test_a_second_claim_sends_no_second_request() -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.take()
    ground.control.take(claim="typing")
    assert ground.sent == [WantControl()]
    ground.control.control(Control(ControlState.FREE, reason="ended at the host"))
    ground.control.take(claim="window")
    assert ground.sent == [WantControl(), WantControl()]


def test_news_of_another_console_that_are_older_than_the_wish_take_no_claim_away() -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.take(claim="window")
    ground.control.control(_OTHER)
    ground.control.take(claim="typing")
    ground.yours()
    assert ground.control.status.claims == {"window", "typing"}


def test_the_answer_that_another_console_acts_ends_the_claim() -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.control(_OTHER)
    ground.control.take(claim="window")
    ground.control.control(_OTHER)
    ground.control.take(force=True, claim="typing")
    ground.yours()
    assert ground.control.status.claims == {"typing"}


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


def test_an_observer_that_fails_keeps_nothing_from_the_others() -> None:
    ground = ControlGround()
    told: list[ControlStatus] = []

    def fail(_status: ControlStatus) -> None:
        raise ValueError("a fault")

    ground.control.observe(fail)
    ground.control.observe(told.append)
    ground.taken()
    assert [status.state for status in told] == [ControlState.FREE, ControlState.YOURS]


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


@pytest.mark.parametrize(
    ("meanwhile", "taken_from"),
    [
        pytest.param(ControlState.ASKING, "ben@desk", id="asked"),
        pytest.param(ControlState.FREE, "", id="left"),
    ],
)
def test_taken_by_force_it_tells_from_whom_unless_that_console_has_left(
    meanwhile: ControlState, taken_from: str
) -> None:
    ground = ControlGround()
    ground.welcome()
    ground.control.control(Control(ControlState.OTHER, holder="ben@desk"))
    ground.control.take(force=True)
    ground.control.control(Control(meanwhile))
    ground.yours()
    assert ground.control.status.taken_from == taken_from
