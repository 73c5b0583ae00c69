"""The figures, each against its definition in docs/statistics.md."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskconsole.session.snapshot import Sample
from deskconsole.session.statistics import HISTORY, StatisticsMeter
from deskwire.geometry import Rectangle
from deskwire.packet import Packet, Slice, encode_packet


def refresh(size: int) -> Packet:
    """A refresh of 50 x 40 pixels (6,000 bytes uncompressed) with `size` bytes on the wire."""
    return Packet(True, (Slice(Rectangle(0, 0, 50, 40), bytes(size - 40)),), bytes(16))


def update(slices: int, size: int) -> Packet:
    """An update of so many slices with `size` bytes on the wire."""
    bodies = [b"", *[b"0"] * (slices - 1)]
    bodies[0] = bytes(size - 20 - 20 * slices - (slices - 1))
    return Packet(False, tuple(Slice(Rectangle(0, 0, 5, 4), body) for body in bodies), bytes(16))


def test_the_sizes_here_are_those_on_the_wire() -> None:
    assert len(encode_packet(refresh(1000))) == 1000
    assert len(encode_packet(update(3, 100))) == 100


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
    meter.drawn(1, refresh(1000))
    meter.drawn(2, update(3, 100))
    meter.drawn(3, update(1, 50))
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
    meter.drawn(1, refresh(100))
    meter.drawn(2, refresh(100))
    assert meter.snapshot().refreshes == {"geometry change": 1, "unnamed": 1}


def test_rates_are_means_over_the_last_five_whole_seconds() -> None:
    clock = Clock()
    meter = StatisticsMeter(clock)
    for _ in range(10):
        meter.drawn(1, update(2, 100))
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
