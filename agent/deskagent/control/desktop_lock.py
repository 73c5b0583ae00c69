"""The lock of a desktop: two users' agents may show the same desktop, but only one agent acts on it.

It dies with its process, so that nothing has to be cleared up after a crash.
"""

from __future__ import annotations

from typing import Protocol


class DesktopTaken(Exception):
    """Another agent's console acts on this desktop; `str` is its name, empty where that is not known."""


class DesktopLock(Protocol):
    """The lock of a desktop, used from one thread only."""

    def acquire(self, holder: str, *, force: bool) -> None:
        """Takes it for the console of that name, from another agent too where `force` says so and the system
        can. Raises DesktopTaken; taking what is held already only changes the name."""
        ...

    def taken_by(self) -> str | None:
        """The name of the console whose agent took it away; None while it is held."""
        ...

    def release(self) -> None:
        """Gives the lock back; may be called again."""
        ...


class NoLock:
    """The lock of a desktop that this agent has for itself, such as a synthetic one."""

    def acquire(self, holder: str, *, force: bool) -> None:
        pass

    def taken_by(self) -> str | None:
        return None

    def release(self) -> None:
        pass
