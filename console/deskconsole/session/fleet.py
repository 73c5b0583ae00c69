"""All sessions: one for each configured host, made when it is first needed.

What a session needs is imported with the first of them: it takes half a second, and the hosts can be shown
before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..hosts import Host
from ..inventory import Inventory
from .event import Event
from .snapshot import Snapshot

if TYPE_CHECKING:
    from .route import Route
    from .session import Session


class Fleet:
    """Finds the session of a host by its name, and keeps sessions and inventory in step.

    Connecting and the like return at once and raise KeyError for an unknown name; `add`, `replace` and
    `remove` write the inventory's file and raise ConfigurationError where that cannot be; `close` waits.
    `open_route` makes the way to a host; `on_event` is called on the sessions' threads;
    `after_close` when the last of them has ended.
    """

    def __init__(
        self,
        inventory: Inventory,
        open_route: Callable[[Host], Route],
        on_event: Callable[[Event], None],
        after_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._open_route = open_route
        self._on_event = on_event
        self._after_close = after_close
        self._lock = threading.Lock()
        self._inventory = inventory
        self._sessions: dict[str, Session] = {}
        self._closing: list[threading.Thread] = []
        self._made_at = time.time()

    @property
    def hosts(self) -> tuple[Host, ...]:
        """In the inventory's order."""
        return self._inventory.hosts

    def snapshots(self) -> dict[str, Snapshot]:
        """One for each host, in the inventory's order; hosts that were never connected are idle."""
        with self._lock:
            sessions = dict(self._sessions)
        return {
            name: sessions[name].snapshot() if name in sessions else Snapshot(name, since=self._made_at)
            for name in (host.name for host in self.hosts)
        }

    def session(self, name: str) -> Session:
        """The host's session, made if this is the first time."""
        from .session import Session

        host = self._inventory.get(name)
        with self._lock:
            if name not in self._sessions:
                self._sessions[name] = Session(name, self._open_route(host), host.display, self._on_event)
            return self._sessions[name]

    def connect(self, name: str) -> None:
        """Begins a session."""
        self.session(name).connect()

    def disconnect(self, name: str) -> None:
        """Ends a session; its last picture and its figures stay."""
        self.session(name).disconnect()

    def view(self, name: str, *, fullscreen: bool = False) -> None:
        """Opens the window, connecting first where need be."""
        self.session(name).view(fullscreen=fullscreen)

    def request_refresh(self, name: str) -> None:
        """Asks the host for a refresh."""
        self.session(name).request_refresh()

    def check_exact(self, name: str) -> None:
        """Asks for a comparison of both pictures."""
        self.session(name).check_exact()

    def add(self, host: Host) -> None:
        """A host more."""
        self._inventory.add(host)

    def replace(self, name: str, host: Host) -> None:
        """A host was edited, perhaps renamed: its old session ends, the next one is as configured now."""
        self._inventory.replace(name, host)
        self._drop(name)

    def remove(self, name: str) -> None:
        """A host less; its session ends."""
        self._inventory.remove(name)
        self._drop(name)

    def close(self) -> None:
        """Ends all sessions and waits for them."""
        with self._lock:
            sessions = list(self._sessions.values())
            self._sessions.clear()
        for session in sessions:
            session.disconnect()
        for session in sessions:
            session.close()
        for thread in self._closing:
            thread.join()
        self._after_close()

    def _drop(self, name: str) -> None:
        with self._lock:
            session = self._sessions.pop(name, None)
        if session is not None:
            closing = threading.Thread(target=session.close, name=f"close {name}", daemon=True)
            closing.start()
            with self._lock:
                self._closing = [*(one for one in self._closing if one.is_alive()), closing]
