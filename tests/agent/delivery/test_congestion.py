"""How much of a stream is let out onto links, simulated as what they are: a queue, a rate and a delay."""

from __future__ import annotations

import pytest

from deskagent.delivery.congestion import FLOOR, Congestion
from deskagent.delivery.packet_budget import PacketBudget


class Way:
    """A link and a console that acknowledges at once; `queued` is what waits in front of the link."""

    def __init__(self, rate: float, trip: float) -> None:
        self.rate, self.trip = rate, trip
        self.now = self._free_at = 0.0
        self.flow = Congestion()
        self.delivered = 0
        self.most_queued = 0.0
        self._number = 0
        self._acks: list[tuple[float, int, int]] = []

    def run(self, until: float, size: int, step: float = 0.001) -> None:
        """Sends packets of `size`, or as small as the flow wants them, whenever it may."""
        while self.now < until:
            while self._acks and self._acks[0][0] <= self.now:
                _, number, got = self._acks.pop(0)
                self.delivered += got
                self.flow.acknowledged(number, self.now)
            due = self.flow.uncongested_at(self.now)
            if due is not None and due <= self.now:
                self.send(min(size, PacketBudget(self.flow.rate).size) if self._number else size)
            self.now += step

    def send(self, size: int) -> None:
        self._number += 1
        self.flow.sent(self._number, size, self.now)
        self._free_at = max(self._free_at, self.now) + size / self.rate
        self.most_queued = max(self.most_queued, (self._free_at - self.now) * self.rate)
        self._acks.append((self._free_at + self.trip, self._number, size))


@pytest.mark.parametrize(("rate", "trip"), [(1.25e6, 0.1), (1.25e5, 0.3), (1e7, 0.02)])
def test_a_narrow_link_is_filled_and_nothing_piles_up_before_it(rate: float, trip: float) -> None:
    way = Way(rate, trip)
    # The first packet, which nothing was known for.
    way.run(2 * 1_000_000 / rate + 2, 1_000_000)
    way.most_queued = 0.0
    delivered = way.delivered
    way.run(way.now + 6, 1_000_000)
    assert way.delivered - delivered > 0.7 * rate * 6
    assert way.most_queued < max(3 * FLOOR, rate * (0.25 * trip + 0.15))


def test_what_is_small_is_never_held_up() -> None:
    way = Way(1.25e6, 0.1)
    way.run(3, 200_000)
    way.run(4, 300)
    for _ in range(20):
        due = way.flow.uncongested_at(way.now)
        assert due is not None
        assert due <= way.now
        way.send(300)


def test_a_console_may_ask_for_less() -> None:
    way = Way(1e7, 0.01)
    way.flow.limit(100_000, 0.0)
    way.run(20, 50_000)
    assert way.delivered <= 100_000 * (20 + 3)
    assert way.delivered >= 100_000 * 15
    way.flow.limit(0, way.now)
    delivered = way.delivered
    way.run(21, 50_000)
    assert way.delivered - delivered > 1_000_000


def test_a_link_that_has_become_slower_is_found_out() -> None:
    way = Way(1e7, 0.02)
    way.run(2, 500_000)
    way.rate = 5e5
    way.run(20, 500_000)
    way.most_queued = 0.0
    way.run(25, 500_000)
    assert way.most_queued < 2 * FLOOR + 0.2 * way.rate
