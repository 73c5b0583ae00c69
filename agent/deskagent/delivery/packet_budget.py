"""How much one packet may hold: what the link carries, and this computer encodes, in a few hundredths of a
second. It encodes nothing and knows no link; bytes and seconds are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deskwire.encodings import Encoding
from deskwire.packet import INFO, Slice

_REFINED_AT_ONCE: Final = 256 * 1024
"""Pixels that a packet makes exact at most: 4 to 17 ms of work, after which what is fresh has its turn again.
A film of half a screen is exact after four of them."""

_LEAST_PIXELS: Final = 4096
"""Pixels of a packet at least, however slow the link is."""

_LEAST_DENSITY: Final = 0.5
"""Bytes a changed pixel that are reckoned with at least: what comes next may be worse than what came last.
A link that carries a whole screen of that in 40 ms divides nothing."""

_REFINED_DENSITY: Final = 2.0
"""Bytes of a pixel that is made exact, until it is known: a photograph with grain."""

_AT_ONCE: Final = 0.04
"""Seconds of CPU that encoding one packet should take at most: what changes meanwhile waits for it. A
photograph takes 65 ns a pixel without loss, text 10."""

_LEAST_PACE: Final = 19e-9
"""Seconds a pixel that are reckoned with at least: 1920x1080 of text is not divided."""

_MANY_PIXELS: Final = 1 << 16
"""Pixels from which on a packet tells something of the pace: what it takes by itself is little beside."""

_LATEST: Final = 0.3
"""Weight of the latest packet among those before it, where it took less."""


class PacketBudget:
    """Of one link's packets, by what those before took."""

    def __init__(self) -> None:
        # Bytes a pixel: of changes without loss, of pictures in motion, of what is made exact.
        self._density = _LEAST_DENSITY
        self._film_density = _LEAST_DENSITY
        self._refined_density = _REFINED_DENSITY
        # Seconds of CPU a pixel.
        self._pace = _LEAST_PACE

    def pixels(self, size: int) -> int:
        """Changed pixels that a packet of about `size` bytes should hold at most."""
        return max(_LEAST_PIXELS, int(min(size / self._dense, self._encoded)))

    def weigh(self, area: int, *, in_motion: bool) -> float:
        """What counts for so many pixels of other changes: a film takes fewer bytes."""
        return area * self._film_density / self._dense if in_motion else area

    def refined(self, size: int, taken: float) -> int:
        """Pixels that a packet of about `size` bytes should make exact, beside `taken` ones of changes."""
        carried = (size - taken * self._dense) / max(self._refined_density, _LEAST_DENSITY)
        # A little always: beside a film that takes all there is it would wait for the film's end.
        return max(_LEAST_PIXELS, int(min(carried, _REFINED_AT_ONCE - taken, self._encoded - taken)))

    def took(self, changes: Sequence[Slice], refined: Sequence[Slice], pixels: int, seconds: float) -> None:
        """A packet was made of these, from so many pixels in so many seconds of CPU."""
        films = [one for one in changes if one.body[0] == Encoding.JPEG]
        others = [one for one in changes if one.body[0] != Encoding.JPEG]
        self._film_density = _denser(self._film_density, films)
        self._density = _denser(self._density, others)
        self._refined_density = _denser(self._refined_density, refined)
        if pixels >= _MANY_PIXELS:
            self._pace = max(seconds / pixels, (1 - _LATEST) * self._pace)

    @property
    def _dense(self) -> float:
        return max(self._density, _LEAST_DENSITY)

    @property
    def _encoded(self) -> float:
        return _AT_ONCE / max(self._pace, _LEAST_PACE)


def _denser(before: float, slices: Sequence[Slice]) -> float:
    """Bytes a pixel to reckon with after these, where they are enough to tell."""
    pixels = sum(one.rectangle.area for one in slices)
    if pixels < _LEAST_PIXELS:
        return before
    return max(sum(INFO.size + len(one.body) for one in slices) / pixels, (1 - _LATEST) * before)
