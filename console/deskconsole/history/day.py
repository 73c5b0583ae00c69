"""The figures of one host on one day, as they are kept; docs/statistics.md defines each."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

import msgspec


class HostDay(msgspec.Struct, frozen=True, kw_only=True):
    """The traffic and outages of one host between two midnights of this computer's clock."""

    host: str
    day: str
    """`2026-11-28`"""
    live: float = 0.0
    """Seconds with a link that was not stale."""
    outages: int = 0
    """Links that ended on this day without being asked to."""
    down: float = 0.0
    """Seconds from the end of such a link until the next one, or until the session ended."""
    slices: int = 0
    updates: int = 0
    refreshes: dict[str, int] = {}
    """The number of refreshes by trigger."""
    received: int = 0
    saved_against_refreshes: int = 0
    saved_against_raw: int = 0
    previews: int = 0

    @property
    def saved_share(self) -> float | None:
        """Part (0 to 1) of the bytes that refreshes for every update would have cost; None before any."""
        whole = self.received + self.saved_against_refreshes
        return self.saved_against_refreshes / whole if self.updates and whole else None

    @property
    def empty(self) -> bool:
        """True if nothing happened on that day."""
        return self == HostDay(host=self.host, day=self.day)


SUMS = tuple(field for field in HostDay.__struct_fields__ if field not in {"host", "day", "refreshes"})
"""Fields that are numbers, to be added."""


def total(days: Iterable[HostDay], *, host: str = "", day: str = "") -> HostDay:
    """Adds up days, under the given names.

    >>> total([HostDay(host="a", day="d", slices=2), HostDay(host="b", day="d", slices=3)]).slices
    5
    """
    refreshes: Counter[str] = Counter()
    sums = dict.fromkeys(SUMS, 0)
    for each in days:
        refreshes.update(each.refreshes)
        for field in SUMS:
            sums[field] += getattr(each, field)
    return HostDay(host=host, day=day, refreshes=dict(refreshes), **sums)


def today() -> dt.date:
    """The day by this computer's clock and time zone."""
    return dt.datetime.now().astimezone().date()


def until_midnight() -> float:
    """Seconds until the next day begins; a day may have 23 or 25 hours."""
    now = dt.datetime.now().astimezone()
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time()).astimezone()
    return (midnight - now).total_seconds()
