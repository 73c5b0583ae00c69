"""The session that a command runs: the route that its arguments mean, its events on the terminal."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from deskconsole.app.single_session import single_session
from deskconsole.common.errors import ConfigurationError
from deskconsole.common.paths import Paths
from deskconsole.inventory.host import Host
from deskconsole.picture.opencv import require_opencv
from deskconsole.session.event_log import EventLog
from deskconsole.session.events import Event, HistoryNotKept
from deskconsole.session.route import DirectRoute, Route, SshRoute, read_token
from deskconsole.session.session import Session
from deskconsole.ssh.login_queue import LoginQueue
from deskconsole.ssh.secrets import OpenedKeys, Secrets
from deskconsole.viewer.display import require_display

from .terminal import is_asking, say, terminal_questions


def direct_route(direct: str, token_file: Path | None, display: int | None) -> tuple[Host, Route]:
    """The way to an agent's own port, and a host that stands for it. Raises ConfigurationError."""
    if token_file is None:
        raise ConfigurationError(
            "--direct needs the agent's --token-file",
            remedy="Give the file that was given to `python -m deskagent serve`.",
        )
    address, colon, port = direct.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"--direct {direct!r} is no address", remedy="Give it as 127.0.0.1:5000.")
    route = DirectRoute((address or "127.0.0.1", int(port)), read_token(token_file))
    host = Host(name=direct) if display is None else Host(name=direct, display=display)
    return host, route


def ssh_routes() -> Callable[[Host], Route]:
    """Opens the ways to several hosts: they share opened keys, and wait for each other's logins."""
    paths = Paths.default()
    questions, keys, logins = terminal_questions(), OpenedKeys(), LoginQueue()
    return lambda host: SshRoute(host, questions, paths, secrets=Secrets(keys), logins=logins)


def require_window() -> None:
    """Raises where no window can be shown here, before a host is bothered."""
    require_opencv()
    require_display(os.environ)


def _not_kept(event: HistoryNotKept) -> None:
    from deskconsole.wording.events import place, wording

    _say_once(f"{place(event)}: {wording(event).text}")


@functools.cache
def _say_once(sentence: str) -> None:
    say(sentence)


def running_session(
    host: Host,
    route: Route,
    *,
    tell: Callable[[Event], None] = lambda _event: None,
    places: Path | None = None,
    pictures: Path | None = None,
) -> AbstractContextManager[Session]:
    """A session that has been asked to connect, closed at the end. Its events are written down, and told.

    Statistics that cannot be kept are said in any case, and once: a session itself does without them.

    `places`: the file in which its window finds the size and place that it had; `pictures`: the folder in
    which it saves pictures.
    """
    require_opencv()
    paths = Paths.default()
    return single_session(
        host,
        route,
        log=EventLog(paths.events, audit=paths.audit),
        tell=lambda event: _not_kept(event) if isinstance(event, HistoryNotKept) else tell(event),
        # A thread that waits for an answer on the terminal does not end for being asked to.
        closing=lambda: 0.1 if is_asking() else 5.0,
        places=places,
        pictures=pictures,
        history=paths.history if isinstance(route, SshRoute) else None,
    )
