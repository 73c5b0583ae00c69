"""Waits for files on a Windows host that another program holds: a virus scanner reads each new one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from deskconsole.common.errors import DeployError
from deskconsole.common.progress import Progress, Report, StepId

HELD_TIMEOUT = 60.0
"""Seconds after which it is no scanner."""
CLEARING_TIMEOUT = 5.0
"""Seconds for what is only cleaning up."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


def once_released(
    act: Callable[[], object], path: str, report: Report | None = None, timeout: float | None = None
) -> None:
    """Does by SFTP what the host refuses for as long as a program holds the path, and shows that it waits.

    SFTP does not tell why it refuses. Raises DeployError where it still does after `timeout` seconds.
    """
    deadline = time.monotonic() + (HELD_TIMEOUT if timeout is None else timeout)
    pause = SHORTEST_PAUSE
    while True:
        try:
            act()
        except DeployError:
            if time.monotonic() >= deadline:
                raise
        else:
            return
        if report is not None:
            report(Progress(StepId.WAIT_FOR_PROGRAM, subject=path))
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def clear(act: Callable[[], object], path: str) -> None:
    """Does what only cleans up, if it can be done: no outcome depends on it."""
    with contextlib.suppress(DeployError):
        once_released(act, path, timeout=CLEARING_TIMEOUT)
