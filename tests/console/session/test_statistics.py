"""The figures, each against its definition in docs/statistics.md."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskconsole.session.snapshot import Sample
from deskconsole.session.statistics import HISTORY, StatisticsMeter


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_new_meter_has_counted_nothing_and_saved_nothing() -> None:
    figures = StatisticsMeter(Clock()).snapshot()
    assert (figures.packets, figures.slices, figures.received) == (0, 0, 0)
    assert figures.saved_share is None
    assert figures.history == ()


def test_savings_are_against_the_last_refresh_and_against_raw() -> None:
    meter = StatisticsMeter(Clock())
    meter.announced("first frame")
    meter.refreshed(1000, 6000)
    meter.updated(3, 100, 6000)
    meter.updated(1, 50, 6000)
    figures = meter.snapshot()
    assert figures.saved_against_refreshes == (1000 - 100) + (1000 - 50)
    assert figures.saved_against_raw == (6000 - 1000) + (6000 - 100) + (6000 - 50)
    assert figures.packets == 3
    assert figures.updates == 2
    assert figures.slices == 5
    assert figures.refreshes == {"first frame": 1}


def test_a_trigger_counts_for_one_refresh_only() -> None:
    meter = StatisticsMeter(Clock())
    meter.announced("geometry change")
    meter.refreshed(10, 100)
    meter.refreshed(10, 100)
    assert meter.snapshot().refreshes == {"geometry change": 1, "unnamed": 1}


def test_rates_are_means_over_the_last_five_whole_seconds() -> None:
    clock = Clock()
    meter = StatisticsMeter(clock)
    for _ in range(10):
        meter.updated(2, 100, 1000)
        meter.received(100)
        clock.now += 1
    figures = meter.snapshot()
    assert (figures.updates_per_second, figures.slices_per_second, figures.bytes_per_second) == (1, 2, 100)
    clock.now += 5
    quiet = meter.snapshot()
    assert (quiet.updates_per_second, quiet.bytes_per_second) == (0, 0)


def test_seconds_in_which_nothing_came_are_in_the_history_too() -> None:
    clock = Clock()
    meter = StatisticsMeter(clock)
    meter.received(7)
    clock.now += 3
    assert meter.snapshot().history == (Sample(0, 0, 7), Sample(0, 0, 0), Sample(0, 0, 0))


@given(steps=st.lists(st.tuples(st.floats(0, 1000), st.integers(0, 10**9)), max_size=30))
def test_the_history_is_bounded_and_loses_nothing_within_its_span(steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    meter = StatisticsMeter(clock)
    total = 0
    for wait, count in steps:
        clock.now += wait
        meter.received(count)
        total += count
    clock.now += 1
    figures = meter.snapshot()
    assert figures.received == total
    assert len(figures.history) <= HISTORY
    if clock.now - 1000 < HISTORY:
        assert sum(sample.received for sample in figures.history) == total
