"""The observers of a session's links: its own parts, and those that come and go."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from .link_observer import LinkObserver


class ObserverList:
    """Gives each link its observers. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._guests: list[LinkObserver] = []
        self._newest: list[LinkObserver] = []
        """The observers of the newest link: an observer may come while it is read."""

    def of_link(self, own: Sequence[LinkObserver]) -> Sequence[LinkObserver]:
        """The observers of a new link, `own` first."""
        with self._lock:
            self._newest = [*own, *self._guests]
            return self._newest

    def add(self, observer: LinkObserver) -> None:
        """Lets `observer` hear all that comes from now on, also on later links."""
        with self._lock:
            self._guests.append(observer)
            self._newest.append(observer)

    def remove(self, observer: LinkObserver) -> None:
        """It hears nothing any more, after the call that it may be in."""
        with self._lock:
            self._guests.remove(observer)
            self._newest.remove(observer)
