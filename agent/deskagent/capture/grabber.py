"""What the pipeline asks of a source of pictures, whether a real screen or a synthetic one."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..wire.geometry import Display
from ..wire.messages import ScreenState

Pixels = NDArray[np.uint8]
"""(height, width, 4), C-contiguous: blue, green, red, and a byte that means nothing."""


class GrabError(Exception):
    """There is no picture now; `str` says why in one sentence. The next grab may well succeed."""

    def __init__(self, reason: str, *, state: ScreenState = ScreenState.GRAB_FAILED) -> None:
        super().__init__(reason)
        self.state = state
        """What the screen is doing; never LIVE."""


class Grabber(Protocol):
    """A source of pictures, to be used from one thread only."""

    def displays(self) -> list[Display]:
        """The whole desktop (number 0) and its displays, as they are now. Raises GrabError."""

    def check(self) -> None:
        """Raises GrabError where it is known, without a grab, that there would be no picture."""

    def grab(self) -> Pixels:
        """A picture of now, in a buffer that belongs to the caller. Its size may differ from the last
        one's: the desktop may have been resized. Raises GrabError."""

    def close(self) -> None:
        """Gives back what is held; may be called again."""
