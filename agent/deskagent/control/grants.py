"""The grants of control: to one console at a time, each with a new number."""

from __future__ import annotations

from deskwire.errors import RemoteProtocolError

from .client import ControlClient


class Grants:
    """Knows who may act. Not safe between threads: its owner locks."""

    def __init__(self) -> None:
        self.number = 0
        """The last number that was given to anyone."""
        self.holder: ControlClient | None = None

    def give(self, client: ControlClient) -> int:
        """This console acts from now on; returns the number that its inputs have to bear."""
        self.number += 1
        self.holder = client
        return self.number

    def end(self) -> None:
        """Control is free."""
        self.holder = None

    def allows(self, client: ControlClient, number: int) -> bool:
        """True for an input of the console that acts; False for one that was on its way when that ended.

        Raises RemoteProtocolError for a number that this console was never given.
        """
        if number > self.number or (number == self.number and self.holder not in (client, None)):
            raise RemoteProtocolError(f"an input with grant {number}, which this console was never given")
        return self.holder is client and number == self.number
