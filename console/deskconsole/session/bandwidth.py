"""The fleet's bandwidth, shared by who is looked at: how often previews come, what full streams may take.

Pure arithmetic: it knows neither sessions nor clocks. The words are those of docs/configuration.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Priority(IntEnum):
    """The order in which hosts get their shares."""

    FULL = 0
    """The host has the full stream."""
    TYPED_INTO = 1
    """The user types into it, and its preview shows the effect."""
    SELECTED = 2
    """Its preview is on the screen."""
    WATCHED = 3
    """The host has a tile on the wall's window."""
    TILE = 4
    """The host's preview is one of many on the screen, on the wall."""
    VISIBLE = 5
    """Its row is on the screen."""
    ELSEWHERE = 6
    UNSEEN = 7
    """The wall is on the screen, and the host is not on it."""


BASE: Mapping[Priority, float] = {
    Priority.TYPED_INTO: 0.2,
    Priority.SELECTED: 1.0,
    Priority.WATCHED: 0.2,
    Priority.TILE: 0.5,
    Priority.VISIBLE: 2.0,
    Priority.ELSEWHERE: 5.0,
}
"""Seconds between two previews where there is plenty of everything."""

NEVER = 3600.0
"""Seconds between two previews of a host that is not seen: the longest that the wire knows."""

SLOWEST = 100.0
"""Seconds between two previews at most, however little there is."""

PREVIEWS = 1_000_000
"""Bytes a second for all previews without a budget: 100 hosts need a third of it."""

WATCHED_PREVIEWS = 4_000_000
"""Bytes a second for all previews while the wall's window shows: 30 hosts at five a second need half."""

PREVIEWS_SHARE = 0.25
"""The part of a budget that previews may take while a host has the full stream; all of it otherwise."""

CPU_SHARE = 0.4
"""The part of one core that the console takes before it slows previews down."""

UNKNOWN = 12_000
"""Bytes of a preview before the first: those of a desktop of 1920 x 1080."""

SIZES = ((320, 180), (480, 270), (640, 360), (960, 540))
"""Width and height of previews, the smallest first; larger ones would not fit into 48 kB."""

_TIER_SHARE = 0.75
"""The part of what is left that one priority may take; the next has the remainder at least."""

_STRETCH_MOST = 30.0
_FASTER, _SLOWER = 0.9, 1.25


@dataclass(frozen=True, slots=True)
class Claim:
    """The wish of one host with a link."""

    name: str
    priority: Priority
    preview_bytes: float = UNKNOWN
    """Mean size of its previews."""


@dataclass(frozen=True, slots=True)
class Share:
    """The part that it gets."""

    interval: float = 1.0
    """Seconds between two previews."""
    rate: int = 0
    """Bytes a second of the full stream; 0: no bound."""


def share_out(claims: Sequence[Claim], limit: int, stretch: float = 1.0) -> dict[str, Share]:
    """Each host's share of `limit` bytes a second (0: only previews have a bound, together).

    `stretch`, from `stretched`, makes all previews but that of the selected host slower.
    """
    full = [claim for claim in claims if claim.priority is Priority.FULL]
    watched = any(claim.priority is Priority.WATCHED for claim in claims)
    unbound = WATCHED_PREVIEWS if watched else PREVIEWS
    left = float(unbound if not limit else limit * PREVIEWS_SHARE if full else limit)
    spent = 0.0
    intervals: dict[Priority, float] = {}
    for priority, base in BASE.items():
        size = sum(claim.preview_bytes for claim in claims if claim.priority is priority)
        last = priority is Priority.ELSEWHERE
        room = left if last else left * _TIER_SHARE
        wanted = base if priority <= Priority.SELECTED else base * stretch
        interval = _rung(min(SLOWEST, max(wanted, size / room if room > 0 else SLOWEST)))
        intervals[priority] = interval
        left = max(0.0, left - size / interval)
        spent += size / interval
    rate = _rounded(max(1.0, (limit - spent) / len(full))) if limit and full else 0
    # A host with the full stream gets no previews; they begin with the selected one's pace when it ends.
    intervals[Priority.FULL] = intervals[Priority.SELECTED]
    intervals[Priority.UNSEEN] = NEVER
    return {
        claim.name: Share(intervals[claim.priority], rate if claim.priority is Priority.FULL else 0)
        for claim in claims
    }


def preview_size(room: tuple[int, int]) -> tuple[int, int]:
    """The size of the previews that serve a place of this size (width, height): an agent is not to be told
    of every pixel that a window grows by."""
    return next((size for size in SIZES if size[0] >= room[0] or size[1] >= room[1]), SIZES[-1])


def stretched(stretch: float, load: float) -> float:
    """The next stretch, given this one and the part of a core that the console took meanwhile: quickly up
    where it is too much, slowly down where there is room."""
    if load > CPU_SHARE:
        return min(_STRETCH_MOST, stretch * _SLOWER)
    return max(1.0, stretch * _FASTER) if load < CPU_SHARE * 0.75 else stretch


def _rung(interval: float) -> float:
    """The next step of a ladder: an agent is not to be told of every tenth of a second."""
    power = 10.0 ** math.floor(math.log10(interval))
    return next(step * power for step in (1, 1.5, 2, 3, 5, 7.5, 10) if step * power >= interval - 1e-9)


def _rounded(rate: float) -> int:
    """Down to two figures, for the same reason."""
    power = 10.0 ** max(0, int(math.log10(rate)) - 1)
    return max(1, int(rate // power * power))
