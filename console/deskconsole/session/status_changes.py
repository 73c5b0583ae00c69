"""The changes of who controls a host, told to observers one after the other."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from .control_status import ControlStatus

_log = logging.getLogger(__name__)


class StatusChanges:
    """Tells each change in its turn, whatever threads make them; no lock is held while an observer runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._observers: list[Callable[[ControlStatus], None]] = []
        self._untold: deque[ControlStatus] = deque()
        self._telling = False
        """A thread calls the observers now: it tells what is added meanwhile, too."""

    def observe(self, changed: Callable[[ControlStatus], None]) -> None:
        """Calls `changed` with each status that is told from now on."""
        self._observers.append(changed)

    def add(self, status: ControlStatus) -> None:
        """Takes a status, to be told by the next `tell`; it calls no observer."""
        with self._lock:
            self._untold.append(status)

    def tell(self) -> None:
        """Calls the observers, unless another thread does."""
        while True:
            with self._lock:
                if self._telling or not self._untold:
                    return
                self._telling = True
                status = self._untold.popleft()
            try:
                for changed in self._observers:
                    try:
                        changed(status)
                    except Exception:  # noqa: BLE001  # the others must hear of it all the same
                        _log.exception("an observer of control failed")
            finally:
                with self._lock:
                    self._telling = False
