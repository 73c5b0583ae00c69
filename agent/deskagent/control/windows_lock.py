"""The locks of a desktop on Windows: mutexes of the session, which the system takes from a dead process."""

from __future__ import annotations

from typing import Any, Final

from deskwin32.calls import windows

from .desktop_lock import DesktopTaken, LockPurpose

_WAIT_OBJECT_0: Final = 0
_WAIT_ABANDONED: Final = 0x80
"""Its owner died while it had it."""
_SYNCHRONIZE: Final = 0x100000


class WindowsLock:
    """Owns the mutex, there only while an agent does. It names no holder, and nothing takes it by force."""

    def __init__(self, purpose: LockPurpose) -> None:
        self._name = rf"Local\deskconsole-{purpose}"
        self._mutex: Any = None

    def acquire(self, holder: str, *, force: bool) -> None:  # noqa: ARG002
        if self._mutex is not None:
            return
        try:
            mutex = windows("CreateMutexW")(None, 0, self._name)
        except OSError:
            # An agent with more rights has made it.
            raise DesktopTaken from None
        if windows("WaitForSingleObject")(mutex, 0) not in (_WAIT_OBJECT_0, _WAIT_ABANDONED):
            windows("CloseHandle")(mutex)
            raise DesktopTaken
        self._mutex = mutex

    def taken_by(self) -> str | None:
        return None

    def is_held(self) -> bool:
        try:
            mutex = windows("OpenMutexW")(_SYNCHRONIZE, 0, self._name)
        except FileNotFoundError:
            return False
        except OSError:
            # An agent with more rights has made it.
            return True
        windows("CloseHandle")(mutex)
        return True

    def release(self) -> None:
        mutex, self._mutex = self._mutex, None
        if mutex is not None:
            windows("ReleaseMutex")(mutex)
            windows("CloseHandle")(mutex)
