"""The observers of a link may come and go while it tells them something."""

from __future__ import annotations

from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.observer_list import ObserverList


class Counter(LinkObserver):
    """Counts what it hears."""

    heard = 0

    def received(self, count: int) -> None:
        self.heard += count


class Leaver(Counter):
    """Leaves the list with the first that it hears."""

    def __init__(self, observers: ObserverList) -> None:
        self._observers = observers

    def received(self, count: int) -> None:
        super().received(count)
        self._observers.remove(self)


def test_one_that_goes_takes_nothing_from_the_next_one() -> None:
    observers = ObserverList()
    leaver, recorder = Leaver(observers), Counter()
    observers.add(leaver)
    link = observers.of_link([Counter()])
    observers.add(recorder)
    for _ in range(2):
        for observer in link:
            observer.received(1)
    assert (leaver.heard, recorder.heard) == (1, 2)
