"""A synthetic desktop that cannot be seen: it is locked, or its screen is black. For demo and tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from deskwire.geometry import Display, Rectangle
from deskwire.messages import ScreenState

from .source import Grab, Grabber, GrabError, whole

SCREENS: Final = ("live", "black", "locked")
"""Screens of a synthetic desktop; `live` needs nothing of this module."""


class HiddenDesktop:
    """The desktop of `source`, whose screen is `black` or `locked`."""

    def __init__(self, source: Grabber, screen: str) -> None:
        self._source = source
        self._locked = screen == "locked"

    def displays(self) -> list[Display]:
        """Returns the displays of the source."""
        return self._source.displays()

    def check(self) -> None:
        """Raises GrabError where it is locked."""
        if self._locked:
            raise GrabError("the session is locked", state=ScreenState.LOCKED)
        self._source.check()

    def next(self, timeout: float) -> Sequence[Rectangle] | None:
        """Waits for a change as the source does, and returns where it was. Raises GrabError."""
        return self._source.next(timeout)

    def grab(self, region: Rectangle | None = None) -> Grab:  # noqa: ARG002
        """All of the black picture. Raises GrabError where it is locked."""
        self.check()
        display = self.displays()[0]
        return whole(np.zeros((display.height, display.width, 4), np.uint8))

    def close(self) -> None:
        """Closes the source."""
        self._source.close()
