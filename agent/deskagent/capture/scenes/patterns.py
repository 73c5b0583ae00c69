"""Wallpapers of the synthetic desktop: gradients with a pattern, told apart at the size of a stamp."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from deskagent.pixels import Bgr

from .letters import Colour
from .wallpaper import draw_bar

_Picture = NDArray[np.uint8]
"""(height, width, 3) BGR."""


class Pattern(NamedTuple):
    """Two colours that a gradient goes between, and what is drawn over it in a third."""

    draw: Callable[[_Picture, Colour, int], None]
    above: Colour
    below: Colour
    ink: Colour
    bar: Colour

    def backdrop(self, seed: int, width: int, height: int) -> Bgr:
        """The wallpaper with the empty task bar, (height, width, 4); not to be written to."""
        return _drawn(self, seed, width, height)


@lru_cache(maxsize=4)
def _drawn(pattern: Pattern, seed: int, width: int, height: int) -> Bgr:
    above, below = (np.array(colour, np.float32) for colour in (pattern.above, pattern.below))
    depth = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    slope = np.linspace(0, 0.4, width, dtype=np.float32)[None, :, None]
    picture = (above + (below - above) * (depth * 0.6 + slope)).clip(0, 255).astype(np.uint8)
    pattern.draw(picture, pattern.ink, seed)
    result = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA), np.uint8)
    draw_bar(result, pattern.bar)
    result.flags.writeable = False
    return result


def _rays(picture: _Picture, ink: Colour, seed: int) -> None:  # noqa: ARG001  # alike for all
    height, width = picture.shape[:2]
    reach = width + height
    for number in range(0, 18, 2):
        angles = np.radians([number * 5.2, number * 5.2 + 5.2])
        ends = [(int(reach * np.cos(a)), int(height - reach * np.sin(a))) for a in angles]
        cv2.fillPoly(picture, [np.array([(0, height), *ends], np.int32)], ink, cv2.LINE_AA)


def _waves(picture: _Picture, ink: Colour, seed: int) -> None:
    height, width = picture.shape[:2]
    across = np.arange(width)
    for number in range(6):
        crest = height * (0.25 + 0.14 * number)
        ridge = crest + np.sin(across / max(1, width) * 9 + number * 1.3 + seed) * height * 0.05
        points = np.stack([across, ridge], axis=1).astype(np.int32)
        cv2.polylines(picture, [points], isClosed=False, color=ink, thickness=max(2, height // 26))


def _dots(picture: _Picture, ink: Colour, seed: int) -> None:  # noqa: ARG001
    height, width = picture.shape[:2]
    step = max(12, height // 9)
    for row, y in enumerate(range(step // 2, height, step)):
        for x in range(step // 2 + row % 2 * step // 2, width, step):
            cv2.circle(picture, (x, y), step // 4, ink, cv2.FILLED, cv2.LINE_AA)


def _stripes(picture: _Picture, ink: Colour, seed: int) -> None:  # noqa: ARG001
    height, width = picture.shape[:2]
    step = max(16, height // 6)
    for x in range(-height, width, step * 2):
        corners = [(x, height), (x + step, height), (x + step + height, 0), (x + height, 0)]
        cv2.fillPoly(picture, [np.array(corners, np.int32)], ink, cv2.LINE_AA)


def _rings(picture: _Picture, ink: Colour, seed: int) -> None:  # noqa: ARG001
    height, width = picture.shape[:2]
    for number in range(1, 12):
        cv2.circle(picture, (width, 0), number * max(8, height // 7), ink, max(2, height // 40), cv2.LINE_AA)


def _stars(picture: _Picture, ink: Colour, seed: int) -> None:
    height, width = picture.shape[:2]
    random = np.random.default_rng((seed, 11))
    for _ in range(160):
        at = int(random.integers(0, width)), int(random.integers(0, height))
        cv2.circle(picture, at, int(random.integers(1, 3)), ink, cv2.FILLED, cv2.LINE_AA)


def _bricks(picture: _Picture, ink: Colour, seed: int) -> None:  # noqa: ARG001
    height, width = picture.shape[:2]
    tall = max(10, height // 10)
    for row, y in enumerate(range(0, height, tall)):
        cv2.line(picture, (0, y), (width, y), ink, 3)
        for x in range(row % 2 * tall, width, tall * 2):
            cv2.line(picture, (x, y), (x, y + tall), ink, 3)


NIGHT: Final = Pattern(_stars, (70, 30, 20), (35, 12, 8), (230, 215, 190), bar=(30, 16, 12))
VIOLET: Final = Pattern(_waves, (120, 40, 70), (70, 20, 110), (150, 60, 120), bar=(58, 20, 40))
MINT: Final = Pattern(_dots, (190, 225, 180), (150, 200, 130), (205, 238, 200), bar=(70, 110, 50))
COPPER: Final = Pattern(_rings, (60, 120, 200), (30, 60, 130), (90, 150, 225), bar=(24, 40, 80))
ROSE: Final = Pattern(_rays, (190, 150, 250), (130, 80, 220), (205, 175, 252), bar=(90, 50, 140))
STEEL: Final = Pattern(_bricks, (150, 140, 130), (110, 100, 92), (128, 118, 108), bar=(70, 64, 58))
HAZARD: Final = Pattern(_stripes, (60, 205, 250), (40, 180, 235), (45, 60, 70), bar=(25, 30, 34))
