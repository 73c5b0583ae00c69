"""The back of the synthetic desktop: an illustrated landscape, and the task bar with its clock."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from deskagent.pixels import Bgr
from deskwire.geometry import Rectangle

from .letters import CELL_HEIGHT, CELL_WIDTH, Colour, line, paste

BAR_HEIGHT: Final = 40
BAR: Final[Colour] = (46, 38, 32)
_NAME: Final = "deskconsole demo"
_NAME_AT: Final = 12 + 5 * 44
_OPENER: Final = "Try me"
_INK: Final[Colour] = (235, 232, 228)

_SIGN: Final[Colour] = (90, 200, 250)
_SIGN_INK: Final[Colour] = (20, 20, 20)

_SKIES: Final = (
    ((150, 90, 40), (190, 190, 250)),
    ((120, 70, 70), (150, 200, 255)),
    ((90, 60, 20), (210, 200, 150)),
)
"""Colours of the sky, above and at the horizon; the seed picks one."""


@lru_cache(maxsize=4)
def backdrop(seed: int, width: int, height: int) -> Bgr:
    """Sky, sun, ranges of hills and the empty task bar, (height, width, 4); not to be written to.

    Painted softly and with a little grain, so that it packs like a photograph and not like a drawing.
    """
    random = np.random.default_rng((seed, 7))
    above, horizon = (np.array(colour, np.float32) for colour in _SKIES[seed % len(_SKIES)])
    depth = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = np.broadcast_to(above + (horizon - above) * depth, (height, width, 3)).copy()
    centre = (int(width * random.uniform(0.6, 0.85)), int(height * random.uniform(0.2, 0.35)))
    cv2.circle(picture, centre, max(1, height // 14), (225, 240, 255), -1, cv2.LINE_AA)
    across = np.arange(width)
    for layer in range(5):
        ridge = np.full(width, height * (0.5 + 0.09 * layer))
        for wave in range(1, 5):
            phase, swing = random.uniform(0, 6.3), random.uniform(0.01, 0.06) / wave
            ridge = ridge + np.sin(across / width * 6.3 * wave * (1 + layer / 3) + phase) * height * swing
        outline = np.stack([across, ridge], axis=1).astype(np.int32)
        hill = np.concatenate([outline, np.array([[width, height], [0, height]], np.int32)])
        shade = horizon * (0.75 - 0.15 * layer) + np.array([10, 14, 4]) * layer
        cv2.fillPoly(picture, [hill], shade.tolist(), cv2.LINE_AA)
        for x, light in zip(
            random.integers(0, width, 60 * layer).tolist(), random.uniform(0.6, 1.1, 60 * layer), strict=True
        ):
            foot = int(ridge[x] + random.exponential(height * 0.03))
            _draw_tree(picture, x, foot, height * (layer + 1) // 160, (shade * light).tolist())
    picture += random.normal(0, 1.2, (height, width, 1)).astype(np.float32)
    result = np.asarray(cv2.cvtColor(picture.clip(0, 255).astype(np.uint8), cv2.COLOR_BGR2BGRA), np.uint8)
    draw_bar(result, BAR)
    result.flags.writeable = False
    return result


def draw_bar(picture: Bgr, colour: Colour) -> None:
    """The empty task bar at the lower edge of a wallpaper."""
    bar = picture[max(0, picture.shape[0] - BAR_HEIGHT) :]
    bar[:, :, :3] = colour
    for number, icon in enumerate(((230, 160, 70), (90, 190, 120), (80, 120, 235), (200, 200, 205))):
        bar[8:-8, 12 + number * 44 : 36 + number * 44, :3] = icon
    paste(bar, line(_NAME, len(_NAME), _INK, colour), _NAME_AT, (BAR_HEIGHT - CELL_HEIGHT) // 2)


def opener_place(height: int) -> Rectangle:
    """The place of the task bar's button for the window that people use, on a desktop of this height."""
    x = _NAME_AT + (len(_NAME) + 2) * CELL_WIDTH
    return Rectangle(x, max(0, height - BAR_HEIGHT) + 6, (len(_OPENER) + 2) * CELL_WIDTH, BAR_HEIGHT - 12)


def draw_opener(frame: Bgr) -> None:
    """The button in the task bar."""
    place = opener_place(frame.shape[0])
    button = np.empty((place.height, place.width, 4), np.uint8)
    button[:] = (*_SIGN, 255)
    paste(
        button, line(_OPENER, len(_OPENER), _SIGN_INK, _SIGN), CELL_WIDTH, (place.height - CELL_HEIGHT) // 2
    )
    paste(frame, button, place.x, place.y)


def _draw_tree(picture: NDArray[np.float32], x: int, foot: int, size: int, colour: list[float]) -> None:
    """A fir of three tiers."""
    for tier in range(3):
        base, half = foot - tier * size, size - tier * size // 4
        outline = np.array([[x - half, base], [x + half, base], [x, base - 2 * size]], np.int32)
        cv2.fillPoly(picture, [outline], colour, cv2.LINE_AA)


def sign_place(text: str, width: int) -> Rectangle:
    """The sign's place on a desktop of this width: the middle of its upper edge."""
    wide = min(width, (len(text) + 4) * CELL_WIDTH)
    return Rectangle((width - wide) // 2, 0, wide, CELL_HEIGHT + 8)


def draw_sign(frame: Bgr, text: str) -> None:
    """The sign that says who acts, above all windows; without a text there is none."""
    if not text:
        return
    place = sign_place(text, frame.shape[1])
    strip = np.empty((place.height, place.width, 4), np.uint8)
    strip[:] = (*_SIGN, 255)
    paste(strip, line(text, len(text), _SIGN_INK, _SIGN), 2 * CELL_WIDTH, 4)
    paste(frame, strip, place.x, place.y)


def draw_clock(frame: Bgr, t: float, *, seconds: bool, colour: Colour = BAR) -> None:
    """The time of a working day that begins at nine, at the right end of the task bar."""
    whole = 9 * 3600 + int(t)
    text = f"{whole // 3600 % 24:02}:{whole // 60 % 60:02}"
    if seconds:
        text += f":{whole % 60:02}"
    bar = frame[max(0, frame.shape[0] - BAR_HEIGHT) :]
    x = frame.shape[1] - (len(text) + 2) * CELL_WIDTH
    paste(bar, line(text, len(text), _INK, colour), x, (BAR_HEIGHT - CELL_HEIGHT) // 2)
