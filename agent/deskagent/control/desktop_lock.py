"""The locks of a desktop: agents of two users may look at the same one, and only one of them acts or asks.

They die with their process, so that nothing has to be cleared up after a crash.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class LockPurpose(StrEnum):
    """The act that one agent at a time does; a part of the name by which the system knows a lock."""

    CONTROL = "control"
    """A console acts."""
    QUESTION = "question"
    """The person at the host is asked: no agent lets its console act meanwhile."""


class DesktopTaken(Exception):
    """Another agent has the lock; `str` is the name of its console, empty where that is not known."""


class LockGone(Exception):
    """The desktop of the lock is gone; `str` says why."""


class DesktopLock(Protocol):
    """A lock, used from one thread only. Each method but `release` may raise LockGone."""

    def acquire(self, holder: str, *, force: bool) -> None:
        """Takes it for the console of that name, from another agent too where `force` says so and the system
        can. Raises DesktopTaken; taking what is held already only changes the name."""
        ...

    def taken_by(self) -> str | None:
        """The name of the console whose agent took it away; None while it is held."""
        ...

    def is_held(self) -> bool:
        """True if an agent has it: this one or another."""
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

    def is_held(self) -> bool:
        return False

    def release(self) -> None:
        pass
