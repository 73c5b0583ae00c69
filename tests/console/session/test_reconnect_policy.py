"""When to try again."""

from __future__ import annotations

import random

import pytest

from deskconsole.common.errors import (
    AddressError,
    AuthenticationFailed,
    ConnectionLost,
    DeployError,
    DeskconsoleError,
    HostKeyError,
    LaunchError,
    ProtocolViolation,
    Refused,
    Stale,
    UnsupportedHost,
)
from deskconsole.session.reconnect_policy import OFF_FIRST, OFF_LONGEST, Backoff, is_off, worth_retrying


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


def test_a_success_begins_anew() -> None:
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
