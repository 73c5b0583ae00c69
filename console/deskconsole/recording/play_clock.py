"""The moment of a recording that is shown: it runs, stands, jumps, and is fast or slow. It reads no clock."""

from __future__ import annotations

from typing import Final

from .chunk import SECOND

SLOWEST: Final = 1 / 8
FASTEST: Final = 64.0


class PlayClock:
    """Goes from a moment of the recording on; moments are microseconds, `now` is seconds of one clock."""

    def __init__(self, at: int, duration: int, speed: float, now: float) -> None:
        self._at = at
        self._duration = duration
        self._since = now
        self.speed = speed
        """Times as fast."""
        self.paused = False

    def at(self, now: float) -> int:
        """The moment that is shown now, within the recording."""
        run = 0 if self.paused else round((now - self._since) * self.speed * SECOND)
        return min(self._duration, self._at + run)

    def wait(self, at: int, now: float) -> float:
        """Seconds until that moment is shown; without end while it stands."""
        return float("inf") if self.paused else max(0.0, (at - self.at(now)) / SECOND / self.speed)

    def jump(self, at: int, now: float) -> None:
        """Goes on from that moment."""
        self._at, self._since = min(max(0, at), self._duration), now

    def pause(self, now: float, *, on: bool) -> None:
        """Stands, or runs again."""
        self.jump(self.at(now), now)
        self.paused = on

    def change_speed(self, factor: float, now: float) -> None:
        """Runs so many times as fast from now on, within bounds."""
        self.jump(self.at(now), now)
        self.speed = min(FASTEST, max(SLOWEST, self.speed * factor))
