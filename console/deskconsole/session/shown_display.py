"""The display of the host that is shown: the configured one, until the user chooses another."""

from __future__ import annotations

from collections.abc import Sequence

from deskwire.geometry import Display
from deskwire.messages import Welcome

from .link_observer import LinkObserver


class ShownDisplay(LinkObserver):
    """`number` as on the wire: 0 is the whole desktop. What is chosen counts for the next link."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._known: tuple[int, ...] = ()
        self._changed = False

    def welcomed(self, welcome: Welcome) -> None:
        self.displays(welcome.displays)

    def displays(self, displays: Sequence[Display]) -> None:
        self._known = tuple(sorted(one.number for one in displays if one.number and one.width and one.height))

    @property
    def words(self) -> str:
        """The name of the shown display for a person."""
        if not self.number:
            return "the whole desktop" if len(self._known) > 1 else "the host's only display"
        return f"display {self.number} of {len(self._known)}"

    def choose_next(self) -> bool:
        """Chooses the next display, the whole desktop after the last; False where there is only one."""
        if len(self._known) < 2:
            return False
        following = [number for number in self._known if number > self.number]
        self.number = following[0] if following else 0
        self._changed = True
        return True

    @property
    def changed(self) -> bool:
        """True while a link shows another display than was chosen: it has to be opened again."""
        return self._changed

    def open(self) -> int:
        """Returns the number for a new link, which shows what was chosen before."""
        self._changed = False
        return self.number

    def take_change(self) -> bool:
        """True once for each change that ended a link."""
        changed, self._changed = self._changed, False
        return changed
