"""Zoom: how large the picture is shown, and which part of it where it is larger than the window."""

from __future__ import annotations

import cv2

from .canvas import Scale


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
