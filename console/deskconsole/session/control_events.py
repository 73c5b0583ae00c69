"""The events of control: what a change of its status means for the person at the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from deskwire.control import ControlState

from .control_status import NOT_CONNECTED, ControlStatus
from .events import (
    ClipboardFetched,
    ClipboardPut,
    ControlAsked,
    ControlBegun,
    ControlDenied,
    ControlEnded,
    ControlGivenBack,
    ControlTakenOver,
    Event,
)
from .host_events import HostEvents


def control_event(host: str, before: ControlStatus, after: ControlStatus) -> Event | None:
    """The event that leads from one status to the next; None where there is none to tell."""
    if after.state == before.state or after == NOT_CONNECTED:
        return None  # A lost link is an event already.
    if before.yours:
        return _end_of_control(host, after)
    match after.state:
        case ControlState.YOURS:
            return ControlBegun(host=host, taken_from=after.taken_from)
        case ControlState.ASKING:
            return ControlAsked(host=host)
        case ControlState.REFUSED:
            return ControlDenied(host=host, reason=after.reason)
        case ControlState.OFF if before.state is not ControlState.OFF:
            return ControlDenied(host=host, reason=after.reason)
    return None


def _end_of_control(host: str, after: ControlStatus) -> Event:
    """The event of control that was ours until now, however it ended: none of them is ever left out."""
    if after.state is ControlState.OTHER:
        return ControlTakenOver(host=host, holder=after.holder)
    if after.state is ControlState.FREE and not after.reason:
        return ControlGivenBack(host=host)
    return ControlEnded(host=host, reason=after.reason)


class ControlEvents:
    """Tells the events of one host's control. Questions and refusals are among those of `HostEvents`."""

    def __init__(self, tell: Callable[[Event], None], host_events: HostEvents) -> None:
        self._tell = tell
        self._host_events = host_events

    def transferred(self, host: str, way: Literal["put", "fetch"], length: int) -> None:
        """Tells that a text of so many characters went to the host's clipboard, or came from it."""
        event = ClipboardPut if way == "put" else ClipboardFetched
        self._tell(event(host=host, length=length))

    def changed(self, host: str, before: ControlStatus, after: ControlStatus) -> None:
        """Tells what the change means, if anything."""
        match control_event(host, before, after):
            case None:
                return
            case ControlAsked() | ControlDenied() as event:
                self._host_events.tell(event)
            case event:
                # Changes of who acts are never left out: each was asked for at this console.
                self._tell(event)
