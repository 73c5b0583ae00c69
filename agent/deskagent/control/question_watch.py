"""Tells the injecting thread whether any agent of the desktop asks the person there."""

from __future__ import annotations

import time
from typing import Final

from .desktop_lock import DesktopLock

BEING_ASKED: Final = "the person at the host is being asked"

_STALE: Final = 0.1
"""Seconds for which a look counts: it is a round trip, which would cost 0.8 % of a core for 60 moves a
second. A question takes no answer in its first half second, so its begin may be seen late."""


class QuestionWatch:
    """Looks at the lock that an agent holds while it asks. May raise LockGone."""

    def __init__(self, lock: DesktopLock) -> None:
        self._lock = lock
        self._is_open = False
        self._looked = float("-inf")

    def is_open(self) -> bool:
        """True if a question is open, of this agent or of another, as of a moment ago."""
        if time.monotonic() - self._looked > _STALE:
            self._is_open = self._lock.is_held()
            self._looked = time.monotonic()
        return self._is_open

    def close(self) -> None:
        """Gives back what looking takes."""
        self._lock.release()
