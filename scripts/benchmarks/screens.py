"""Two screens beside each other: since when they show the same, and how close moving pictures come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import mss
import numpy as np

from support.xvfb import Xvfb

_LOOKS = 0.02
_POINTER = 4
"""Pixels of the lower right corner, across and down, in which no difference counts: the pointer is there, and
TigerVNC draws it into its picture where the viewer's own is elsewhere."""
_SLACK = 1.0
"""Seconds by which what is shown may be behind what is served."""


class Rest(NamedTuple):
    """How the viewer's screen came to be as the served one is, after that moved for the last time."""

    exact_after: float | None
    """Seconds, 0 where it was at the first look; None where it never was."""
    wrong_pixels: int
    """That differ at the end."""
    wrong_area: tuple[int, int, int, int] | None
    """What they lie in: x, y, width, height."""


class Screens:
    """Looks at both; a context manager."""

    def __init__(self, served: Xvfb, shown: Xvfb) -> None:
        self._grabbers = [mss.MSS(display=screen.display) for screen in (served, shown)]

    def close(self) -> None:
        for grabber in self._grabbers:
            grabber.close()

    def rest(self, patience: float) -> Rest:
        """Looks until both are the same, and for so many seconds at most. Nothing may be done at the served
        screen any more, but what was done a moment before may still be on its way there."""
        began = moved = time.monotonic()
        before = self._grab(0)
        while True:
            served = self._grab(0)
            looked = time.monotonic()
            shown = self._grab(1)
            if served != before:
                before, moved = served, looked
            elif not self._differing(served, shown).any():
                return Rest(round(max(0.0, looked - moved), 3), 0, None)
            if looked - began > patience:
                return self._wrong(served, shown)
            time.sleep(_LOOKS)

    def alike(self) -> float:
        """How close what is shown now comes to what is served: PSNR of all channels, 99 dB where equal."""
        shape = self._grabbers[0].monitors[0]["height"], self._grabbers[0].monitors[0]["width"]
        served, shown = (np.frombuffer(self._grab(number), np.uint8).reshape(*shape, 4) for number in (0, 1))
        return _psnr(served[..., :3], shown[..., :3])

    def likeness(self, area: tuple[int, int, int, int], seconds: float) -> dict[str, float]:
        """How close what is shown while it moves comes to what was served: of each picture seen at the
        viewer, the likeness to the one served in the second before that it is most like. So being late costs
        nothing here, but what is torn, blurred or behind in places does. Medians, and the worst tenth:

        `psnr` (dB) and `ssim` of the luma, `psnr_colour` of all three channels.
        """
        x, y, width, height = area
        box = {"left": x, "top": y, "width": width, "height": height}
        served: list[tuple[float, bytes]] = []
        shown: list[tuple[float, bytes]] = []
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            picture = bytes(self._grabbers[0].grab(box).raw)
            if not served or served[-1][1] != picture:
                served.append((now, picture))
            # Not all that is shown is judged: it would take as long as everything else.
            if now > end - seconds + _SLACK and (not shown or now - shown[-1][0] > 0.15):
                shown.append((time.monotonic(), bytes(self._grabbers[1].grab(box).raw)))
            time.sleep(max(0.0, now + 1 / 120 - time.monotonic()))
        figures = [_closest(served, moment, picture, (height, width)) for moment, picture in shown]
        names = ("psnr", "ssim", "psnr_colour")
        columns = dict(zip(names, np.array(figures).T, strict=True))
        likeness = {name: round(float(np.median(column)), 4) for name, column in columns.items()}
        return likeness | {
            f"{name}_p10": round(float(np.quantile(column, 0.1)), 4) for name, column in columns.items()
        }

    def _wrong(self, served: bytes, shown: bytes) -> Rest:
        wrong = self._differing(served, shown)
        x, y, width, height = cv2.boundingRect(wrong.astype(np.uint8))
        return Rest(None, int(wrong.sum()), (x, y, width, height))

    def _differing(self, one: bytes, other: bytes) -> Any:
        """Whether each pixel differs, (height, width); the fourth byte of each means nothing."""
        first, second = (np.frombuffer(raw, np.uint32) for raw in (one, other))
        differing = ((first ^ second) & 0x00FFFFFF != 0).reshape(-1, self._grabbers[0].monitors[0]["width"])
        differing[-_POINTER:, -_POINTER:] = False
        return differing

    def _grab(self, number: int) -> bytes:
        grabber = self._grabbers[number]
        return bytes(grabber.grab(grabber.monitors[0]).raw)


def _closest(
    served: Sequence[tuple[float, bytes]], moment: float, shown: bytes, shape: tuple[int, int]
) -> tuple[float, float, float]:
    picture = _pixels(shown, shape)
    candidates = [_pixels(raw, shape) for at, raw in served if moment - _SLACK <= at <= moment]
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    best = max(candidates, key=lambda one: cv2.PSNR(cv2.cvtColor(one, cv2.COLOR_BGR2GRAY), luma))
    grey = cv2.cvtColor(best, cv2.COLOR_BGR2GRAY)
    return _psnr(grey, luma), _ssim(grey, luma), _psnr(best, picture)


def _psnr(one: Any, other: Any) -> float:
    # What is equal would be infinitely alike; 99 dB stands for it.
    return min(99.0, float(cv2.PSNR(one, other)))


def _pixels(raw: bytes, shape: tuple[int, int]) -> Any:
    return np.ascontiguousarray(np.frombuffer(raw, np.uint8).reshape(*shape, 4)[..., :3])


def _ssim(one: Any, other: Any) -> float:
    """Structural similarity with the usual window, a Gaussian of 11 x 11 and 1.5."""
    first, second = one.astype(np.float32), other.astype(np.float32)

    def blurred(values: Any) -> Any:
        return cv2.GaussianBlur(values, (11, 11), 1.5)

    mean1, mean2 = blurred(first), blurred(second)
    variance1 = blurred(first * first) - mean1 * mean1
    variance2 = blurred(second * second) - mean2 * mean2
    covariance = blurred(first * second) - mean1 * mean2
    small1, small2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    above = (2 * mean1 * mean2 + small1) * (2 * covariance + small2)
    below = (mean1 * mean1 + mean2 * mean2 + small1) * (variance1 + variance2 + small2)
    return float((above / below).mean())
