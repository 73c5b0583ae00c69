"""Zoom: how large the picture is shown, and which part of it where it is larger than the window."""

from __future__ import annotations

from typing import Final

import cv2

from .canvas import Canvas, Scale, fitting

_STEPS: Final = tuple(
    Scale(pixels, source)
    for pixels, source in (
        (1, 8), (1, 6), (1, 4), (1, 3), (1, 2), (2, 3), (3, 4), (1, 1),
        (5, 4), (3, 2), (2, 1), (3, 1), (4, 1), (6, 1), (8, 1),
    )
)  # fmt: skip
"""The scales that the wheel chooses among."""


class Zoom:
    """The scale and the place that the person chose."""

    def __init__(self) -> None:
        self.scale: Scale | None = None
        """None: the picture fits the window."""
        self.offset = (0, 0)
        """The first pixel of the canvas that is seen, x and y."""
        self._grip: tuple[int, int, tuple[int, int]] | None = None
        """The point where the mouse took hold of the picture, and the offset then."""

    def choose(self, scale: Scale | None) -> None:
        """Shows the picture at this scale, from its first pixel on."""
        self.scale = scale
        self.offset = (0, 0)

    def mouse(self, event: int, x: int, y: int, *, larger: bool) -> bool:
        """Drags a picture that is `larger` than the window by highgui's mouse events; True where it moved."""
        if event == cv2.EVENT_LBUTTONDOWN and self.scale is not None and larger:
            self._grip = x, y, self.offset
        elif event == cv2.EVENT_LBUTTONUP:
            self._grip = None
        elif event == cv2.EVENT_MOUSEMOVE and self._grip is not None:
            from_x, from_y, (left, top) = self._grip
            self.offset = left + from_x - x, top + from_y - y
            return True
        return False

    def wheel(self, turned: int, x: int, y: int, canvas: Canvas) -> bool:
        """Makes the picture a step larger (`turned` above 0) or smaller, not smaller than it fits; True where
        it changed. What is under this point of the window stays there."""
        # A step that is hardly another scale is none.
        larger, smaller = canvas.scale.ratio * 1.02, canvas.scale.ratio / 1.02
        if turned > 0:
            scale = next((step for step in _STEPS if step.ratio > larger), None)
        else:
            scale = next((step for step in reversed(_STEPS) if step.ratio < smaller), None)
            least = fitting(canvas.picture, canvas.room).ratio
            if self.scale is not None and (scale is None or scale.ratio <= least):
                self.choose(None)
                return True
        if scale is None or (turned < 0 and self.scale is None):
            return False
        across, down = canvas.place(x, y)
        self.scale = scale
        self.offset = scale.of(across) - x, scale.of(down) - y
        return True
