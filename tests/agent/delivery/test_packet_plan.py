"""The plan of the next packet: a table of cases, and many packets in a row."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Final

import numpy as np
import pytest

from deskagent.delivery.packet_budget import PACKET_SECONDS, EncodingCost, PacketBudget
from deskagent.delivery.packet_plan import PacketPlan, PendingUpdate, plan_packet
from deskagent.delivery.update_tracker import UpdateTracker
from deskagent.encoding.tiles import CELL
from deskagent.picture.copy_rects import CopyRect
from deskagent.picture.screen import Change
from deskwire.geometry import Rectangle

LETTER: Final = Rectangle(20, 1150, 8, 14)
FILM: Final = Rectangle(100, 200, 1600, 900)
PAGE: Final = Rectangle(0, 0, 1920, 1080)
PHOTO: Final = Rectangle(0, 0, 256, 192)
SCROLL: Final = CopyRect(0, 40, Rectangle(0, 20, 800, 400))

FAST: Final = PacketBudget(1e9)
SLOW: Final = PacketBudget(1.25e5, EncodingCost(exact=2.0))
"""A link on which pictures were dear: a packet has room for 32,768 pixels."""


@dataclasses.dataclass
class ConsolePicture:
    """A console's picture in which a film is in motion, and a place rests that is not exact."""

    film: Rectangle | None = None
    inexact: Rectangle | None = None
    wanted: list[int] = dataclasses.field(default_factory=list)
    """The pixels that it was asked to make exact, each time."""

    def in_motion(self, rectangle: Rectangle) -> bool:
        return self.film is not None and rectangle.common(self.film) == rectangle

    def resting(self, now: float, pixels: int, owed: Iterable[Rectangle] = ()) -> list[Rectangle]:
        self.wanted.append(pixels)
        covered = self.inexact is None or any(one.common(self.inexact) for one in owed)
        return [] if covered or self.inexact is None else [self.inexact]


def area(rectangles: Iterable[Rectangle]) -> int:
    return sum(one.area for one in rectangles)


def link(pixels: float) -> PacketBudget:
    """A link that carries so many changed pixels in a packet."""
    return PacketBudget(pixels / 2 / PACKET_SECONDS)


EXACT: Final = ConsolePicture()
CASES: Final = {
    "nothing to send": (PendingUpdate(), EXACT, FAST, [], 0, []),
    "a letter on a slow link": (PendingUpdate(changed=[LETTER]), EXACT, SLOW, [LETTER], 0, []),
    "a page on a fast link": (PendingUpdate(changed=[PAGE]), EXACT, FAST, [PAGE], 0, []),
    "copies go whole": (PendingUpdate([SCROLL], [LETTER]), EXACT, SLOW, [LETTER], 0, []),
    "the smallest first": (
        PendingUpdate(changed=[PAGE, LETTER]),
        EXACT,
        SLOW,
        [LETTER],
        PAGE.area,
        [],
    ),
    "what rests is made exact": (
        PendingUpdate(changed=[LETTER]),
        ConsolePicture(inexact=PHOTO),
        FAST,
        [LETTER],
        0,
        [PHOTO],
    ),
    "what changes again is not made exact": (
        PendingUpdate(changed=[PAGE]),
        ConsolePicture(inexact=PHOTO),
        FAST,
        [PAGE],
        0,
        [],
    ),
    "nor what waits for a later packet": (
        PendingUpdate(changed=[PAGE, LETTER]),
        ConsolePicture(inexact=PHOTO),
        SLOW,
        [LETTER],
        PAGE.area,
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_packet_plan_of_one_update(case: str) -> None:
    pending, picture, budget, changed, deferred, refine = CASES[case]
    plan = plan_packet(pending, picture, budget, 10.0)
    assert list(plan.copies) == list(pending.copies)
    assert list(plan.changed) == changed
    assert area(plan.deferred) == deferred
    assert list(plan.refine) == refine


def test_planning_changes_nothing() -> None:
    turns = {LETTER: 3}
    pending = PendingUpdate([SCROLL], [PAGE, LETTER], turns, 2)
    first, second = (plan_packet(pending, EXACT, SLOW, 10.0) for _ in range(2))
    assert first == second
    assert pending == PendingUpdate([SCROLL], [PAGE, LETTER], {LETTER: 3}, 2)


def test_every_pixel_is_planned_or_deferred() -> None:
    pending = PendingUpdate(changed=[PAGE._replace(y=400, height=680), PHOTO])
    plan = plan_packet(pending, EXACT, link(100_000), 10.0)
    assert 0 < area(plan.changed) <= 100_000
    seen = np.zeros((1080, 1920), np.uint8)
    for x, y, width, height in (*plan.changed, *plan.deferred):
        seen[y : y + height, x : x + width] += 1
    assert seen.max() == 1
    assert np.count_nonzero(seen) == area(pending.changed)


def test_one_tile_goes_however_slow_the_link_is() -> None:
    plan = plan_packet(PendingUpdate(changed=[PAGE]), EXACT, PacketBudget(1.0), 10.0)
    assert len(plan.changed) == 1
    assert area((*plan.changed, *plan.deferred)) == PAGE.area


def test_a_slow_computer_divides_on_a_fast_link() -> None:
    slow = EncodingCost(pace=PACKET_SECONDS / 500_000)
    plan = plan_packet(PendingUpdate(changed=[PAGE]), EXACT, FAST._replace(cost=slow), 10.0)
    assert 250_000 < area(plan.changed) <= 500_000


def test_a_film_gets_its_share_of_the_link() -> None:
    pending = PendingUpdate(changed=[FILM])
    whole = plan_packet(pending, EXACT, FAST, 10.0)
    assert whole.video.size == pytest.approx(1e9 * PACKET_SECONDS)
    part = plan_packet(pending, EXACT, link(FILM.area / 4), 10.0)
    assert 0.1 < part.share < 0.3
    assert part.video.size == pytest.approx(part.share * FILM.area / 8)
    assert part.video.full_colour == pytest.approx(part.share * whole.video.full_colour)
    unknown = plan_packet(pending, EXACT, PacketBudget(None), 10.0)
    assert unknown.video.size == math.inf


def test_refining_takes_the_room_that_changes_leave() -> None:
    wanted = []
    for changed in ([], [Rectangle(0, 0, 400, 250)], [Rectangle(0, 0, 400, 500)]):
        picture = ConsolePicture(inexact=PHOTO)
        plan_packet(PendingUpdate(changed=changed), picture, link(200_000), 10.0)
        wanted += picture.wanted
    assert wanted[0] > wanted[1] > wanted[2] > 0, "beside a film it would wait for the film's end"


def sent(tracker: UpdateTracker, budget: PacketBudget, picture: ConsolePicture = EXACT) -> PacketPlan:
    """The next packet, as the link sends it."""
    plan = plan_packet(tracker.pending(), picture, budget, 10.0)
    tracker.sent(plan)
    return plan


def test_on_a_narrow_link_what_is_small_goes_first_and_a_film_comes_whole() -> None:
    tracker = UpdateTracker(1920, 1200, copies=True)
    seen = np.zeros((1200, 1920), np.uint8)
    for frame in range(12):
        # Every frame changes all of it before half of the last one could be sent.
        tracker.add(Change([], [FILM, LETTER] if frame == 5 else [FILM]))
        plan = sent(tracker, link(500_000))
        assert area(plan.changed) <= 500_000
        assert (plan.changed[0] == LETTER) == (frame == 5)
        for x, y, width, height in plan.changed:
            seen[y : y + height, x : x + width] += 1
            edges = {x, x + width} - {100, 1700} | {y, y + height} - {200, 1100}
            assert frame == 5 or not any(edge % CELL for edge in edges), "a cell is one tile's, or none's"
    assert seen[200:1100, 100:1700].min() >= 2
    assert seen[200:1100, 100:1700].max() <= 5


def test_what_never_rests_does_not_keep_back_what_is_large() -> None:
    faces = [Rectangle(x, 0, 240, 240) for x in (0, 400, 800, 1200)]
    page = Rectangle(0, 300, 1600, 800)
    tracker = UpdateTracker(1920, 1200, copies=True)
    tracker.add(Change([], [page]))
    seen = 0
    for _ in range(60):
        tracker.add(Change([], faces))
        seen += area(one for one in sent(tracker, link(130_000)).changed if one.y >= page.y)
    assert seen == page.area


def test_a_packet_that_was_divided_and_holds_all_ends_the_waiting_of_what_is_large() -> None:
    lone = Rectangle(0, 0, 300, 100)
    plan = plan_packet(PendingUpdate(changed=[lone], large_waited=3), EXACT, SLOW, 10.0)
    assert (plan.divided, list(plan.changed), list(plan.deferred)) == (False, [lone], [])
    slower = SLOW._replace(cost=EncodingCost(exact=20.0))
    tracker = UpdateTracker(1920, 1200, copies=True)
    for _ in range(3):
        tracker.add(Change([], [LETTER, PAGE]))
        sent(tracker, slower)
    assert tracker.pending().large_waited == 3
    everything = PacketPlan([], tracker.pending().changed, (), (), slower.video(1.0))
    tracker.sent(everything)
    tracker.add(Change([], [lone]))
    plan = sent(tracker, slower)
    assert (plan.divided, list(plan.deferred)) == (True, [])
    assert tracker.pending().large_waited == 0


def test_a_film_that_takes_few_bytes_goes_whole() -> None:
    tracker = UpdateTracker(1920, 1200, copies=True)
    cheap = link(144_000)._replace(cost=EncodingCost(exact=0.5, video=0.05))
    for frame in range(4):
        tracker.add(Change([], [FILM, LETTER] if frame == 2 else [FILM]))
        plan = sent(tracker, cheap, ConsolePicture(film=FILM))
        # The letter takes the room that it needed; what was not sent then is sent next.
        assert plan.changed == ([LETTER] if frame == 2 else [FILM])
