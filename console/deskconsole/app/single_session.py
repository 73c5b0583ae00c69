"""Runs one session that belongs to no fleet: connected at the beginning, closed at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from deskconsole.common.signals import held_back
from deskconsole.history.database import HistoryDatabase
from deskconsole.history.keeper import HistoryKeeper
from deskconsole.inventory.host import Host
from deskconsole.session.control_status import ControlSettings
from deskconsole.session.event_log import EventLog
from deskconsole.session.events import Event
from deskconsole.session.route import Route
from deskconsole.session.session import Session


@contextlib.contextmanager
def single_session(
    host: Host,
    route: Route,
    *,
    log: EventLog,
    tell: Callable[[Event], None],
    closing: Callable[[], float],
    places: Path | None = None,
    pictures: Path | None = None,
    history: Path | None = None,
) -> Iterator[Session]:
    """A session that has been asked to connect; `closing` says how many seconds its end may take.

    Its events are written to `log`, which is closed at the end, and told, but not what ends it: that is
    raised by what waits for it. `places` is the file in which its window finds the size and place that it
    had, `history` the one that its figures are added to; `pictures` is the folder in which it saves pictures.
    """

    keeper: HistoryKeeper | None = None

    def record(event: Event) -> None:
        log.record(event)
        if keeper is not None:
            keeper.note(event)
        if session.failure is None and session.view_failure is None:
            tell(event)

    with contextlib.ExitStack() as stack:
        stack.callback(log.close)
        with held_back():
            session = Session(
                host.name,
                route,
                host.display,
                record,
                places=places,
                pictures=pictures,
                control=ControlSettings.of(host),
            )
            if history is not None:
                keeper = HistoryKeeper(HistoryDatabase(history), record)
                stack.callback(keeper.close)
                keeper.keep(session)
            stack.callback(lambda: session.close(closing()))
            session.connect()
        yield session
