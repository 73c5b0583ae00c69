"""The overlay over the picture: the banner of an old picture, the line with the keys, the box with all keys.

No window here, only arrays and a clock that is given.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .ascii_text import ascii_text
from .keys import HostKeyName, WindowKey, help_rows, hint
from .lettering import AMBER, DARK, FONT, PALE, text_width, wrapped
from .messages import Status

_HINTED, _FADING = 4.0, 1.0
"""Seconds that the line with the keys is seen, and in which it fades at their end."""

FADE_STEP = 0.05
"""Seconds between two drawings of a line that fades."""

_MARGIN = 10
_LEADING = 42
"""Pixels from line to line in a font of scale 1."""

_SMALLEST = 0.6
"""The part of their size to which the keys' letters shrink in a small window; below it they are illegible."""

_FADED = (np.arange(256) // 2 + 32).astype(np.uint8)


class Overlay:
    """The texts that are shown over the picture. `now` is seconds on the monotonic clock.

    `rows` and `line` give all keys and the most important ones, by the host key that they are told.
    """

    def __init__(
        self,
        host_key: HostKeyName | None = "right ctrl",
        *,
        rows: Callable[[HostKeyName | None], Sequence[WindowKey]] = help_rows,
        line: Callable[[HostKeyName | None], str] = hint,
    ) -> None:
        self._rows = rows
        self._line = line
        self.host_key = host_key
        """The key that takes control; None: the window can only show the host."""
        self.helping = False
        """The box with the keys is shown."""
        self.times = ""
        """The line with the times of inputs, which stays while it is wanted."""
        self._play_place = ""
        """The line that tells where a recording is, which stays while it is wanted."""
        self.figures: tuple[str, ...] = ()
        """The lines of figures, which stay while they are wanted."""
        self._hint = ""
        self._hint_until = 0.0
        self._stale: Status | None = None
        self._stale_since = 0.0
        self._banner = ""

    @property
    def stale(self) -> bool:
        """True if the picture is old."""
        return self._stale is not None

    def status(self, status: Status) -> bool:
        """The picture is old, or not any more; True where the whole has to be drawn for that."""
        if status.stale and self._stale is None:
            self._stale_since = time.time()
            self._banner = ""
        live_again = self._stale is not None and not status.stale
        self._stale = status if status.stale else None
        return live_again

    def damaged(self) -> bool:
        """The picture changed, so it is not old; True where it was."""
        was_stale, self._stale = self._stale is not None, None
        return was_stale

    def count_age(self) -> bool:
        """Brings the banner up to date; True where it has another text now."""
        if self._stale is None:
            return False
        at = self._stale_since if self._stale.at is None else self._stale.at
        seconds = max(0, int(time.time() - at))
        age = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
        moment = time.strftime("%H:%M:%S", time.localtime(at))
        before, self._banner = self._banner, f"picture of {moment} ({age} old)\n{self._stale.text}"
        return self._banner != before

    def hint(self, now: float) -> None:
        """Shows the line with the keys for a while."""
        self.say(self._line(self.host_key), now)

    def say(self, sentence: str, now: float) -> None:
        """Shows this line for a while."""
        self._hint, self._hint_until = sentence, now + _HINTED

    def tell_place(self, line: str) -> None:
        """Shows this line about where a recording is, and from then on; empty: no more."""
        if line and not self._play_place:
            self._hint_until = 0.0
        self._play_place = line

    def toggle_help(self) -> None:
        """Shows or hides the box with the keys; the line with the keys has done its work then."""
        self.helping = not self.helping
        self._hint_until = 0.0

    def fading(self, now: float) -> bool:
        """Does the line with the keys fade, so that it is to be drawn again?"""
        if not self._hint_until or self._hint_until - now >= _FADING:
            return False
        if now > self._hint_until:
            self._hint_until = 0.0
        return True

    def covers(self, now: float) -> bool:
        """Is something over a live picture? A part drawn alone would be drawn over it."""
        return self.helping or bool(self.times or self._play_place or self.figures) or self._strength(now) > 0

    def draw(self, image: NDArray[np.uint8], now: float) -> None:
        """Draws it on `image`, (height, width, 4) BGRX, which shows the picture alone."""
        if self._stale is not None:
            draw_banner(image, self._banner)
        if self.figures:
            _draw_figures(image, [ascii_text(line) for line in self.figures])
        if self.helping:
            _draw_help(image, self._rows(self.host_key))
        elif (strength := self._strength(now)) > 0:
            _draw_hint(image, ascii_text(self._hint), strength)
        elif line := self._play_place or self.times:
            _draw_hint(image, line, 1)

    def _strength(self, now: float) -> float:
        """The strength at which the line with the keys is seen, 0 to 1."""
        return min(1.0, max(0.0, (self._hint_until - now) / _FADING))


def draw_banner(image: NDArray[np.uint8], text: str) -> None:
    """Makes `image` (BGRX) grey, at half the brightness, with `text` in a banner across its top, the first
    line of it larger."""
    grey = cv2.LUT(cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY), _FADED)
    cv2.cvtColor(grey, cv2.COLOR_GRAY2BGRA, dst=image)
    first, *rest = ascii_text(text).splitlines()
    room = image.shape[1] - 2 * _MARGIN
    lines = [(line, 0.7, AMBER) for line in wrapped(first, 0.7, room)]
    lines += [(line, 0.5, PALE) for said in rest for line in wrapped(said, 0.5, room)]
    bottoms = list(itertools.accumulate(round(scale * _LEADING) for _, scale, _ in lines))
    cv2.rectangle(image, (0, 0), (image.shape[1], bottoms[-1] + _MARGIN), DARK, cv2.FILLED)
    for (line, scale, colour), bottom in zip(lines, bottoms, strict=True):
        cv2.putText(image, line, (_MARGIN, bottom), FONT, scale, colour, 1, cv2.LINE_AA)


def _draw_hint(image: NDArray[np.uint8], text: str, strength: float) -> None:
    """Lays a text into a banner across the bottom of `image` (BGRX), `strength` (0 to 1) of it seen."""
    lines = wrapped(text, 0.5, image.shape[1] - 2 * _MARGIN)
    widths, heights = zip(*(cv2.getTextSize(line, FONT, 0.5, 1)[0] for line in lines), strict=True)
    high = min(image.shape[0], heights[0] + (len(lines) - 1) * _LEADING // 2 + 2 * _MARGIN)
    below = image[image.shape[0] - high :]
    banner = np.full_like(below, DARK[0])
    for number, (line, width) in enumerate(zip(reversed(lines), reversed(widths), strict=True)):
        place = max(_MARGIN, (image.shape[1] - width) // 2), high - _MARGIN - number * _LEADING // 2
        cv2.putText(banner, line, place, FONT, 0.5, PALE, 1, cv2.LINE_AA)
    cv2.addWeighted(banner, strength, below, 1 - strength, 0, dst=below)


def _draw_figures(image: NDArray[np.uint8], lines: Sequence[str]) -> None:
    """Lays lines into the top right corner of `image` (BGRX), on a ground that the picture shines through."""
    width = max(text_width(line, 0.5) for line in lines) + 2 * _MARGIN
    height = len(lines) * _LEADING // 2 + _MARGIN
    below = image[:height, max(0, image.shape[1] - width) :]
    ground = np.full_like(below, DARK[0])
    for number, line in enumerate(lines, start=1):
        cv2.putText(ground, line, (_MARGIN, number * _LEADING // 2), FONT, 0.5, PALE, 1, cv2.LINE_AA)
    cv2.addWeighted(ground, 0.8, below, 0.2, 0, dst=below)


def _draw_help(image: NDArray[np.uint8], rows: Sequence[tuple[str, str]]) -> None:
    """Lays a box into the middle of `image` (BGRX): keys beside what they do; in two columns, or smaller,
    where the window is too low for all of them."""
    wide = [max(text_width(row[n], 0.5) for row in rows) for n in (0, 1)]
    column = wide[0] + wide[1] + 4 * _MARGIN
    leading = _LEADING // 2 + 2

    def fitting(columns: int) -> float:
        height = leading * -(-len(rows) // columns) + 2 * _MARGIN
        return float(min(1.0, image.shape[1] / (columns * column), image.shape[0] / height))

    columns = 2 if fitting(2) > fitting(1) else 1
    each, shrunk = -(-len(rows) // columns), max(_SMALLEST, fitting(columns))
    width, height = round(shrunk * columns * column), round(shrunk * (leading * each + 2 * _MARGIN))
    left, top = max(0, (image.shape[1] - width) // 2), max(0, (image.shape[0] - height) // 2)
    cv2.rectangle(image, (left, top), (left + width, top + height), DARK, cv2.FILLED)
    for number, (key, meaning) in enumerate(rows):
        across, down = divmod(number, each)
        bottom = top + round(shrunk * (_MARGIN // 2 + leading * (down + 1)))
        for text, begin, colour in ((key, _MARGIN, AMBER), (meaning, wide[0] + 3 * _MARGIN, PALE)):
            place = left + round(shrunk * (across * column + begin)), bottom
            cv2.putText(image, text, place, FONT, 0.5 * shrunk, colour, 1, cv2.LINE_AA)
