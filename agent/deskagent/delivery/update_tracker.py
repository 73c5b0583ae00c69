"""The update tracker: what one console has not got yet of the picture."""

from __future__ import annotations

from typing import Final

from deskagent.picture.copy_rects import CopyRect
from deskagent.picture.damage import MAX_RECTANGLES, join
from deskagent.picture.screen import Change
from deskwire.geometry import Rectangle

from .packet_plan import SMALL, PacketPlan, PendingUpdate

_MOST_COPIES: Final = 16
"""Copies that may wait: more of them have been overtaken by what came after."""

_MOST_COPIED: Final = 2
"""The copies that wait may cover the picture so often, all together. A packet may cover it COVERAGE times:
what changed does so once, and what is made exact."""

_MOST_TURNS: Final = 256
"""Tiles of which it is known when it was their turn."""


class UpdateTracker:
    """Adds up changes until a packet takes them. Not safe between threads: its owner locks.

    The console's picture after the copies that wait differs from ours in the rectangles only.
    """

    def __init__(self, width: int, height: int, *, copies: bool) -> None:
        """The console has a whole picture of this size. `copies`: whether it can copy within that."""
        self._area = width * height
        self._can_copy = copies
        self._copies: list[CopyRect] = []
        self._changed: list[Rectangle] = []
        self._turns: dict[Rectangle, int] = {}
        self._turn = 0
        self._large_waited = 0

    def __bool__(self) -> bool:
        return bool(self._copies or self._changed)

    def add(self, change: Change) -> None:
        """The picture changed once more."""
        for copy in change.copies:
            if self._can_copy:
                self._copy(copy)
            else:
                self._changed.append(copy.target)
        self._changed.extend(change.rectangles)
        copied = sum(copy.target.area for copy in self._copies)
        if len(self._copies) > _MOST_COPIES or copied > _MOST_COPIED * self._area:
            # A copy that is left out leaves its target behind, and whatever was copied from there afterwards
            # is in the target of a later one.
            self._changed.extend(copy.target for copy in self._copies)
            self._copies.clear()
        if len(self._changed) > MAX_RECTANGLES:
            self._changed = join(self._changed)

    def pending(self) -> PendingUpdate:
        """All that makes the console's picture equal to ours."""
        return PendingUpdate(self._copies, join(self._changed), self._turns, self._large_waited)

    def sent(self, plan: PacketPlan) -> None:
        """A packet brings this: what it defers stays pending."""
        self._copies, self._changed = [], list(plan.deferred)
        if not plan.divided:
            return
        held_back = bool(plan.deferred) and plan.changed[-1].area <= SMALL < plan.deferred[-1].area
        self._large_waited = self._large_waited + 1 if held_back else 0
        if len(self._turns) > _MOST_TURNS:
            self._turns.clear()
        self._turn += 1
        self._turns.update(dict.fromkeys(plan.changed, self._turn))

    def _copy(self, copy: CopyRect) -> None:
        source_x, source_y, target = copy
        source = target._replace(x=source_x, y=source_y)
        # Where the console is behind at the source it will be at the target.
        self._changed += [
            common._replace(x=common.x - source_x + target.x, y=common.y - source_y + target.y)
            for one in self._changed
            if (common := one.common(source)) is not None
        ]
        self._copies.append(copy)
