"""Runs one session that belongs to no fleet: connected at the beginning, closed at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from deskconsole.common.signals import held_back
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
) -> Iterator[Session]:
    """A session that has been asked to connect; `closing` says how many seconds its end may take.

    Its events are written to `log`, which is closed at the end, and told, but not what ends it: that is
    raised by what waits for it. `places` is the file in which its window finds the size and place that it
    had, `pictures` the folder in which it saves pictures.
    """

    def record(event: Event) -> None:
        log.record(event)
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
            stack.callback(lambda: session.close(closing()))
            session.connect()
        yield session
