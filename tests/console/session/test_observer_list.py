"""Observers of links: they come and go while the others are told."""

from __future__ import annotations

from deskconsole.session.link_observer import LinkObserver
from deskconsole.session.observer_list import ObserverList


def test_one_that_goes_while_it_is_told_keeps_nothing_from_the_next() -> None:
    observers = ObserverList()
    told: list[str] = []

    class Leaving(LinkObserver):
        def ended(self) -> None:
            told.append("leaving")
            observers.remove(self)

    class Staying(LinkObserver):
        def ended(self) -> None:
            told.append("staying")

    observers.add(Leaving())
    link = observers.of_link([Staying()])
    observers.add(Staying())
    for _ in range(2):
        for observer in link:
            observer.ended()
    assert told == ["staying", "leaving", "staying", "staying", "staying"]
