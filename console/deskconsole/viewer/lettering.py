"""Letters on pictures: OpenCV's own, which are ASCII, and lines that fit."""

from __future__ import annotations

import re

import cv2
import numpy as np
from numpy.typing import NDArray

FONT = cv2.FONT_HERSHEY_SIMPLEX
DARK, AMBER, PALE = (24, 24, 24), (64, 200, 255), (220, 220, 220)


def put(
    image: NDArray[np.uint8],
    text: str,
    at: tuple[int, int],
    scale: float,
    colour: tuple[int, int, int],
    *,
    thickness: int = 1,
) -> None:
    """Writes a line of ASCII that begins at this point of its base line."""
    cv2.putText(image, text, at, FONT, scale, colour, thickness, cv2.LINE_AA)


def wrapped(text: str, scale: float, room: int) -> list[str]:
    """`text` in lines of at most `room` pixels, broken between words; gaps within a line stay as they are."""
    lines = [""]
    for word in re.findall(r"\s*\S+", text):
        longer = lines[-1] + word
        if not lines[-1] or text_width(longer, scale) <= room:
            lines[-1] = longer
        else:
            lines.append(word.lstrip())
    return lines


def cut(text: str, scale: float, room: int) -> str:
    """Cuts `text` to `room` pixels, with two dots where something is left out."""
    if text_width(text, scale) <= room:
        return text
    while text and text_width(f"{text}..", scale) > room:
        text = text[:-1]
    return f"{text}.." if text else ""


def text_width(text: str, scale: float) -> int:
    """Pixels that a line of ASCII takes."""
    return cv2.getTextSize(text, FONT, scale, 1)[0][0]
