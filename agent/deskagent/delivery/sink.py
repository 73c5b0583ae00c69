"""The receiver of one feed's packets and messages, and what it has to know before the first of them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from deskwire.geometry import Display
from deskwire.message import Message
from deskwire.messages import ScreenState
from deskwire.packet import Slice


class ScreenFacts(NamedTuple):
    """The facts about the screen before the first frame."""

    displays: tuple[Display, ...]
    """Number 0 first; empty where none could be opened yet."""
    screen: ScreenState
    """LIVE, as far as is known."""
    reason: str
    """Why it is not live."""


class Sink(Protocol):
    """The receiver of packets. Its methods raise OSError when the link is gone, LocalProtocolError when it
    was closed from our own side."""

    def has_credit(self) -> bool:
        """May another packet be begun?"""
        ...

    def send_packet(self, slices: tuple[Slice, ...], *, refresh: bool) -> int:
        """Sends a packet and returns its number."""
        ...

    def send(self, message: Message) -> None:
        """Sends a message."""
        ...
