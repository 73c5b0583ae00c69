"""A session of the Windows stand-in, as a test wants Windows to list it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ListedSession:
    """A session as Windows lists it (`WTS_CONNECTSTATE_CLASS`: 0 is active, 4 disconnected).

    `user` is None where the system refuses to tell.
    """

    number: int
    station: str
    user: str | None
    state: int = 0

    def __str__(self) -> str:
        return f"{self.number}|{self.station}|{self.state}|{'?' if self.user is None else self.user}|"
