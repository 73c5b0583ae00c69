"""Runs one session from the command line: to a picture, for a while, until the window is closed."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ..errors import ConfigurationError, StreamError
from ..hosts import Host
from ..paths import Paths
from ..session.route import DirectRoute, Route, SshRoute, read_token
from ..session.session import Session
from ..session.state import SETTLED
from .targets import find_host
from .terminal import TerminalQuestions, say_event


def route_to(
    host: str | None, direct: str | None, token_file: Path | None, display: int | None
) -> tuple[Host, Route]:
    """The way that the arguments mean. Raises ConfigurationError where they mean none, or two."""
    if (host is None) == (direct is None):
        raise ConfigurationError("give a host, or --direct HOST:PORT with --token-file, and not both")
    paths = Paths.default()
    if host is not None:
        found = find_host(host, paths)
        return _on_display(found, display), SshRoute(found, TerminalQuestions(), paths)
    if direct is None or token_file is None:
        raise ConfigurationError("--direct needs the agent's --token-file")
    address, colon, port = direct.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"--direct {direct!r} is no address", remedy="Give it as 127.0.0.1:5000.")
    route = DirectRoute((address or "127.0.0.1", int(port)), read_token(token_file))
    return _on_display(Host(name=direct), display), route


def _on_display(host: Host, display: int | None) -> Host:
    if display is None:
        return host
    return msgspec.structs.replace(host, display=display)


@contextlib.contextmanager
def running_session(host: Host, route: Route, *, quiet: bool) -> Iterator[Session]:
    """A session that has been asked to connect, closed at the end; a SIGTERM ends it like Ctrl+C."""
    session = Session(host.name, route, host.display, (lambda _event: None) if quiet else say_event)
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        session.connect()
        yield session
    finally:
        session.close()
        signal.signal(signal.SIGTERM, previous)


def wait_for_picture(session: Session, timeout: float = 120.0) -> None:
    """Returns when the first picture is there; raises the DeskconsoleError that kept it away."""
    arrived = session.wait_for(lambda one: one.size is not None or one.state in SETTLED, timeout)
    if session.failure is not None:
        raise session.failure
    if not arrived:
        snapshot = session.snapshot()
        words = f"{snapshot.screen}: {snapshot.screen_reason}" if snapshot.screen_reason else snapshot.state
        raise StreamError(f"no picture of {snapshot.host} came within {timeout:.0f} s ({words})")
