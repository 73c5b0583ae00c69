"""The desktop as it was grabbed last: one picture for all who look, kept up in place."""

from __future__ import annotations

import numpy as np

from .capture.grabber import Grab, Pixels
from .damage import find_damage
from .wire.geometry import Rectangle


class Picture:
    """Not safe between threads: whoever owns it locks."""

    def __init__(self) -> None:
        self.pixels: Pixels | None = None
        """(height, width, 4) BGRX, written in place by `take`; None before the first grab."""

    def take(self, grab: Grab) -> list[Rectangle] | None:
        """Brings the picture up to date. Returns where it changed, trimmed and none overlapping another, or
        None where all of it is new: the first time, and after a change of size."""
        width, height = grab.size
        pixels = self.pixels
        if pixels is None or pixels.shape[:2] != (height, width):
            if grab.area.size != grab.size:
                raise ValueError(f"a first grab of {grab.area.size} of {grab.size}")
            self.pixels = grab.pixels.copy()
            return None
        x, y, columns, rows = grab.area
        known = pixels[y : y + rows, x : x + columns]
        changed = find_damage(known, grab.pixels)
        for left, top, width, height in changed:
            part = np.s_[top : top + height, left : left + width]
            known[part] = grab.pixels[part]
        return [Rectangle(x + left, y + top, width, height) for left, top, width, height in changed]
