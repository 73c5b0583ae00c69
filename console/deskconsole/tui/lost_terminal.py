"""A terminal that goes away while the console runs: its window was closed, or the connection to it broke.

A process that has it as its controlling terminal gets SIGHUP. Others, started through a pty by another
program, hear of nothing: Textual's input thread then reads the end of the input without pause, at 40 % of a
core.
"""

from __future__ import annotations

import select
import sys
from typing import Any

from textual.app import App


def is_lost() -> bool:
    """True if nothing is at the other end of the terminal any more."""
    if sys.platform == "win32" or sys.__stdin__ is None:
        return False
    poll = select.poll()
    poll.register(sys.__stdin__.fileno(), 0)
    return any(state & (select.POLLHUP | select.POLLERR) for _, state in poll.poll(0))


def end_input(app: App[Any]) -> None:
    """Lets the thread that reads keys end.

    Textual leaves it running where the terminal was lost while it started, and the process never ends.
    """
    driver = app._driver  # noqa: SLF001  # there is no public way to it
    if (stop := getattr(driver, "exit_event", None)) is not None:
        stop.set()
