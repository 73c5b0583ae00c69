"""The protocol of every encoder; the pixels it is given are always contiguous BGR rows."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

BGR = NDArray[np.uint8]
"""(height, width, 3), C-contiguous: blue, green, red."""


class Encoder(Protocol):
    """One encoding of one link."""

    def restart(self, width: int, height: int) -> None:
        """A refresh of a picture of this size follows: forget everything sent before."""

    def encode(self, pixels: BGR) -> bytes | None:
        """The body of a slice, first byte included; None where these pixels are not for this encoding."""
