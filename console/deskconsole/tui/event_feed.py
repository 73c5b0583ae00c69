"""The events of all hosts, on their way from the threads of the sessions to the person."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from deskconsole.common.errors import DeskconsoleError
from deskconsole.session.events import ActionFailed, Event, Failure

from .messages import EventsArrived
from .screens.base import ConsoleScreen
from .text.log_line import KEPT, LogLine
from .text.toasts import Toasts
from .widgets.event_pane import EventPane

if TYPE_CHECKING:
    from .app import DeskconsoleApp


class EventFeed:
    """Keeps the newest events, writes them into the panes of the screens, and says the worst in a toast.

    All but `deliver` on the event loop.
    """

    def __init__(self, console: DeskconsoleApp, keep: Callable[[Event], None]) -> None:
        """`keep` gets every event once, on the event loop, and must not block."""
        self.lines: deque[LogLine] = deque(maxlen=KEPT)
        """The newest events, the oldest of them first."""
        self._console = console
        self._keep = keep
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
            event = self._arrived.popleft()
            self._keep(event)
            lines.append(LogLine.of(event))
        self._record(lines)
        self._toasts.add(self._untold(lines))

    def report(self, name: str, error: DeskconsoleError) -> None:
        """Shows an error that a key led to: as a toast now, as an event for later."""
        line = self._noted(ActionFailed(host=name, at=self._console.clock(), failure=Failure.of(error)))
        self._toasts.add([line])
        self.show_toast()

    def note(self, event: Event) -> None:
        """Writes down what was done here to a host."""
        self._noted(event)

    def show_toast(self) -> None:
        """Shows the worst of what has just happened, in the place of the toast before."""
        toast = self._toasts.take(time.monotonic())
        if toast is not None:
            severity: Literal["error", "warning"] = "error" if toast.line.severity == "error" else "warning"
            self._console.clear_notifications()
            self._console.notify(toast.text, title=toast.line.host, severity=severity, markup=False)

    def _noted(self, event: Event) -> LogLine:
        line = LogLine.of(event)
        self._keep(event)
        self._record([line])
        return line

    def _record(self, lines: list[LogLine]) -> None:
        self.lines.extend(lines)
        for screen in self._console.screen_stack:
            if isinstance(screen, ConsoleScreen):
                for log in screen.query(EventPane):
                    log.extend(screen.wanted(lines))

    def _untold(self, lines: list[LogLine]) -> list[LogLine]:
        """Those that the screen does not tell already, in its pane of events or in the host's row."""
        screen = self._console.screen
        return [line for line in lines if not (isinstance(screen, ConsoleScreen) and screen.tells(line))]
