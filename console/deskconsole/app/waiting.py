"""Waits for sessions: for a first picture, for a window to be closed, for anything that a snapshot shows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from deskconsole.common.errors import Cancelled, ControlRefused, NobodyLoggedOn, StreamError
from deskconsole.session.host_screen import ANSWERED_AFTER, NO_PICTURE_AFTER, no_picture
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import SETTLED, State
from deskwire.messages import ScreenState

_FIRST_PICTURE = 60.0
"""Seconds that a first picture may take once the stream stands: it may be large and the link slow."""

_TICK = 0.5
"""Seconds of one wait: a long one cannot be interrupted by Ctrl+C on Windows."""


def settled(snapshot: Snapshot) -> bool:
    """The session has ended, or was never begun."""
    return snapshot.state in SETTLED


def wait_for(
    sessions: Sequence[Session],
    predicate: Callable[[Snapshot], bool],
    seconds: float | None,
    waiting: Callable[[], None] = lambda: None,
) -> bool:
    """Waits until `predicate` has held of each session; False after `seconds` (None: no bound).

    `waiting` is called meanwhile; what it raises ends that.
    """
    end = math.inf if seconds is None else time.monotonic() + seconds
    for session in sessions:
        while not session.wait_for(predicate, max(0.0, min(_TICK, end - time.monotonic()))):
            waiting()
            if time.monotonic() >= end:
                return False
    return True


def wait_for_picture(session: Session) -> None:
    """Returns when the first picture is there; raises the DeskconsoleError that kept it away."""
    streaming_since = math.inf
    while not session.wait_for(lambda one: one.size is not None or settled(one), _TICK):
        snapshot = session.snapshot()
        if snapshot.state is State.STREAMING:
            streaming_since = min(streaming_since, time.monotonic())
        waited = time.monotonic() - streaming_since
        if snapshot.state is State.WAITING:
            raise NobodyLoggedOn(snapshot.reason, remedy=snapshot.remedy)
        if snapshot.screen == ScreenState.REFUSED:
            said = snapshot.screen_reason or "no reason was given"
            raise ControlRefused(f"{snapshot.host} may not be seen: {said}", remedy=snapshot.advice)
        asked = snapshot.screen == ScreenState.ASKING
        if waited > (ANSWERED_AFTER if asked else NO_PICTURE_AFTER) and snapshot.screen != ScreenState.LIVE:
            # The agent keeps trying; a person who waits at a prompt would rather know.
            sentence = no_picture(snapshot.host, snapshot.screen, snapshot.screen_reason)
            raise StreamError(sentence, remedy=snapshot.advice)
        if waited > _FIRST_PICTURE:
            raise StreamError(
                f"no picture of {snapshot.host} came within {_FIRST_PICTURE:.0f} s",
                remedy="Try again, or look at the agent's log there.",
            )
    raise_failure(session)
    if settled(session.snapshot()):
        raise Cancelled(f"connecting to {session.name} was cancelled")


def require_seen(session: Session) -> None:
    """Raises StreamError where the host has said that its screen cannot be seen."""
    snapshot = session.snapshot()
    if session.linked and snapshot.screen != ScreenState.LIVE:
        sentence = no_picture(session.name, snapshot.screen, snapshot.screen_reason)
        raise StreamError(sentence, remedy=snapshot.advice)


def wait_for_closed_window(
    session: Session, seconds: float | None, waiting: Callable[[], None] = lambda: None
) -> None:
    """Returns when the window is closed, the session ends or the time is over; raises what went wrong.

    `seconds` (None: no bound) count from now, whenever the window opens. `waiting` is called meanwhile; what
    it raises ends that.
    """
    end = math.inf if seconds is None else time.monotonic() + seconds

    def over(one: Snapshot) -> bool:
        return session.view_failure is not None or settled(one)

    wait_for([session], lambda one: one.viewing or over(one), None, waiting)
    if wait_for([session], lambda one: not one.viewing or over(one), end - time.monotonic(), waiting):
        if session.view_failure is not None:
            raise session.view_failure
        raise_failure(session)


def raise_failure(session: Session) -> None:
    """Raises what ended the session, where it has failed."""
    if session.failure is not None:
        raise session.failure
