"""The observers of a session's links: its own parts, and those that come and go."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

from .link_observer import LinkObserver


class _LinkObservers:
    """The observers of one link. One may come or go while they are told: none of the others is left out."""

    def __init__(self, observers: Iterable[LinkObserver]) -> None:
        self.now = tuple(observers)

    def __iter__(self) -> Iterator[LinkObserver]:
        return iter(self.now)


class ObserverList:
    """Gives each link its observers. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._guests: list[LinkObserver] = []
        self._newest = _LinkObservers(())
        """The observers of the newest link."""

    def of_link(self, own: Sequence[LinkObserver]) -> Iterable[LinkObserver]:
        """The observers of a new link, `own` first."""
        with self._lock:
            self._newest = _LinkObservers((*own, *self._guests))
            return self._newest

    def add(self, observer: LinkObserver) -> None:
        """Lets `observer` hear all that comes from now on, also on later links."""
        with self._lock:
            self._guests.append(observer)
            self._newest.now += (observer,)

    def remove(self, observer: LinkObserver) -> None:
        """Lets `observer` hear nothing any more, after the call that it may be in."""
        with self._lock:
            self._guests.remove(observer)
            self._newest.now = tuple(one for one in self._newest.now if one is not observer)
