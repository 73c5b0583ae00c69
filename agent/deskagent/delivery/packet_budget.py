"""The budget of one packet: what the link carries, and this computer encodes, in `PACKET_SECONDS`.

Nothing here changes anything, knows a link or looks at a clock: bytes and seconds are given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from deskagent.encoding.codecs.jpeg import FULL_COLOUR_PIXELS, VideoLimits
from deskwire.encodings import Encoding
from deskwire.packet import INFO, Slice

from .congestion import FLOOR, UNKNOWN

PACKET_SECONDS: Final = 0.04
"""Seconds that one packet takes on the link, and of CPU, at most where it can be divided: what changes
meanwhile waits no longer than that. It is also the time between two pictures of a film, 25 a second."""

LEAST_PIXELS: Final = 4096
"""Pixels of a packet at least, however slow the link is."""

_REFINED_AT_ONCE: Final = 256 * 1024
"""Pixels that a packet makes exact at most: 4 to 17 ms of work, then new changes come first again. A film of
half a screen is exact after four of them."""

_LEAST_DENSITY: Final = 0.5
"""Bytes a changed pixel that are expected at least: what comes next may be worse than what came last. A link
that carries a whole screen of that in one packet divides nothing."""

_REFINED_DENSITY: Final = 2.0
"""Bytes of a pixel that is made exact, until it is known: a photograph with grain."""

_LEAST_PACE: Final = 19e-9
"""Seconds of CPU a pixel that are expected at least: 1920x1080 of text is not divided. A photograph takes 65
ns a pixel without loss, text 10."""

_MANY_PIXELS: Final = 1 << 16
"""Pixels from which on a packet says something about the pace: its fixed cost is little beside."""

_LATEST: Final = 0.3
"""Weight of the latest packet among those before it, where it took less."""

_LASTS: Final = 3.0
"""Seconds after which 1/e is left of what an update took: the next one is expected to take that at least."""

_REFRESH_SECONDS: Final = 0.25
"""Seconds of the link that a whole frame may take without loss where with loss it takes far less: nothing
else can be shown meanwhile. Of 10 Mbit/s a desktop of text takes 0.1 s, one with a photograph 3.5 s."""

_REFRESH_BYTES: Final = 320 * 1024
"""The same in bytes for a link of unknown rate, as it is at first: 0.25 s of 10 Mbit/s."""


_EXACT_TIMES: Final = 20
"""Times as much that a whole frame may take where the console wants it without loss: 5 s of the link. A film
that fills 1920x1080 takes 3 to 4 MB, 3 s of 10 Mbit/s."""


class EncodingCost(NamedTuple):
    """The cost of the packets of one link so far."""

    exact: float = _LEAST_DENSITY
    """Bytes a pixel of changes without loss."""
    video: float = _LEAST_DENSITY
    """Bytes a pixel of pictures in motion."""
    refined: float = _REFINED_DENSITY
    """Bytes a pixel of what is made exact."""
    pace: float = _LEAST_PACE
    """Seconds of CPU a pixel."""
    update: float = 0.0
    """Bytes that all that has changed takes, at the time `at`."""
    at: float = -math.inf

    def after(
        self, changes: Sequence[Slice], refined: Sequence[Slice], *, share: float, seconds: float, now: float
    ) -> EncodingCost:
        """The cost after a packet of these slices. It brought this `share` of what had changed (0 to 1), and
        took `seconds` of CPU."""
        video = [one for one in changes if one.body[0] == Encoding.JPEG]
        exact = [one for one in changes if one.body[0] != Encoding.JPEG]
        encoded = [one for one in (*changes, *refined) if one.body[0] != Encoding.COPY]
        pixels = sum(one.rectangle.area for one in encoded)
        # The last tile of a film, and a letter typed beside it, say nothing about its next picture.
        faded = self.update * math.exp((self.at - now) / _LASTS)
        return EncodingCost(
            exact=_density(self.exact, exact),
            video=_density(self.video, video),
            refined=_density(self.refined, refined),
            pace=max(seconds / pixels, (1 - _LATEST) * self.pace) if pixels >= _MANY_PIXELS else self.pace,
            update=max(sum(len(one.body) for one in changes) / share, faded),
            at=now,
        )


class PacketBudget(NamedTuple):
    """The budget of the next packet of one link."""

    rate: float | None = None
    """Bytes a second that the link carries; None: not known yet."""
    cost: EncodingCost = EncodingCost()

    @property
    def size(self) -> int:
        """Bytes of a packet that can be divided, at most."""
        return UNKNOWN if self.rate is None else max(FLOOR, int(self.rate * PACKET_SECONDS))

    @property
    def pixels(self) -> int:
        """Changed pixels, at most: what both the link and this computer are done with in time."""
        return max(LEAST_PIXELS, int(min(self.size / self._exact, self._encoded)))

    def weight(self, area: int, *, in_motion: bool) -> float:
        """The part of `pixels` that an area takes: one in motion takes fewer bytes."""
        return area * self.cost.video / self._exact if in_motion else area

    def refined(self, taken: float) -> int:
        """Pixels that the packet makes exact, at most, beside changes that take so many of `pixels`."""
        carried = (self.size - taken * self._exact) / max(self.cost.refined, _LEAST_DENSITY)
        # A little always: beside a film that takes all there is it would wait for the film's end.
        return max(LEAST_PIXELS, int(min(carried, _REFINED_AT_ONCE - taken, self._encoded - taken)))

    def video(self, share: float) -> VideoLimits:
        """The limits of pictures in motion in a packet that brings this share of what has changed.

        What has to wait for the next packets is probably in motion as well, and needs its part of the link.
        """
        size = math.inf if self.rate is None else share * self.rate * PACKET_SECONDS
        seconds = 0.0 if self.rate is None else self.cost.update / self.rate
        return VideoLimits(size, share * FULL_COLOUR_PIXELS, seconds)

    @property
    def refresh_size(self) -> int:
        """Bytes of a whole frame without loss, at most, where loss makes it much smaller."""
        return _REFRESH_BYTES if self.rate is None else int(self.rate * _REFRESH_SECONDS)

    @property
    def exact_refresh_size(self) -> int:
        """The same where the console has asked for the picture without loss."""
        return _EXACT_TIMES * self.refresh_size

    @property
    def _exact(self) -> float:
        return max(self.cost.exact, _LEAST_DENSITY)

    @property
    def _encoded(self) -> float:
        return PACKET_SECONDS / max(self.cost.pace, _LEAST_PACE)


def _density(before: float, slices: Sequence[Slice]) -> float:
    """Bytes a pixel to expect after these slices, if they are enough to tell."""
    pixels = sum(one.rectangle.area for one in slices)
    if pixels < LEAST_PIXELS:
        return before
    return max(sum(INFO.size + len(one.body) for one in slices) / pixels, (1 - _LATEST) * before)
