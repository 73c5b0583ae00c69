"""How a session stands: its state and snapshot, changed by its threads, read and waited for by anybody's.

It decides nothing: the session says what changes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .snapshot import Snapshot
from .state import State, StateMachine


class SessionStatus:
    """One snapshot that is replaced whole, and a condition that tells of it."""

    def __init__(self, host: str) -> None:
        self.changed = threading.Condition()
        """Held while something is decided by the state; notified whenever the snapshot is another."""
        self._machine = StateMachine()
        self._snapshot = Snapshot(host=host, since=time.time())

    @property
    def state(self) -> State:
        return self._machine.state

    @property
    def now(self) -> Snapshot:
        """Without statistics, steps and watch, which others keep."""
        return self._snapshot

    def move(self, state: State, **fields: Any) -> None:
        """Another state, and what there is to say about it; what is not said is as in a new snapshot."""
        with self.changed:
            self._machine.move(state)
            unsaid = {
                "reason": "",
                "remedy": "",
                "attempt": 0,
                "retry_at": None,
                "unreachable": False,
                "progress": None,
            }
            self.replace(state=state, since=time.time(), **(unsaid | fields))

    def replace(self, **fields: Any) -> None:
        """Changes the snapshot and wakes the threads that wait for it."""
        with self.changed:
            self._snapshot = replace(self._snapshot, **fields)
            self.changed.notify_all()

    def wait_for(self, predicate: Callable[[Snapshot], bool], timeout: float | None) -> bool:
        """Waits until `predicate` holds of `now`; False after `timeout` seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: predicate(self._snapshot), timeout)
