"""The events of all hosts, on their way from the threads of the sessions to the person."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from deskconsole.session.events import Event

from .text.log_line import KEPT, LogLine


class EventFeed:
    """Keeps the newest events as lines. All but `deliver` on the event loop."""

    def __init__(self, *, arrived: Callable[[], None], keep: Callable[[Event], None]) -> None:
        """`arrived` is called on any thread once there is something to `take`.

        `keep` gets every event once, on the event loop, and must not block.
        """
        self.lines: deque[LogLine] = deque(maxlen=KEPT)
        """The newest events, the oldest of them first."""
        self._arrived = arrived
        self._keep = keep
        self._delivered: deque[Event] = deque(maxlen=KEPT)

    def deliver(self, event: Event) -> None:
        """Takes an event from any thread, at any time."""
        first = not self._delivered
        self._delivered.append(event)
        # One call for all that is waiting: a host that says much must not fill the queue of the keys.
        if first:
            self._arrived()

    def take(self) -> list[LogLine]:
        """Writes down what was delivered, and returns it."""
        lines = []
        while self._delivered:
            lines.append(self.note(self._delivered.popleft()))
        return lines

    def note(self, event: Event) -> LogLine:
        """Writes down one event, and returns it as a line."""
        self._keep(event)
        line = LogLine.of(event)
        self.lines.append(line)
        return line
