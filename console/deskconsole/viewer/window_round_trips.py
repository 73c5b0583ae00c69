"""Times inputs: until they are done on the host, and until their effect is in the window."""

from __future__ import annotations

from collections import deque

from deskconsole.common.percentile import percentile

from .messages import DoneTimes

_KEPT = 50


class WindowRoundTrips:
    """The times of the last inputs, in seconds, as one line."""

    def __init__(self) -> None:
        self.done: DoneTimes | None = None
        """From an input until it was injected; the console measures that."""
        self._shown: deque[float] = deque(maxlen=_KEPT)

    def shown(self, seconds: float) -> None:
        """An input's effect was drawn so long after the input."""
        self._shown.append(seconds)

    @property
    def text(self) -> str:
        """The line."""
        done = "no input yet"
        if self.done is not None:
            done = f"{1000 * self.done.p50:.0f} ms, p95 {1000 * self.done.p95:.0f} ms"
        shown = "nothing yet"
        p50, p95 = percentile(self._shown, 0.5), percentile(self._shown, 0.95)
        if p50 is not None and p95 is not None:
            shown = f"{1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms"
        return f"input done: {done}    shown: {shown}"
