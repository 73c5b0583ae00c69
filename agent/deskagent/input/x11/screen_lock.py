"""Locks the screen of an X11 desktop, by the program that the desktop has for it."""

from __future__ import annotations

import queue
import shutil
import subprocess
import threading
from typing import Final

from deskagent.input.device import InputBlocked

_COMMANDS: Final = (
    ("xdg-screensaver", "lock"),
    ("light-locker-command", "--lock"),
    ("xscreensaver-command", "-lock"),
    ("dm-tool", "lock"),
)
"""xdg-screensaver knows the desktops; the others are tried where it is missing or does not know this one."""
_TIMEOUT: Final = 5.0
_WITHIN: Final = 1.0
"""Seconds for which a chord waits: meanwhile nothing that is held would be released."""


def lock_screen() -> None:
    """Locks the screen. Raises InputBlocked where no program does it, or where none answers soon."""
    answers = queue.SimpleQueue[bool]()
    threading.Thread(target=lambda: answers.put(_lock()), name="screen lock", daemon=True).start()
    try:
        locked = answers.get(timeout=_WITHIN)
    except queue.Empty:
        raise InputBlocked(
            "the program that locks the screen has not answered yet; look whether the screen is locked"
        ) from None
    if not locked:
        raise InputBlocked(
            "this desktop has no program that locks the screen; install xdg-utils and a screen saver"
        )


def _lock() -> bool:
    """Tries the programs in their order; returns whether one locked the screen."""
    for command in _COMMANDS:
        if shutil.which(command[0]) is None:
            continue
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return True
    return False
