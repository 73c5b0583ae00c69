"""The interface through which a link loop tells the window, the status and the statistics what came in."""

from __future__ import annotations

from collections.abc import Sequence

from deskwire.clipboard import Clip, NoClip
from deskwire.control import Control, Done, Effect
from deskwire.geometry import Display
from deskwire.messages import (
    AgentMessage,
    Close,
    Digest,
    Displays,
    Lossy,
    Person,
    Ping,
    Pong,
    Preview,
    Refresh,
    Screen,
    Welcome,
)
from deskwire.packet import Packet


class LinkObserver:
    """A link loop calls these methods on its own thread; an observer overrides those that it needs.

    None may block: the link waits for each. A RemoteProtocolError of one ends the link.
    """

    def received(self, count: int) -> None:
        """`count` bytes came."""

    def welcomed(self, welcome: Welcome) -> None:
        """The greetings are over."""

    def arrived(self, packet: Packet) -> None:
        """A packet came, whole and as the agent sent it. It is not drawn yet, and may never be.

        Every packet of a link passes here: what begins at a refresh can be drawn again from them alone.
        """

    def announced(self, trigger: str) -> None:
        """The next refresh has this trigger."""

    def resized(self) -> None:
        """The framebuffer has another size; a refresh is about to be drawn."""

    def drawn(self, number: int, packet: Packet) -> None:
        """Packet `number` of the link is on the framebuffer."""

    def screen(self, screen: Screen) -> None:
        """The host's screen changed its state."""

    def person(self, user: str) -> None:
        """Another user is at the desktop now, or none (empty)."""

    def silent(self, stale: bool) -> None:
        """The agent fell silent, or speaks again."""

    def answered(self, round_trip: float) -> None:
        """A ping was answered after so many seconds: what the agent sent before that is here."""

    def compared(self, packet: int, ours: bytes, theirs: bytes) -> None:
        """Both digests of the picture after `packet`."""

    def displays(self, displays: Sequence[Display]) -> None:
        """The displays are others than those of the greeting."""

    def lossy(self, pixels: int) -> None:
        """`pixels` of the framebuffer are only nearly the host's."""

    def previewed(self, preview: Preview) -> None:
        """A small picture came, as the host sent it: nothing of it has been checked."""

    def control(self, control: Control) -> None:
        """The agent says who acts on the host."""

    def done(self, done: Done) -> None:
        """The agent says what became of inputs."""

    def effect(self, effect: Effect) -> None:
        """The next packet has the first change after an input."""

    def clip(self, clip: Clip) -> None:
        """The text of the host's clipboard came."""

    def no_clip(self, no_clip: NoClip) -> None:
        """A request of the clipboard cannot be met."""

    def ended(self) -> None:
        """The link is over: nothing more comes, and nothing more can be sent."""

    def releasing(self) -> None:
        """The full stream is no longer wanted: the framebuffer is about to be given up."""


def notify(observer: LinkObserver, message: AgentMessage) -> None:  # noqa: C901  one case a kind
    """Calls the method of a message that needs no answer."""
    match message:
        case Welcome():
            observer.welcomed(message)
        case Displays(displays=displays):
            observer.displays(displays)
        case Screen():
            observer.screen(message)
        case Person(user=user):
            observer.person(user)
        case Refresh(trigger=trigger):
            observer.announced(trigger)
        case Lossy(pixels=pixels):
            observer.lossy(pixels)
        case Preview():
            observer.previewed(message)
        case Control():
            observer.control(message)
        case Done():
            observer.done(message)
        case Effect():
            observer.effect(message)
        case Clip():
            observer.clip(message)
        case NoClip():
            observer.no_clip(message)
        case Digest() | Ping() | Pong() | Close():
            pass  # These are answered, not handed on.
