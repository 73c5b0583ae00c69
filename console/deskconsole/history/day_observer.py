"""Tells the days of one session apart: what its links brought since it was asked last."""

from __future__ import annotations

import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from deskconsole.session.events import Event, LinkLost, SessionEnded, SessionFailed
from deskconsole.session.link_observer import LinkObserver
from deskwire.messages import Welcome

from .day import HostDay

if TYPE_CHECKING:
    from deskconsole.session.session import Session

_SAME = (
    "slices", "updates", "received", "saved_against_refreshes", "saved_against_raw", "previews",
)  # fmt: skip
"""Figures that the session counts under the same name."""


class DayObserver(LinkObserver):
    """Measures how long a session was live and down; its other figures are differences of the session's own.

    It does not keep the session alive. `clock` counts seconds; only its differences matter.
    """

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = weakref.ref(session)
        self._clock = clock
        self._before = session.snapshot().statistics
        self._lock = threading.Lock()
        self._greeted = False
        """True while there is a link whose greetings are over."""
        self._live_since: float | None = None
        self._down_since: float | None = None
        """Time from which downtime is not added up yet; None before a link has ended, and once it is over."""
        self._counted = False
        """True if the end of that link counts as an outage: no request had caused it."""
        self._live = 0.0
        self._down = 0.0
        self._outages = 0

    @property
    def gone(self) -> bool:
        """True once the session no longer exists."""
        return self._session() is None

    def observes(self, host: str) -> bool:
        """True if the session is that of this host."""
        session = self._session()
        return session is not None and session.name == host

    def welcomed(self, welcome: Welcome) -> None:  # noqa: ARG002
        with self._lock:
            self._count_outage()
            self._end_outage()
            self._greeted = True
            self._live_since = self._clock()

    def silent(self, stale: bool) -> None:
        with self._lock:
            self._measure()
            self._live_since = None if stale else self._clock()

    def ended(self) -> None:
        with self._lock:
            self._measure()
            self._live_since = None
            if self._greeted:
                self._greeted = False
                session = self._session()
                if session is None or not session.opens_display:
                    self._down_since = self._clock()

    def note(self, event: Event) -> None:
        """Takes an event of its session: only these say whether a link's end was asked for."""
        with self._lock:
            if isinstance(event, LinkLost | SessionFailed):
                self._count_outage()
            if isinstance(event, SessionFailed | SessionEnded):
                self._end_outage()

    def take(self, day: str) -> HostDay | None:
        """Returns the figures since the last call, as those of `day`; None where nothing happened."""
        session = self._session()
        if session is None:
            return None
        with self._lock:
            before, now = self._before, session.snapshot().statistics
            self._before = now
            self._measure()
            refreshes = Counter(now.refreshes)
            refreshes.subtract(before.refreshes)
            figures = HostDay(
                host=session.name,
                day=day,
                live=round(self._live, 3),
                outages=self._outages,
                down=round(self._down, 3),
                refreshes={cause: number for cause, number in refreshes.items() if number},
                **{field: getattr(now, field) - getattr(before, field) for field in _SAME},
            )
            self._live = self._down = 0.0
            self._outages = 0
        return None if figures.empty else figures

    def _measure(self) -> None:
        """Adds up the time until now."""
        now = self._clock()
        if self._live_since is not None:
            self._live += now - self._live_since
            self._live_since = now
        if self._down_since is not None and self._counted:
            self._down += now - self._down_since
            self._down_since = now

    def _count_outage(self) -> None:
        if self._down_since is not None and not self._counted:
            self._counted = True
            self._outages += 1

    def _end_outage(self) -> None:
        self._measure()
        self._down_since = None
        self._counted = False
