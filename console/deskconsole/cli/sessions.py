"""Runs one session from the command line: to a picture, for a while, until the window is closed."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from deskconsole.common.errors import Cancelled, ConfigurationError, NobodyLoggedOn, StreamError
from deskconsole.common.paths import Paths
from deskconsole.common.signals import held_back
from deskconsole.inventory.host import Host
from deskconsole.picture.opencv import require_opencv
from deskconsole.session.event_log import EventLog
from deskconsole.session.events import Event
from deskconsole.session.route import DirectRoute, Route, SshRoute, read_token
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import SETTLED, State
from deskconsole.viewer.display import require_display
from deskwire.messages import ScreenState

from .targets import find_host
from .terminal import is_asking, say_event, terminal_questions

_FIRST_PICTURE = 60.0
"""Seconds that a first picture may take once the stream stands: it may be large and the link slow."""

_NO_PICTURE = 4.0
"""Seconds that the host may say it has none."""

_COMPARING = 10.0
_TICK = 0.5


def route_to(
    host: str | None, direct: str | None, token_file: Path | None, display: int | None
) -> tuple[Host, Route]:
    """The way that the arguments mean. Raises ConfigurationError where they mean none, or two."""
    if (host is None) == (direct is None):
        raise ConfigurationError(
            "give a host, or --direct HOST:PORT with --token-file, and not both",
            remedy="`deskconsole hosts` lists the hosts.",
        )
    paths = Paths.default()
    if host is not None:
        found = find_host(host, paths)
        return _on_display(found, display), SshRoute(found, terminal_questions(), paths)
    if direct is None or token_file is None:
        raise ConfigurationError(
            "--direct needs the agent's --token-file",
            remedy="Give the file that was given to `python -m deskagent serve`.",
        )
    address, colon, port = direct.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"--direct {direct!r} is no address", remedy="Give it as 127.0.0.1:5000.")
    route = DirectRoute((address or "127.0.0.1", int(port)), read_token(token_file))
    return _on_display(Host(name=direct), display), route


def _on_display(host: Host, display: int | None) -> Host:
    if display is None:
        return host
    return msgspec.structs.replace(host, display=display)


def require_window() -> None:
    """Raises where no window can be shown here, before a host is bothered."""
    require_opencv()
    require_display(os.environ)


@contextlib.contextmanager
def running_session(
    host: Host, route: Route, *, quiet: bool, places: Path | None = None
) -> Iterator[Session]:
    """A session that has been asked to connect, closed at the end. `quiet`: its events are only
    written down.

    `places`: the file in which its window finds the size and place that it had.
    """
    require_opencv()
    log = EventLog(Paths.default().events)

    def tell(event: Event) -> None:
        log.record(event)
        if quiet:
            return
        # What ends the command is said once, at the end.
        if session.failure is None and session.view_failure is None:
            say_event(event)

    with contextlib.ExitStack() as stack:
        stack.callback(log.close)
        with held_back():
            session = Session(host.name, route, host.display, tell, places=places)
            # A thread that waits for an answer on the terminal does not end for being asked to.
            stack.callback(lambda: session.close(0.1 if is_asking() else 5.0))
            session.connect()
        yield session


def wait_for_picture(session: Session) -> None:
    """Returns when the first picture is there; raises the DeskconsoleError that kept it away."""
    begun: list[float] = []

    def over(one: Snapshot) -> bool:
        if one.state is State.STREAMING and not begun:
            begun.append(time.monotonic())
        return one.size is not None or one.state in SETTLED

    while not session.wait_for(over, _TICK):
        waited = time.monotonic() - begun[0] if begun else 0.0
        snapshot = session.snapshot()
        if snapshot.state is State.WAITING:
            raise NobodyLoggedOn(snapshot.reason, remedy=snapshot.remedy)
        if waited > _NO_PICTURE and snapshot.screen != ScreenState.LIVE:
            # The agent goes on trying; somebody who waits at a prompt would rather know.
            reason = f": {snapshot.screen_reason}" if snapshot.screen_reason else ""
            raise StreamError(
                f"{snapshot.host} has no picture, {snapshot.screen}{reason}",
                remedy=snapshot.advice,
            )
        if waited > _FIRST_PICTURE:
            raise StreamError(
                f"no picture of {snapshot.host} came within {_FIRST_PICTURE:.0f} s",
                remedy="Try again, or look at the agent's log there.",
            )
    if session.failure is not None:
        raise session.failure
    if session.snapshot().state in SETTLED:
        raise Cancelled(f"connecting to {session.name} was cancelled")


def compared(session: Session) -> Snapshot:
    """A snapshot whose pictures have just been compared, or have `exactness` None where nobody answered."""
    asked = time.time()

    def fresh(one: Snapshot) -> bool:
        return one.exactness is not None and one.exactness.at >= asked

    session.check_exact()
    session.wait_for(fresh, _COMPARING)
    snapshot = session.snapshot()
    return snapshot if fresh(snapshot) else dataclasses.replace(snapshot, exactness=None)


def until_closed(session: Session, seconds: float | None) -> None:
    """Returns when the window is closed, the session ends or the time is over; raises what went wrong."""
    end = None if seconds is None else time.monotonic() + seconds

    def over(one: Snapshot) -> bool:
        return session.view_failure is not None or one.state in SETTLED

    # In small waits: a long one cannot be interrupted by Ctrl+C on Windows.
    while not session.wait_for(lambda one: one.viewing or over(one), _TICK):
        pass
    while not session.wait_for(lambda one: not one.viewing or over(one), _TICK):
        if end is not None and time.monotonic() > end:
            return
    failure = session.view_failure or session.failure
    if failure is not None:
        raise failure
