"""Which inputs of a console the next packet has the effect of."""

from __future__ import annotations

from typing import Final

_REST_BEFORE: Final = 0.3
"""Seconds without a packet before an input that counts: what moves on its own is not its effect."""

_WITHIN: Final = 2.0
"""Seconds after an input in which a change may be its effect: a clock's next minute is not."""

_MOST: Final = 16
"""Inputs that wait for their effect: a pointer that moves over what does not change."""


class EffectTracker:
    """Takes inputs, changes and packets, all with times of `time.perf_counter`. Not safe between threads: its
    owner locks."""

    def __init__(self) -> None:
        self._injected: list[tuple[int, float]] = []
        self._found: list[int] = []
        self._packet_at = float("-inf")

    def __bool__(self) -> bool:
        """True while an input waits for its effect."""
        return bool(self._injected)

    def injected(self, number: int, at: float) -> None:
        """The input of that number was injected then."""
        if at - self._packet_at >= _REST_BEFORE:
            self._injected = [*self._injected[1 - _MOST :], (number, at)]

    def changed(self, began: float, *, shown: bool) -> None:
        """Something changed, in a grab that began then. `shown`: a packet will show it."""
        if shown:
            found = [n for n, at in self._injected if at <= began and began - at <= _WITHIN]
            self._found = [*self._found, *found][-_MOST:]
        self._injected = [one for one in self._injected if one[1] > began]

    def take(self, now: float) -> list[int]:
        """The inputs whose effect the packet has that is sent now."""
        self._packet_at = now
        found, self._found = self._found, []
        return found
