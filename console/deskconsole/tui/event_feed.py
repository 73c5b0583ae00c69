"""The events of all hosts, on their way from the threads of the sessions to the person."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Literal

from deskconsole.common.errors import DeskconsoleError
from deskconsole.common.safe_text import safe_text
from deskconsole.session.events import Event

from .host_actions import ConsoleScreen
from .messages import EventsArrived
from .text.log_line import KEPT, LONGEST, LogLine
from .text.toasts import Toasts
from .widgets.event_log import EventLog

if TYPE_CHECKING:
    from .app import DeskconsoleApp


class EventFeed:
    """Keeps the newest events, writes them into the panes of the screens, and says the worst in a toast.

    All but `deliver` on the event loop.
    """

    def __init__(self, console: DeskconsoleApp) -> None:
        self.lines: deque[LogLine] = deque(maxlen=KEPT)
        """The newest events, the oldest of them first."""
        self._console = console
        self._arrived: deque[Event] = deque(maxlen=KEPT)
        self._toasts = Toasts()

    def deliver(self, event: Event) -> None:
        """Takes an event from any thread, at any time."""
        first = not self._arrived
        self._arrived.append(event)
        # One message for all that is waiting: a host that says much must not fill the queue of the keys.
        if first and self._console.is_running:
            self._console.post_message(EventsArrived())

    def take(self) -> None:
        """Writes down what was delivered."""
        lines = []
        while self._arrived:
            lines.append(LogLine.of(self._arrived.popleft()))
        self._record(lines)
        self._toasts.add(self._untold(lines))

    def report(self, name: str, error: DeskconsoleError) -> None:
        """Shows an error that a key led to: as a toast now, as an event for later."""
        line = self._line(name, error.whole, "error")
        self._record([line])
        self._toasts.add([line])
        self.show_toast()

    def note(self, name: str, text: str) -> None:
        """Writes down what was done here to a host."""
        self._record([self._line(name, text, "info")])

    def show_toast(self) -> None:
        """Shows the worst of what has just happened, in the place of the toast before."""
        toast = self._toasts.take(time.monotonic())
        if toast is not None:
            severity: Literal["error", "warning"] = "error" if toast.line.severity == "error" else "warning"
            self._console.clear_notifications()
            self._console.notify(toast.text, title=toast.line.host, severity=severity, markup=False)

    def _line(self, name: str, text: str, severity: Literal["error", "info"]) -> LogLine:
        return LogLine(self._console.clock(), safe_text(name, 64), safe_text(text, LONGEST), severity)

    def _record(self, lines: list[LogLine]) -> None:
        self.lines.extend(lines)
        for screen in self._console.screen_stack:
            if isinstance(screen, ConsoleScreen):
                for log in screen.query(EventLog):
                    log.extend(screen.wanted(lines))

    def _untold(self, lines: list[LogLine]) -> list[LogLine]:
        """Those that the screen does not tell already, in its pane of events or in the host's row."""
        screen = self._console.screen
        return [line for line in lines if not (isinstance(screen, ConsoleScreen) and screen.tells(line))]
