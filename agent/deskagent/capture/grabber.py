"""What the agent asks of a source of pictures, whether a real screen or a synthetic one."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from deskagent.pixels import Pixels
from deskwire.geometry import Display, Rectangle
from deskwire.messages import ScreenState


class Grab(NamedTuple):
    """What a grab gave."""

    pixels: Pixels
    """(area.height, area.width, 4), whose contents are good until the next grab."""
    area: Rectangle
    """Where they belong on the display. Outside it nothing has changed since the grab before."""
    size: tuple[int, int]
    """Width and height of the whole display."""


def whole(pixels: Pixels) -> Grab:
    """A grab of all there is."""
    height, width = pixels.shape[:2]
    return Grab(pixels, Rectangle(0, 0, width, height), (width, height))


class GrabError(Exception):
    """There is no picture now; `str` says why in one sentence. The next grab may well succeed."""

    def __init__(self, reason: str, *, state: ScreenState = ScreenState.GRAB_FAILED) -> None:
        super().__init__(reason)
        self.state = state
        """What the screen is doing; never LIVE."""


class UnreadableScreen(GrabError):
    """The screen is there, and no grabber reads its kind of pixels; `str` names the kind."""


class Grabber(Protocol):
    """A source of pictures, to be used from one thread only."""

    def displays(self) -> list[Display]:
        """The whole desktop (number 0) and its displays, as they are now. Raises GrabError."""

    def check(self) -> None:
        """Raises GrabError where it is known, without a grab, that there would be no picture."""

    def wait(self, timeout: float) -> bool:
        """Waits up to so many seconds until there may be something new; True at once where that is not
        known, or nothing was grabbed yet. Raises GrabError."""

    def spare(self, area: Rectangle, seconds: float) -> bool:
        """`area` need not be looked at again for so long. Whether `wait` sees to that place by place, so
        that what changes elsewhere is not held up; else the caller has to."""

    def grab(self) -> Grab:
        """What may have changed since the last grab, as it is now; everything the first time, and whenever
        the display has another size than before. Raises GrabError."""

    def close(self) -> None:
        """Gives back what is held; may be called again."""
