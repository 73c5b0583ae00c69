"""Garbage collections at moments in which no key waits for them.

A full collection stops the whole console: for 60 ms with twenty hosts in the list, for 160 with thirty on the
wall, on a busy machine for 270. Python would make one whenever enough objects were made: with a wall that is
each ten seconds.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

SETTLED = 5.0
"""Seconds after which what there is stays: modules, widgets, sessions. Collections leave it out then."""

QUIET = 2.0
"""Seconds without a key, after which the next one is not expected at once."""

APART = 60.0
"""Seconds between two collections while no key is pressed: 0.3 % of a core."""

LONGEST = 300.0
"""Seconds between two collections while keys are pressed all the time."""

YOUNGEST = 5000
"""New objects after which Python looks through the youngest. With its 700, a look at the young ones came each
second, and took 5 to 14 ms."""

_NEVER = 1_000_000


class GarbageCollection:
    """Takes full collections over from Python until `stop`. `tick` is to be called about once a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._collected = clock()
        self._pressed = float("-inf")
        self._settled = False
        self._thresholds = gc.get_threshold()
        gc.set_threshold(YOUNGEST, self._thresholds[1], _NEVER)

    def pressed(self) -> None:
        """Notes that the person uses a key or the mouse."""
        self._pressed = self._clock()

    def tick(self) -> None:
        """Collects, if it is time."""
        now = self._clock()
        if not self._settled and now - self._began > SETTLED:
            self._settled = True
            gc.freeze()
        since = now - self._collected
        if (since > APART and now - self._pressed > QUIET) or since > LONGEST:
            gc.collect()
            self._collected = self._clock()

    def stop(self) -> None:
        """Leaves the collections to Python again."""
        gc.set_threshold(*self._thresholds)
