"""Congestion control: one stream has as much on its way as its link carries in the time that an answer takes.

Estimated from the console's acknowledgements alone. What lies in the buffers between both ends can only be
old, and everything that comes after it has to wait. It holds no clock and sends nothing.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

FLOOR: Final = 64 * 1024
"""Bytes that may always be out: what is typed is never held up by an estimate. 52 ms of 10 Mbit/s."""

UNKNOWN: Final = 128 * 1024
"""Bytes that may be out before the first answer."""

_AHEAD: Final = 1.25
"""Part of what the link carries in a round trip that may be out: a little more than all, or a link that
became faster would never be found out."""

_QUEUE: Final = 0.03
"""Seconds of the link's work that may wait before it: on a short way the round trip is mostly the console's
own work, and a link that is emptied each time looks slower than it is."""

_RATE_MEMORY: Final = 3.0
"""Seconds for which the best rate counts while the link is kept busy."""

_TRIP_MEMORY: Final = 60.0
"""Seconds for which the shortest round trip counts: longer, or a queue of our own making would pass for the
link's delay and keep itself up."""

_LARGE_PACKET: Final = 16 * 1024
"""Bytes of a packet from which on its way says something about the link's rate."""

_BURST: Final = 2.0
"""Seconds over which a rate that the console asked for is a mean."""


class _Sent(NamedTuple):
    number: int
    size: int
    at: float
    delivered: int
    """Bytes that were acknowledged before."""


class Congestion:
    """Not safe between threads: its owner locks. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._out: deque[_Sent] = deque()
        self._bytes_out = 0
        self._delivered = 0
        self._held_at = float("-inf")
        self._rates: deque[tuple[float, float]] = deque()
        self._trips: deque[tuple[float, float]] = deque()
        self._limit = 0
        self._debt = 0.0
        self._debt_at = 0.0

    def limit(self, rate: int, now: float) -> None:
        """The console wants at most so many bytes a second; 0: as many as there are."""
        self._pay(now)
        self._limit = rate
        self._debt = min(self._debt, rate * _BURST)

    def sent(self, number: int, size: int, now: float) -> None:
        """Packet `number` of so many bytes is on its way."""
        self._pay(now)
        self._debt += size
        self._out.append(_Sent(number, size, now, self._delivered))
        self._bytes_out += size

    def acknowledged(self, number: int, now: float) -> None:
        """The console has everything up to packet `number`."""
        while self._out and self._out[0].number <= number:
            one = self._out.popleft()
            self._bytes_out -= one.size
            self._delivered += one.size
            took = max(now - one.at, 1e-6)
            _keep(self._trips, now, -took, _TRIP_MEMORY)
            rate = (self._delivered - one.delivered) / took
            # A link that had nothing more to carry carried no more: that tells only where it was much.
            told = self._held_at >= one.at or not self._rates or rate > self._rates[0][1]
            if one.size >= _LARGE_PACKET and told:
                _keep(self._rates, now, rate, _RATE_MEMORY)

    @property
    def rate(self) -> float | None:
        """Bytes a second that the link carries and the console takes, or that the console asked for where
        that is less; None before enough was sent to tell."""
        found = self._rates[0][1] if self._rates else None
        if self._limit:
            return float(self._limit) if found is None else min(found, self._limit)
        return found

    def uncongested_at(self, now: float) -> float | None:
        """When another packet may be begun as far as the console's own limit goes; None: not before the next
        acknowledgement."""
        if self._bytes_out >= self._room():
            self._held_at = now
            return None
        self._pay(now)
        excess = self._debt - self._limit * _BURST
        return now + excess / self._limit if self._limit and excess > 0 else now

    def _room(self) -> float:
        if not self._rates:
            return UNKNOWN if not self._trips else FLOOR
        return max(FLOOR, self._rates[0][1] * (_AHEAD * -self._trips[0][1] + _QUEUE))

    def _pay(self, now: float) -> None:
        self._debt = max(0.0, self._debt - self._limit * (now - self._debt_at)) if self._limit else 0.0
        self._debt_at = now


def _keep(best: deque[tuple[float, float]], now: float, value: float, seconds: float) -> None:
    """Keeps the greatest value of the last seconds first, and behind it those that are its heirs."""
    while best and best[-1][1] <= value:
        best.pop()
    best.append((now, value))
    while best[0][0] < now - seconds:
        best.popleft()
