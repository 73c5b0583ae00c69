"""The protocols between control and a link: neither knows how the other does its part."""

from __future__ import annotations

from typing import Final, Protocol

from deskwire.control import Ability
from deskwire.geometry import Rectangle
from deskwire.message import Message
from deskwire.messages import ControlRequest, Hello

MOST_WORDS: Final = 1000
"""Characters of a reason that comes from a system; a text on the wire has at most 1,024."""


class ControlClient(Protocol):
    """One console's link, as control sees it. Methods may be called from any thread; only `send` waits."""

    @property
    def hello(self) -> Hello:
        """The console's greeting."""
        ...

    @property
    def heard(self) -> float:
        """The time of the console's last byte, by `time.monotonic`."""
        ...

    @property
    def area(self) -> Rectangle | None:
        """The picture's place in the system's own coordinates; None while there is no picture."""
        ...

    @property
    def aims(self) -> bool:
        """True if the console has drawn a picture of the size that the picture has now."""
        ...

    @property
    def obstacle(self) -> str:
        """The reason why the console sees no current picture, in one sentence; empty where it sees one."""
        ...

    def show(self) -> None:
        """The console may see from now on; nothing happens where it already may."""
        ...

    def tell(self, message: Message) -> None:
        """Sends a message as soon as there is room for it, if the console understands it."""
        ...

    def send(self, message: Message) -> None:
        """Sends a message that may be large now, and waits for room. Raises OSError or LocalProtocolError
        where the link has ended."""
        ...

    def injected(self, number: int, at: float) -> None:
        """Input `number` was injected at that time of `time.perf_counter`: the screen may change now."""
        ...

    def dismiss(self, reason: str, *, again: bool) -> None:
        """Ends the link, and tells the console why and whether it should connect again."""
        ...


class ControlGate(Protocol):
    """The one place that decides what a console may do on the host beside looking, and does it."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """The abilities that a console which asks now could be allowed."""
        ...

    def join(self, client: ControlClient) -> None:
        """A console was welcomed."""
        ...

    def leave(self, client: ControlClient) -> None:
        """The client's link has ended: all that it holds goes up. One that never joined may leave, too."""
        ...

    def handle(self, client: ControlClient, request: ControlRequest) -> None:
        """Acts on a request, or lets another thread do it. Raises RemoteProtocolError for a request that
        breaks the rules of the wire."""
        ...

    def close(self) -> None:
        """Everything goes up, and nothing is injected any more."""
        ...
