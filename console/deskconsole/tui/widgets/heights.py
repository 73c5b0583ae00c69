"""The heights of a screen's parts, in lines, by what is in them. Numbers only, no widgets."""

from __future__ import annotations

from dataclasses import dataclass

from .breakpoints import SHORT

HOSTS = 7
"""The heading and six hosts: the picture does not take these lines."""

PICTURE = 12
"""Lines of a picture from which a desktop can be recognised."""

EVENTS = 4
"""A title and three events; less is not worth its lines."""

LOW_CHART, HIGH_CHART = 5, 8
"""Lines of a chart with its title and its time axis."""

TINY = SHORT - 2
"""The table has all lines between the header and the keys where these are fewer."""


@dataclass(frozen=True, slots=True)
class Heights:
    """Lines of each part, titles included; 0: it is not shown."""

    table: int
    detail: int
    events: int


def share_lines(height: int, *, rows: int, facts: int, picture: int, events: int) -> Heights:
    """Shares out `height` lines between the table, the detail of one host and the events.

    `rows` are the table's with its heading, `facts` the detail's in words (0: no host is selected),
    `picture` those that the host's picture can fill at most (0: there is none), `events` how many there are.
    """
    if height < TINY:
        return Heights(height, 0, 0)
    if not facts:
        return Heights(rows, 0, height - rows)
    # The last facts beside a picture are the stream's figures: the hosts need those lines more.
    least = 1 + (max(min(facts, PICTURE), min(picture, PICTURE)) if picture else facts)
    table = min(rows, HOSTS)
    detail = min(least, height - table)
    left = height - table - detail
    table, left = _grow(table, left, min(rows, height * 45 // 100))
    log = EVENTS if left >= EVENTS else 0
    left -= log
    detail, left = _grow(detail, left, 1 + max(facts, picture))
    if log:
        log, left = _grow(log, left, 1 + events)
    table, left = _grow(table, left, rows)
    # What nothing needs stays empty below the events, or below the facts where there are none.
    return Heights(table, detail, log + left) if log else Heights(table, detail + left, 0)


@dataclass(frozen=True, slots=True)
class HostHeights:
    """Lines of each part of one host's screen, titles included; 0: it is not shown."""

    detail: int
    charts: int
    events: int


def share_host_lines(height: int, *, facts: int, picture: int, beneath: bool, charts: bool) -> HostHeights:
    """Shares out `height` lines of the screen about one host; arguments as for `share_lines`.

    `beneath`: the picture stands below the facts. `charts`: there is something to draw in them. No fact
    gives way to anything.
    """
    together = facts + picture if beneath else max(facts, picture)
    least = min(picture, PICTURE)
    detail = min(height, 1 + (facts + least if beneath else max(facts, least)))
    left = height - detail
    log = EVENTS if left >= EVENTS else 0
    left -= log
    drawn = 0
    if charts and left >= 2 * LOW_CHART:
        drawn = 2 * LOW_CHART
        left -= drawn
    detail, left = _grow(detail, left, 1 + together)
    if drawn and left >= 2 * (HIGH_CHART - LOW_CHART) + EVENTS:
        left -= 2 * HIGH_CHART - drawn
        drawn = 2 * HIGH_CHART
    return HostHeights(detail, drawn, log + left) if log else HostHeights(detail + left, drawn, 0)


def _grow(now: int, left: int, wanted: int) -> tuple[int, int]:
    more = max(0, min(left, wanted - now))
    return now + more, left - more
