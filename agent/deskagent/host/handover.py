"""Marks an agent as promised to a console, so that other consoles do not end it meanwhile."""

from __future__ import annotations

import os
import time
from pathlib import Path

TOKEN = "token"  # noqa: S105  the file's name
COMING = 15.0
"""Seconds that a console which was told of an agent has to come to it, before others may end that."""


def note(folder: Path) -> None:
    """Notes that a console is told of the agent in this run folder now."""
    os.utime(folder / TOKEN)


def is_awaited(folder: Path) -> bool:
    """True if a console was told of the agent in this run folder a moment ago, and may be on its way."""
    try:
        return abs(time.time() - (folder / TOKEN).stat().st_mtime) < COMING
    except OSError:
        return False
