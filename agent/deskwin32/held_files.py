"""Waits for files that another program holds: on Windows a virus scanner reads each new one.

Elsewhere nothing is refused for that, and nothing is waited for.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

HELD = {5, 32, 33, 145, 303}
"""Windows' errors while a file is held: access denied, sharing violation, lock violation; and, for a folder,
not empty or about to be deleted, for as long as a file that was deleted in it is held."""

HELD_TIMEOUT = 60.0
"""Seconds after which it is no scanner."""
BRIEF_TIMEOUT = 5.0
"""Seconds for what a person waits for, and for what is only cleaning up: what stays is cleared later."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


def once_released(
    act: Callable[[], T], timeout: float = HELD_TIMEOUT, wait: Callable[[], None] | None = None
) -> T:
    """Does it as soon as no other program holds what it is done to; `wait` is called before each pause.

    Raises OSError: another one at once, that of a file that is held after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    pause = SHORTEST_PAUSE
    while True:
        try:
            return act()
        except OSError as error:
            if not is_held(error) or time.monotonic() >= deadline:
                raise
        if wait is not None:
            wait()
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def is_held(error: OSError) -> bool:
    """True if Windows refuses because another program may hold the file.

    Python's `open` tells no number of Windows for that, only that it is not permitted.
    """
    number: int | None = getattr(error, "winerror", None)
    if number is None:
        return sys.platform == "win32" and isinstance(error, PermissionError)
    return number in HELD


def clear(act: Callable[[], object]) -> None:
    """Does what only cleans up, if it can be done: no outcome depends on it."""
    with contextlib.suppress(OSError):
        once_released(act, BRIEF_TIMEOUT)
