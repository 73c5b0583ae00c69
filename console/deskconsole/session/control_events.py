"""The events of control: what a change of its status means for the person at the console."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from deskwire.control import ControlState

from .control_status import NOT_CONNECTED, ControlStatus
from .events import (
    ControlAsked,
    ControlBegun,
    ControlDenied,
    ControlEnded,
    ControlGivenBack,
    ControlTakenOver,
    Event,
)

MOST = 20
"""Questions and refusals within a minute: a host that changes its mind all the time must not drown the
log."""


def control_event(host: str, before: ControlStatus, after: ControlStatus) -> Event | None:
    """The event that leads from one status to the next; None where there is none to tell."""
    if after.state == before.state or after == NOT_CONNECTED:
        return None  # A lost link is an event already.
    match after.state:
        case ControlState.YOURS:
            return ControlBegun(host=host, taken_from=after.taken_from)
        case ControlState.ASKING:
            return ControlAsked(host=host)
        case ControlState.OTHER if before.yours:
            return ControlTakenOver(host=host, holder=after.holder)
        case ControlState.FREE if before.yours:
            return (
                ControlEnded(host=host, reason=after.reason) if after.reason else ControlGivenBack(host=host)
            )
        case ControlState.REFUSED:
            return ControlDenied(host=host, reason=after.reason)
        case ControlState.OFF if before.state is not ControlState.OFF:
            return ControlDenied(host=host, reason=after.reason)
    return None


class ControlEvents:
    """Tells the events of one host's control, of questions and refusals at most `MOST` a minute."""

    def __init__(self, tell: Callable[[Event], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._told: deque[float] = deque(maxlen=MOST)

    def changed(self, host: str, before: ControlStatus, after: ControlStatus) -> None:
        """Tells what the change means, if anything."""
        event = control_event(host, before, after)
        if event is None:
            return
        # Changes of who acts are never left out: each was asked for at this console.
        if not isinstance(event, (ControlAsked, ControlDenied)):
            self._tell(event)
            return
        now = self._clock()
        if len(self._told) < MOST or now - self._told[0] >= 60:
            self._told.append(now)
            self._tell(event)
