"""Which place is worth a look next."""

from __future__ import annotations

from deskagent.capture.due_regions import SETTLE, DueRegions
from deskwire.geometry import Rectangle

FILM = Rectangle(100, 100, 960, 540)
BUTTON = Rectangle(1700, 20, 60, 30)


def test_nothing_is_due_where_nothing_changed() -> None:
    assert DueRegions().next(1.0) is None


def test_a_click_does_not_wait_for_the_film_beside_it() -> None:
    changes = DueRegions()
    changes.add([FILM], 9.9)
    changes.take(FILM)
    changes.spare(FILM, 10.5)
    changes.add([FILM], 10.0)
    assert changes.next(10.0) == (FILM, 10.5)
    changes.add([BUTTON], 10.1)
    assert changes.next(10.1) == (BUTTON, 10.1 + SETTLE)
    changes.take(BUTTON)
    assert changes.next(10.6) == (FILM, 10.5)


def test_what_lies_across_two_films_is_looked_at_while_they_play() -> None:
    changes = DueRegions()
    films = (Rectangle(100, 100, 400, 300), Rectangle(1100, 100, 400, 300))
    line = Rectangle(0, 200, 1920, 8)
    looks = []
    for millisecond in range(1000):
        now = millisecond / 1000
        changes.add(films, now)
        if millisecond == 500:
            changes.add([line], now)
        known = changes.next(now)
        # A look takes three milliseconds, so that the films are never due at the same time.
        if known is not None and known[1] <= now and millisecond % 3 == 0:
            changes.take(known[0])
            looks.append(known[0])
            changes.spare(known[0], now + 0.03)
    assert line in looks
    assert 50 < len(looks) < 75, "each film every 30 ms"


def test_what_belongs_together_is_looked_at_together() -> None:
    changes = DueRegions()
    # A window that was dragged: where it is, and the strip that it left.
    changes.add([Rectangle(200, 200, 600, 400), Rectangle(190, 200, 10, 400)], 0.0)
    assert changes.next(0.0) == (Rectangle(190, 200, 610, 400), SETTLE)


def test_thousands_of_specks_are_a_few_looks() -> None:
    changes = DueRegions()
    changes.add((Rectangle(x, y, 2, 2) for x in range(0, 1900, 40) for y in range(0, 1060, 40)), 0.0)
    looks = 0
    while (known := changes.next(0.0)) is not None:
        changes.take(known[0])
        looks += 1
    assert looks <= 32


def test_a_window_that_is_dragged_on_stays_one_thing() -> None:
    changes = DueRegions()
    changes.spare(Rectangle(200, 200, 600, 400), 1.0)
    # The strip that it moved into was not looked at just now, the rest of it was.
    changes.add(
        [Rectangle(200, 210, 600, 390), Rectangle(200, 600, 600, 10), Rectangle(200, 200, 600, 10)], 0.5
    )
    assert changes.next(0.5) == (Rectangle(200, 200, 600, 410), 1.0)
