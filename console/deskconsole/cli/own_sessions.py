"""The sessions that a command makes itself: for hosts of its arguments, or for one agent reached directly.

What a session needs is imported with the first of them: it takes 0.5 s, and a console may answer instead.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from deskconsole.common.errors import ConfigurationError

from .running import ChosenHost, ChosenHosts, choose

if TYPE_CHECKING:
    from deskconsole.app.parallel import Cancellation
    from deskconsole.inventory.host import Host
    from deskconsole.session.events import Event
    from deskconsole.session.route import Route
    from deskconsole.session.session import Session


class OwnSessions:
    """They share opened keys and wait for each other's logins.

    `direct`: an agent that stands for the hosts. `display`: the one that is wanted, instead of each host's.
    """

    def __init__(
        self, direct: str | None = None, token_file: Path | None = None, display: int | None = None
    ) -> None:
        self._direct = direct
        self._token_file = token_file
        self._display = display
        self._lock = threading.Lock()

    def choose(
        self, names: list[str] | None, group: str | None, everything: bool, *, own: bool = False
    ) -> ChosenHosts:
        """The hosts that the arguments mean; no console is asked for another display than it shows.

        Raises ConfigurationError where they mean none.
        """
        if self._direct is None:
            return choose(names, group, everything, own=own or self._display is not None)
        if names or group is not None or everything:
            raise ConfigurationError(
                "give hosts, or --direct HOST:PORT with --token-file, and not both",
                remedy="`deskconsole hosts` lists the hosts.",
            )
        from .sessions import direct_route

        host, self._route = direct_route(self._direct, self._token_file, self._display)
        return ChosenHosts((ChosenHost(host.name, listed=host),), several=False)

    @contextlib.contextmanager
    def of(
        self,
        host: Host,
        cancellation: Cancellation,
        *,
        tell: Callable[[Event], None] = lambda _event: None,
        places: Path | None = None,
        pictures: Path | None = None,
    ) -> Iterator[Session]:
        """A session with the host that has been asked to connect, and ends with the block; its events are

        written down, and told. `places`: the file in which its window finds the size and place that it had;
        `pictures`: the folder in which it saves pictures.
        """
        import msgspec

        from .sessions import running_session

        if self._direct is not None:
            route = self._route
        else:
            if self._display is not None:
                host = msgspec.structs.replace(host, display=self._display)
            with self._lock:
                open_route = self._open_route
            route = open_route(host)
        with running_session(host, route, tell=tell, places=places, pictures=pictures) as session:
            cancellation.add(session.disconnect)
            yield session

    @cached_property
    def _open_route(self) -> Callable[[Host], Route]:
        from .sessions import ssh_routes

        return ssh_routes()
