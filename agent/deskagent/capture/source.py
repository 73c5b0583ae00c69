"""The protocols of a source of pictures, whether a real screen or a synthetic one.

A source does three jobs, and none needs a call of another one before it. How often it is asked is decided
outside of it: `grab_thread`, with `due_regions`, `grab_cost` and `pacing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from deskagent.pixels import Pixels
from deskwire.geometry import Display, Rectangle
from deskwire.messages import ScreenState


class Grab(NamedTuple):
    """Pixels of a display."""

    pixels: Pixels
    """(area.height, area.width, 4), whose contents are good until the next grab."""
    area: Rectangle
    """Their place on the display."""
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
        """The state of the screen; never LIVE."""


class UnreadableScreen(GrabError):
    """The screen is there, and no grabber reads its kind of pixels; `str` names the kind."""


def missing_display(number: int, known: int) -> GrabError:
    """The error of a display that is not there; `known` are, from 1 on."""
    there = "is none" if not known else "is 1" if known == 1 else f"are 1 to {known}"
    return GrabError(f"there is no display {number} now: there {there}, and 0 for the whole desktop")


class DisplayList(Protocol):
    """Knows which displays there are."""

    def displays(self) -> list[Display]:
        """The whole desktop (number 0) and its displays, as last seen. Raises GrabError."""


class FrameSource(Protocol):
    """The pixels of one display."""

    def check(self) -> None:
        """Raises GrabError where it is known, without a grab, that there would be no picture."""

    def grab(self, region: Rectangle | None = None) -> Grab:
        """The region as it is now, or all of the display. All of it comes in any case where the source cannot
        grab less, and where the display has another size than at the grab before. Raises GrabError."""


class ChangeSource(Protocol):
    """When and where one display changes."""

    def next(self, timeout: float) -> Sequence[Rectangle] | None:
        """Waits up to so many seconds for a change, and returns where the display changed since the call
        before; empty where it did not. None where all of it is worth a grab, because the source does not know
        places, or does not know at all (then at once). Raises GrabError."""


class Grabber(DisplayList, FrameSource, ChangeSource, Protocol):
    """All that is asked of one display, to be used from one thread only."""

    def close(self) -> None:
        """Gives back what is held; may be called again."""


GrabberOpener = Callable[[int], Grabber]
"""Opens the display of that number. Raises GrabError."""
