"""The protocol by which a stream tells its session what came in on the link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from deskwire.geometry import Display, Rectangle
from deskwire.messages import Preview, Screen, Welcome


class Observer(Protocol):
    """Who wants to know what a stream brings. All on the stream's thread; nothing may block."""

    def welcomed(self, welcome: Welcome) -> None:
        """The greetings are over."""
        ...

    def drawn(self, number: int, rectangles: Sequence[Rectangle]) -> None:
        """Packet `number` is on the framebuffer, these areas of it are new."""
        ...

    def resized(self) -> None:
        """The framebuffer has another size; a refresh is about to be drawn."""
        ...

    def screen(self, screen: Screen) -> None:
        """The host's screen changed its state."""
        ...

    def silent(self, stale: bool) -> None:
        """The agent fell silent, or speaks again."""
        ...

    def answered(self) -> None:
        """The agent answered a ping: what it had to say before that is here."""
        ...

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:
        """Both digests of the picture after `packet`."""
        ...

    def displays(self, displays: Sequence[Display]) -> None:
        """The displays are others than those of the greeting."""
        ...

    def lossy(self, pixels: int) -> None:
        """So much of the framebuffer is only nearly the host's picture."""
        ...

    def previewed(self, preview: Preview) -> None:
        """A small picture came, as the host sent it: nothing of it has been checked."""
        ...

    def letting_go(self) -> None:
        """Nobody looks closely any more: the framebuffer is about to be given up."""
        ...
