"""The platforms whose desktops can be locked for one agent: each a row here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, NamedTuple

from .desktop_lock import DesktopLock, LockPurpose
from .windows_lock import WindowsLock


def _x11_lock(purpose: LockPurpose) -> DesktopLock:
    from .x11_lock import X11Lock

    return X11Lock(purpose)


class LockPlatform(NamedTuple):
    """A platform, and what makes a lock of its desktop; the system is asked when that is used."""

    is_here: Callable[[], bool]
    make: Callable[[LockPurpose], DesktopLock]


PLATFORMS: Final = (
    LockPlatform(lambda: sys.platform == "win32", WindowsLock),
    LockPlatform(lambda: True, _x11_lock),
)
"""The first row that fits this host counts; the last row fits every host."""


def desktop_lock(purpose: LockPurpose) -> DesktopLock:
    """Returns this lock of this host's desktop."""
    return next(one for one in PLATFORMS if one.is_here()).make(purpose)
