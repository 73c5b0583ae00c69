"""Attention: how often the toolkit has to be asked for keys, since highgui reports none."""

from __future__ import annotations

_ATTENTIVE, _IDLE, _HEARING = 0.01, 0.05, 0.2
"""Seconds between two looks at the keyboard: while somebody uses the window, otherwise, and where the surface
notices keys. A look costs 0.2 ms of CPU, takes 2 ms, and highgui has nothing to wait on."""

_LASTING = 2.0
"""Seconds after a key or a change of size in which somebody still uses the window."""


class Attention:
    """Times are seconds on the monotonic clock."""

    def __init__(self) -> None:
        self.due = 0.0
        """The time of the next look."""
        self._until = 0.0

    def rouse(self, now: float) -> None:
        """Somebody uses the window."""
        self._until = now + _LASTING
        self.due = min(self.due, now)

    def look(self, now: float, *, hears_keys: bool) -> None:
        """Counts a look; `hears_keys`: the surface notices keys."""
        self.due = now + (_ATTENTIVE if now < self._until else _HEARING if hears_keys else _IDLE)
