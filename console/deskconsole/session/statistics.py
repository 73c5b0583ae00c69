"""Counts what comes over one session's links, for `Statistics`; docs/statistics.md defines each figure."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from types import MappingProxyType

from deskwire.messages import Preview
from deskwire.packet import COUNT, IDENTITY_SIZE, INFO, Packet

from .link_observer import LinkObserver
from .snapshot import Sample, Statistics

HISTORY = 300
"""Seconds of samples kept."""

RATE_SPAN = 5
"""Seconds over which rates are means."""

_PREVIEWS_MEANT = 4
"""The mean size of previews follows about so many of the last."""

UNNAMED = "unnamed"
"""The trigger of a refresh that the agent gave no name."""


class StatisticsMeter(LinkObserver):
    """Observes a session's links, one after the other; others take snapshots, from any thread.

    `clock` counts seconds; only its differences matter.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._slices = 0
        self._updates = 0
        self._refreshes: Counter[str] = Counter()
        self._received = 0
        self._saved_against_refreshes = 0
        self._saved_against_raw = 0
        self._round_trip: float | None = None
        self._reconnects = 0
        self._previews = 0
        self._preview_bytes = 0.0
        self._refresh_size = 0
        self._raw = 0
        """Bytes of the whole picture uncompressed."""
        self._trigger = UNNAMED
        self._second = int(clock())
        self._sample = [0, 0, 0]
        self._history: deque[Sample] = deque(maxlen=HISTORY)

    def received(self, count: int) -> None:
        with self._lock:
            self._roll()
            self._received += count
            self._sample[2] += count

    def announced(self, trigger: str) -> None:
        with self._lock:
            self._trigger = trigger

    def drawn(self, number: int, packet: Packet) -> None:  # noqa: ARG002
        size = IDENTITY_SIZE + COUNT.size + sum(INFO.size + len(part.body) for part in packet.slices)
        with self._lock:
            self._roll()
            if packet.refresh:
                picture = packet.slices[0].rectangle
                self._raw = picture.width * picture.height * 3
                self._refreshes[self._trigger] += 1
                self._trigger = UNNAMED
                self._refresh_size = size
            else:
                self._updates += 1
                self._sample[0] += 1
                # An update larger than the last refresh saved nothing, but it did not cost a refresh more
                # either: the sum stays honest by going down.
                self._saved_against_refreshes += self._refresh_size - size
            self._slices += len(packet.slices)
            self._sample[1] += len(packet.slices)
            self._saved_against_raw += self._raw - size

    def previewed(self, preview: Preview) -> None:
        size = len(preview.picture)
        with self._lock:
            before = self._preview_bytes if self._previews else size
            self._preview_bytes = before + (size - before) / _PREVIEWS_MEANT
            self._previews += 1

    def answered(self, round_trip: float) -> None:
        with self._lock:
            self._round_trip = round_trip

    def reconnected(self) -> None:
        """There is a stream again after one was lost."""
        with self._lock:
            self._reconnects += 1

    @property
    def pictures(self) -> int:
        """Packets and previews so far."""
        return self._updates + self._refreshes.total() + self._previews

    @property
    def preview_bytes(self) -> float:
        """Mean size of the last previews; 0 before any."""
        return self._preview_bytes

    def snapshot(self) -> Statistics:
        """All figures as of now."""
        with self._lock:
            self._roll()
            recent = list(self._history)[-RATE_SPAN:]
            span = max(1, len(recent))
            return Statistics(
                slices=self._slices,
                packets=self._updates + self._refreshes.total(),
                updates=self._updates,
                refreshes=MappingProxyType(dict(self._refreshes)),
                received=self._received,
                saved_against_refreshes=self._saved_against_refreshes,
                saved_against_raw=self._saved_against_raw,
                slices_per_second=sum(sample.slices for sample in recent) / span,
                updates_per_second=sum(sample.updates for sample in recent) / span,
                bytes_per_second=sum(sample.received for sample in recent) / span,
                round_trip=self._round_trip,
                reconnects=self._reconnects,
                previews=self._previews,
                preview_bytes=self._preview_bytes,
                history=tuple(self._history),
            )

    def _roll(self) -> None:
        """Closes the seconds that are over; empty ones count as such."""
        now = int(self._clock())
        if now == self._second:
            return
        self._history.append(Sample(*self._sample))
        self._history.extend([Sample(0, 0, 0)] * min(now - self._second - 1, HISTORY))
        self._second = now
        self._sample = [0, 0, 0]
