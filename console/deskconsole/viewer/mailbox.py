"""A mailbox with one slot, in which messages to the window melt together while nobody takes them.

Both ends have one: whichever is slow, what waits never grows, and what is taken is the newest.
"""

from __future__ import annotations

import threading
from collections.abc import Collection

from deskwire.geometry import Rectangle

from .messages import (
    ClipText,
    CloseWindow,
    Damage,
    DoneTimes,
    FigureLines,
    LapseNotice,
    Map,
    Notice,
    PlaceWindow,
    PlayPlace,
    Raise,
    Status,
    ToWindow,
    WhoControls,
)

_MANY = 128
"""Rectangles that may wait; above it they become the one around them, which is quicker to draw."""


class Mailbox:
    """`put` never waits; `take` gets all since the last one, map and damage first, close last."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._map: Map | None = None
        self._packet = 0
        self._rectangles: dict[Rectangle, None] = {}
        """In the order in which they came, each once."""
        self._damaged = False
        self._input_at: float | None = None
        self._newest: dict[type[ToWindow], ToWindow] = {}
        """The newest message of each kind of which only the newest counts."""
        self._raise = self._close = False

    def put(self, message: ToWindow) -> None:
        """Adds a message, merged with what waits."""
        with self._changed:
            match message:
                case Map():
                    # A new picture is shown whole: what was to be redrawn of the old one is void.
                    self._map = message
                    self._rectangles.clear()
                    self._damaged = False
                case Damage(packet, rectangles, input_at):
                    self._packet = packet
                    self._input_at = self._input_at or input_at
                    self._rectangles.update(dict.fromkeys(rectangles))
                    self._damaged = True
                    if len(self._rectangles) > _MANY:
                        self._rectangles = {around(self._rectangles): None}
                case (
                    Status()
                    | WhoControls()
                    | Notice()
                    | LapseNotice()
                    | ClipText()
                    | DoneTimes()
                    | FigureLines()
                    | PlaceWindow()
                    | PlayPlace()
                ):
                    # Behind all before it: a title says "controlled" when the keys go to the host already.
                    self._newest.pop(type(message), None)
                    self._newest[type(message)] = message
                case Raise():
                    self._raise = True
                case CloseWindow():
                    self._close = True
            self._changed.notify()

    def wait(self, timeout: float | None) -> bool:
        """Waits up to `timeout` seconds until there is something to take."""
        with self._changed:
            return self._changed.wait_for(self._waiting, timeout)

    def take(self) -> list[ToWindow]:
        """All that waits."""
        with self._changed:
            messages: list[ToWindow] = []
            if self._map is not None:
                messages.append(self._map)
            if self._damaged:
                messages.append(Damage(self._packet, tuple(self._rectangles), self._input_at))
            messages += self._newest.values()
            if self._raise:
                messages.append(Raise())
            if self._close:
                messages.append(CloseWindow())
            self._map = self._input_at = None
            self._newest.clear()
            self._rectangles.clear()
            self._damaged = self._raise = self._close = False
            return messages

    def _waiting(self) -> bool:
        flags = self._damaged or self._raise or self._close
        return flags or self._map is not None or bool(self._newest)


def around(rectangles: Collection[Rectangle]) -> Rectangle:
    """The smallest rectangle that holds all of them (at least one)."""
    left = min(r.x for r in rectangles)
    top = min(r.y for r in rectangles)
    right = max(r.x + r.width for r in rectangles)
    bottom = max(r.y + r.height for r in rectangles)
    return Rectangle(left, top, right - left, bottom - top)
