"""A synthetic desktop that people use, live."""

from __future__ import annotations

import threading

from .scenes.actions import Action
from .scenes.desk_state import DeskState
from .scenes.script import find_script


class SyntheticDesktop:
    """A desktop on which all who look see what is done to it. Safe between threads."""

    def __init__(self, scene: str, width: int, height: int) -> None:
        self.room = find_script(scene, width, height).room(width, height)
        self._lock = threading.Lock()
        self._state = self.room.fresh()

    def act(self, action: Action) -> None:
        """Changes the desktop's state as a person's act would; the next grab shows it."""
        with self._lock:
            self._state = self.room.after(self._state, action)

    @property
    def state(self) -> DeskState:
        """All that was done up to now."""
        return self._state
