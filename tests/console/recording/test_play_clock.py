"""The moment that is shown: it runs, stands, jumps, and is fast or slow, within the recording."""

from __future__ import annotations

import math

from deskconsole.recording.chunk import SECOND
from deskconsole.recording.play_clock import FASTEST, SLOWEST, PlayClock


def test_it_runs_to_the_end_and_no_further() -> None:
    clock = PlayClock(SECOND, 10 * SECOND, 1, 100)
    assert [clock.at(now) for now in (100, 102.5, 109, 200)] == [SECOND, 3_500_000, 10 * SECOND, 10 * SECOND]
    assert clock.wait(5 * SECOND, 102) == 2


def test_it_stands_and_runs_on_from_there() -> None:
    clock = PlayClock(0, 10 * SECOND, 1, 100)
    clock.pause(103, on=True)
    assert clock.at(150) == 3 * SECOND
    assert clock.wait(5 * SECOND, 150) == math.inf
    clock.pause(150, on=False)
    assert clock.at(151) == 4 * SECOND


def test_another_speed_counts_from_now_on() -> None:
    clock = PlayClock(0, 100 * SECOND, 1, 0)
    clock.change_speed(4, 10)
    assert clock.at(12) == 18 * SECOND
    assert clock.wait(20 * SECOND, 12) == 0.5
    for factor, bound in ((1000, FASTEST), (1e-6, SLOWEST)):
        clock.change_speed(factor, 12)
        assert clock.speed == bound
    assert clock.at(12) == 18 * SECOND


def test_it_jumps_within_the_recording() -> None:
    clock = PlayClock(0, 10 * SECOND, 2, 0)
    for wanted, reached in ((-5, 0), (7, 7), (70, 10)):
        clock.jump(wanted * SECOND, 5)
        assert clock.at(5) == reached * SECOND
