"""The lock of a desktop on Windows: a mutex of the session, which the system takes from a dead process."""

from __future__ import annotations

from typing import Any, Final

from deskwin32.calls import windows

from .desktop_lock import DesktopTaken

_NAME: Final = r"Local\deskconsole-control"
_WAIT_OBJECT_0: Final = 0
_WAIT_ABANDONED: Final = 0x80
"""The mutex is this process's now: its owner died without releasing it."""


class WindowsLock:
    """Owns the mutex while a console acts. A mutex tells no holder's name, and cannot be taken by force."""

    def __init__(self) -> None:
        self._mutex: Any = None

    def acquire(self, holder: str, *, force: bool) -> None:  # noqa: ARG002
        if self._mutex is not None:
            return
        try:
            mutex = windows("CreateMutexW")(None, 0, _NAME)
        except OSError:
            # An agent with more rights has made it.
            raise DesktopTaken from None
        if windows("WaitForSingleObject")(mutex, 0) not in (_WAIT_OBJECT_0, _WAIT_ABANDONED):
            windows("CloseHandle")(mutex)
            raise DesktopTaken
        self._mutex = mutex

    def taken_by(self) -> str | None:
        return None

    def release(self) -> None:
        mutex, self._mutex = self._mutex, None
        if mutex is not None:
            windows("ReleaseMutex")(mutex)
            windows("CloseHandle")(mutex)
