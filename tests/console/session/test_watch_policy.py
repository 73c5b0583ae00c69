"""How closely a host is looked at: while somebody looks, a little longer, and for a glance."""

from __future__ import annotations

from deskconsole.session.watch_policy import GRACE, WatchPolicy
from deskwire.messages import WatchMode


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_close_while_somebody_looks_and_for_a_short_grace_after() -> None:
    clock, looking = Clock(), False
    attention = WatchPolicy(lambda: looking, clock)
    assert attention.wanted().mode is WatchMode.PREVIEW
    looking = True
    assert attention.wanted().mode is WatchMode.FULL
    looking = False
    clock.now += GRACE - 0.1
    assert attention.wanted().mode is WatchMode.FULL
    clock.now += 0.2
    assert attention.wanted().mode is WatchMode.PREVIEW


def test_a_glance_ends_by_itself_and_never_shortens_a_longer_one() -> None:
    clock = Clock()
    attention = WatchPolicy(lambda: False, clock)
    attention.glance(10)
    attention.glance(1)
    clock.now += 9
    assert attention.wanted().mode is WatchMode.FULL
    clock.now += 2
    assert attention.wanted().mode is WatchMode.PREVIEW


def test_the_pace_is_what_the_agent_is_told() -> None:
    attention = WatchPolicy(lambda: False)
    attention.pace(interval=7.5, rate=40_000)
    assert attention.wanted().interval == 7.5
    attention.glance(1)
    assert attention.wanted().rate == 40_000
