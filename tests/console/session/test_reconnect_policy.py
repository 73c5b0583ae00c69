"""When to try again."""

from __future__ import annotations

import random

import pytest

from deskconsole.common.errors import (
    AddressError,
    AuthenticationFailed,
    ConnectionLost,
    Damaged,
    DeployError,
    DeskconsoleError,
    HostKeyError,
    LaunchError,
    ProtocolViolation,
    Refused,
    Stale,
    UnsupportedHost,
)
from deskconsole.session.reconnect_policy import (
    OFF_FIRST,
    OFF_LONGEST,
    AttemptOutcome,
    Backoff,
    Fail,
    ReconnectPolicy,
    Retry,
    is_off,
    worth_retrying,
)


def test_waiting_doubles_up_to_half_a_minute_and_is_jittered() -> None:
    delays = [Backoff(random.Random(seed)).next_delay() for seed in range(20)]
    assert len(set(delays)) > 10, "sessions that were cut together would come back together"
    backoff = Backoff(random.Random(1))
    row = [backoff.next_delay() for _ in range(12)]
    assert row[0] < 0.5
    assert all(20 < delay < 40 for delay in row[8:])


def test_a_host_that_is_off_for_a_week_is_still_tried() -> None:
    backoff = Backoff(random.Random(1))
    assert max(backoff.next_delay() for _ in range(20_000)) < 40


def test_a_success_restarts_the_pauses() -> None:
    backoff = Backoff(random.Random(1))
    for _ in range(6):
        backoff.next_delay()
    backoff.succeeded()
    assert backoff.next_delay() < 0.5


@pytest.mark.parametrize("kind", [AddressError, ConnectionLost, Stale, LaunchError])
def test_what_may_pass_by_itself_is_tried_again(kind: type[DeskconsoleError]) -> None:
    assert worth_retrying(kind("x"))


@pytest.mark.parametrize(
    "kind",
    [AuthenticationFailed, HostKeyError, DeployError, UnsupportedHost, ProtocolViolation, Refused],
)
def test_what_somebody_has_to_mend_is_not(kind: type[DeskconsoleError]) -> None:
    assert not worth_retrying(kind("x"))


@pytest.mark.parametrize(
    ("kind", "off"),
    [
        (AddressError, True),
        (AuthenticationFailed, False),
        (HostKeyError, False),
        (ConnectionLost, False),
        (DeployError, False),
        (UnsupportedHost, False),
    ],
)
def test_only_a_host_that_was_not_reached_counts_as_off(kind: type[DeskconsoleError], *, off: bool) -> None:
    assert is_off(kind("x")) is off


def test_a_host_that_is_off_is_tried_each_minute_and_later_every_five() -> None:
    backoff = Backoff(random.Random(1), first=OFF_FIRST, longest=OFF_LONGEST)
    row = [backoff.next_delay() for _ in range(200)]
    assert 45 <= row[0] <= 75
    assert all(225 <= delay <= 375 for delay in row[3:])


OFF = AttemptOutcome(AddressError("no answer"))
CUT = AttemptOutcome(ConnectionLost("cut"), bringing_up=True)
LOST = AttemptOutcome(ConnectionLost("cut"), streamed=3.0)
HUNG = AttemptOutcome(Stale("silent"), reused=True)
DAMAGED = AttemptOutcome(Damaged("a file is missing"))
REFUSED = AttemptOutcome(Refused("8 newer consoles"), streamed=3.0)
WAITED = AttemptOutcome(ConnectionLost("cut"), waited=True)


@pytest.mark.parametrize(
    ("outcomes", "patient", "decided"),
    [
        ([OFF], False, "fail"),
        ([OFF, OFF], True, "slowly 1, slowly 2"),
        ([LOST, OFF, OFF], True, "soon 1, soon 2, soon 3"),
        ([LOST, CUT, LOST], False, "soon 1, soon 2, soon 1"),
        ([WAITED, OFF], True, "soon 1, soon 2"),
        ([CUT] * 8 + [CUT], False, "soon 1, soon 2, soon 3, soon 4, soon 5, soon 6, soon 7, soon 8, fail"),
        ([DAMAGED, DAMAGED], False, "soon 1, fail"),
        ([HUNG, HUNG], False, "soon 1, fail"),
        ([REFUSED], False, "fail"),
        ([LOST, REFUSED], False, "soon 1, fail"),
    ],
    ids=["off", "off, patient", "lost, then off", "each outage counts by itself", "waited for a log-on",
         "eight cuts", "damaged twice", "hung twice", "refused", "refused later"],
)  # fmt: skip
def test_what_follows_an_attempt(outcomes: list[AttemptOutcome], patient: bool, decided: str) -> None:
    policy = ReconnectPolicy(patient=patient, rng=random.Random(1))
    told = []
    for outcome in outcomes:
        decision = policy.after(outcome)
        if isinstance(decision, Retry):
            told.append(f"{'slowly' if decision.unreachable else 'soon'} {decision.attempt}")
            assert decision.unreachable == (decision.delay >= 45)
        else:
            assert isinstance(decision, Fail)
            told.append("fail")
    assert ", ".join(told) == decided


def test_an_agent_that_hangs_is_replaced_once() -> None:
    policy = ReconnectPolicy()
    assert policy.reuse
    policy.after(HUNG)
    assert not policy.reuse
    policy.after(LOST)
    assert policy.reuse


def test_a_stream_that_was_stable_begins_the_waits_again() -> None:
    policy = ReconnectPolicy(rng=random.Random(1))
    for _ in range(6):
        policy.after(LOST)
    stable = policy.after(AttemptOutcome(ConnectionLost("cut"), streamed=60.0))
    assert isinstance(stable, Retry)
    assert stable.delay < 0.5
