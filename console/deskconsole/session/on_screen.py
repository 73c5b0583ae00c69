"""The hosts that are on the screen, and how closely each of them is seen."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from .bandwidth import Priority


class OnScreen(NamedTuple):
    """The part of the fleet that one screen shows."""

    selected: str | None = None
    visible: Collection[str] = ()
    """The hosts of which something is on the screen, the selected one or not."""
    typing: bool = False
    """The selected host is typed into, and its picture follows at once."""
    wall: bool = False
    """The pictures of the visible hosts fill the screen, and no others are wanted."""
    full: bool = False
    """The selected host's picture fills the screen, and has the full stream."""

    def priority(self, name: str) -> Priority:
        """The priority of a host that this screen alone speaks for."""
        if self.wall:
            return Priority.TILE if name in self.visible else Priority.UNSEEN
        if name == self.selected:
            return Priority.TYPED_INTO if self.typing else Priority.SELECTED
        return Priority.VISIBLE if name in self.visible else Priority.ELSEWHERE
