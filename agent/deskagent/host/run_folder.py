"""The folder of one agent below `run`: its token, and when a console was last told of it."""

from __future__ import annotations

import os
import time
from pathlib import Path

TOKEN = "token"  # noqa: S105  the file's name
COMING = 15.0
"""Seconds that a console which was told of an agent has to come to it, before others may end that."""


def note_handover(folder: Path) -> None:
    """Notes that a console is told of this agent now."""
    os.utime(folder / TOKEN)


def awaits_console(folder: Path) -> bool:
    """True if a console was told of this agent a moment ago, and may be on its way."""
    try:
        return abs(time.time() - (folder / TOKEN).stat().st_mtime) < COMING
    except OSError:
        return False
