"""Keeps the figures of sessions in the history's file, in small batches on a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from deskconsole.common.errors import DeskconsoleError
from deskconsole.session.events import ALL_HOSTS, Event, Failure, HistoryNotKept, SessionEnded, SessionFailed

from .database import HistoryDatabase
from .day import HostDay, today, total, until_midnight
from .day_observer import DayObserver

if TYPE_CHECKING:
    from deskconsole.session.session import Session

INTERVAL: Final = 15.0
"""Seconds between two batches: so much is lost where the console is killed."""

_log = logging.getLogger(__name__)


class HistoryKeeper:
    """Observes sessions. What cannot be written waits in memory for the next batch, a row for a host and day.

    `tell` gets one event where the file cannot be used, and none again until it could.
    """

    def __init__(
        self, database: HistoryDatabase, tell: Callable[[Event], None], *, interval: float = INTERVAL
    ) -> None:
        self._database = database
        self._tell = tell
        self._interval = interval
        self._lock = threading.Lock()
        self._observers: list[DayObserver] = []
        self._waiting: dict[tuple[str, str], HostDay] = {}
        self._day = today().isoformat()
        """The day in which the batch began."""
        self._told = False
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def keep(self, session: Session) -> None:
        """Keeps the figures of `session` from now on; to be called before it is connected."""
        observer = DayObserver(session)
        session.observers.add(observer)
        with self._lock:
            self._observers.append(observer)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="history", daemon=True)
                self._thread.start()

    def note(self, event: Event) -> None:
        """Takes an event of any session; returns at once, on any thread."""
        with self._lock:
            observers = [observer for observer in self._observers if observer.observes(event.host)]
        for observer in observers:
            observer.note(event)
            if isinstance(event, SessionEnded | SessionFailed):  # it may be gone at the next batch
                self._collect(observer)

    def close(self, timeout: float = 2.0) -> None:
        """Waits up to so many seconds until everything is written."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closing.wait(min(self._interval, max(0.01, until_midnight()))):
            self._write()
        self._write()

    def _collect(self, observer: DayObserver) -> None:
        with self._lock:
            figures = observer.take(self._day)
            if figures is not None:
                self._add(figures)

    def _add(self, figures: HostDay) -> None:
        """Lets figures wait for the next batch; the lock is held."""
        key = figures.host, figures.day
        both = [figures, self._waiting[key]] if key in self._waiting else [figures]
        self._waiting[key] = total(both, host=figures.host, day=figures.day)

    def _write(self) -> None:
        with self._lock:
            observers = list(self._observers)
        for observer in observers:
            self._collect(observer)
        with self._lock:
            self._observers = [observer for observer in self._observers if not observer.gone]
            self._day = today().isoformat()
            batch, self._waiting = self._waiting, {}
        if not batch:
            return
        try:
            self._database.add(batch.values())
        except DeskconsoleError as error:
            with self._lock:
                for figures in batch.values():
                    self._add(figures)
            if not self._told:
                self._told = True
                _log.warning("%s", error)
                self._tell(HistoryNotKept(host=ALL_HOSTS, failure=Failure.of(error)))
        else:
            self._told = False
