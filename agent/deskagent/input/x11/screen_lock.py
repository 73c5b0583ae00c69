"""Locks the screen of an X11 desktop, by whichever program the desktop has for it."""

from __future__ import annotations

import shutil
import subprocess
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


def lock_screen() -> None:
    """Raises InputBlocked where no program locks it."""
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
            return
    raise InputBlocked(
        "this desktop has no program that locks the screen; install xdg-utils and a screen saver"
    )
