"""How closely a host is looked at: while it is watched, a little longer, and for a set time."""

from __future__ import annotations

from deskconsole.session.watch_policy import GRACE, WatchPolicy
from deskwire.messages import WatchMode


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_close_while_somebody_looks_and_for_a_short_grace_after() -> None:
    clock, watched = Clock(), False
    policy = WatchPolicy(lambda: watched, clock)
    assert policy.wanted().mode is WatchMode.PREVIEW
    watched = True
    assert policy.wanted().mode is WatchMode.FULL
    watched = False
    clock.now += GRACE - 0.1
    assert policy.wanted().mode is WatchMode.FULL
    clock.now += 0.2
    assert policy.wanted().mode is WatchMode.PREVIEW


def test_a_set_time_ends_by_itself_and_never_shortens_a_longer_one() -> None:
    clock = Clock()
    policy = WatchPolicy(lambda: False, clock)
    policy.full_for(10)
    policy.full_for(1)
    clock.now += 9
    assert policy.wanted().mode is WatchMode.FULL
    clock.now += 2
    assert policy.wanted().mode is WatchMode.PREVIEW


def test_the_pace_is_what_the_agent_is_told() -> None:
    policy = WatchPolicy(lambda: False)
    policy.pace(interval=7.5, rate=40_000)
    assert policy.wanted().interval == 7.5
    policy.full_for(1)
    assert policy.wanted().rate == 40_000
