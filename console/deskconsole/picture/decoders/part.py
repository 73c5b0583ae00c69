"""The interface of every decoder, and the pixels it writes."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

BGR = NDArray[np.uint8]
"""(height, width, 3): blue, green, red; the rows need not be contiguous."""


class PartDecoder(Protocol):
    """One encoding of one link."""

    def restart(self, width: int, height: int, picture: BGR | None) -> None:
        """A refresh of a picture of this size follows: forget everything received before. `picture` is the
        whole of what is drawn on from here on, where there is such a thing."""

    def decode(self, body: bytes, target: BGR) -> None:
        """Writes the body, first byte included, into the whole of `target` or raises RemoteProtocolError."""
