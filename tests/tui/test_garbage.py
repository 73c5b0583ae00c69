"""Full collections of garbage: none while keys are pressed, none that Python makes of its own accord."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from deskconsole.tui.garbage import APART, LONGEST, QUIET, SETTLED, GarbageCollection


@pytest.fixture
def collected() -> Iterator[list[float]]:
    """The moments of full collections, in the time of `now`."""
    moments: list[float] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            moments.append(now[0])

    gc.callbacks.append(note)
    yield moments
    gc.callbacks.remove(note)
    gc.unfreeze()


now = [0.0]


def test_nothing_is_collected_while_keys_are_pressed_but_now_and_then(collected: list[float]) -> None:
    now[0] = 0.0
    garbage = GarbageCollection(lambda: now[0])
    try:
        while now[0] <= 2 * LONGEST + 2:
            garbage.pressed()
            garbage.tick()
            now[0] += 1
    finally:
        garbage.stop()
    assert len(collected) == 2
    assert collected[0] == LONGEST + 1


def test_what_stays_is_left_out_and_a_pause_of_the_keys_is_used(collected: list[float]) -> None:
    now[0] = 0.0
    before = gc.get_threshold()
    garbage = GarbageCollection(lambda: now[0])
    try:
        while now[0] <= APART + 3 * QUIET:
            if now[0] < APART + QUIET:
                garbage.pressed()
            if now[0] < SETTLED:
                assert gc.get_freeze_count() == 0
            garbage.tick()
            now[0] += 1
        assert gc.get_freeze_count() > 10_000
    finally:
        garbage.stop()
    assert collected == [APART + 2 * QUIET]
    assert gc.get_threshold() == before
