"""The mailbox of the wall's pipe: of each tile the newest state and the newest picture wait, and no more."""

from __future__ import annotations

import threading

from .messages import CloseWindow, Notice, Raise
from .wall_messages import TilePicture, Tiles, TileStatus, ToWall


class WallMailbox:
    """`put` never waits; `take` gets all since the last one, the list of tiles first, close last."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tiles: Tiles | None = None
        self._newest: dict[tuple[type[ToWall], str], ToWall] = {}
        self._close = False

    def put(self, message: ToWall) -> None:
        """Adds a message, in the place of what it makes old."""
        with self._changed:
            match message:
                case Tiles(names):
                    self._tiles = message
                    # What waits for a tile that is gone would wait for nothing, and without bound.
                    known = {*names, ""}
                    self._newest = {key: one for key, one in self._newest.items() if key[1] in known}
                case TileStatus(name) | TilePicture(name):
                    self._newest[type(message), name] = message
                case Notice() | Raise():
                    self._newest[type(message), ""] = message
                case CloseWindow():
                    self._close = True
            self._changed.notify()

    def wait(self, timeout: float | None) -> bool:
        """Waits up to `timeout` seconds until there is something to take."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._close or self._tiles is not None or bool(self._newest), timeout
            )

    def take(self) -> list[ToWall]:
        """All that waits."""
        with self._changed:
            messages: list[ToWall] = [] if self._tiles is None else [self._tiles]
            messages += self._newest.values()
            if self._close:
                messages.append(CloseWindow())
            self._tiles, self._close = None, False
            self._newest.clear()
            return messages
