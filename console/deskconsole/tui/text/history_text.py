"""The history of statistics as lines: a day, a host, or all of them together. No widgets."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.content import Content

from deskconsole.common.figures import count, duration, fit, percent, size
from deskconsole.common.safe_text import safe_text
from deskconsole.history.day import HostDay, total
from deskconsole.wording.status import Kind

from .colours import COLOURS, MUTED

NAMES = 24
"""Cells of the longest name of a host that is shown whole."""


def axis_time(seconds: float) -> str:
    """Writes a time for an axis: `7.5 h`, `12 min`, `0`"""
    if seconds < 3600:
        return duration(seconds) if seconds else "0"
    return f"{seconds / 3600:.1f} h"


def by_day(days: Iterable[HostDay], first: dt.date, number: int) -> list[HostDay]:
    """`number` days from `first` on, all hosts together; days without anything are empty."""
    found: dict[str, list[HostDay]] = {}
    for day in days:
        found.setdefault(day.day, []).append(day)
    names = [(first + dt.timedelta(days=index)).isoformat() for index in range(number)]
    return [total(found.get(name, ()), day=name) for name in names]


def by_host(days: Sequence[HostDay]) -> list[HostDay]:
    """The sum of each host, those with most outages first."""
    groups = itertools.groupby(sorted(days, key=lambda day: day.host), key=lambda day: day.host)
    return sorted(
        (total(group, host=host) for host, group in groups), key=lambda day: (-day.outages, day.host)
    )


def lines_of(days: Sequence[HostDay], width: int) -> list[Content]:
    """A line each, with a name or a day in front; names are made safe. What has no room is left out."""
    names = [safe_text(day.host or day.day, 64) for day in days]
    longest = min(NAMES, max((cell_len(name) for name in names), default=0))
    return [_line(fit(name, longest), day, width) for name, day in zip(names, days, strict=True)]


def _line(name: str, day: HostDay, width: int) -> Content:
    down = f" ({duration(day.down)})" if day.down >= 1 else ""
    causes = sorted(day.refreshes.items(), key=lambda item: (-item[1], item[0]))
    facts = [
        ("live", f"{duration(day.live):<12}", ""),
        ("outages", f"{count(day.outages) + down:<15}", COLOURS[Kind.ATTENTION] if day.outages else MUTED),
        ("received", f"{size(day.received):<7}", ""),
        ("saved", f"{percent(day.saved_share):<7}", ""),
        ("slices", f"{count(day.slices):<10}", ""),
        ("refreshes", ", ".join(f"{number:,} {cause}" for cause, number in causes) or "0", ""),
    ]
    line = Content.styled(name, "bold")
    for noun, figure, colour in facts:
        longer = Content.assemble(line, "  ", (f"{noun} ", MUTED), (figure, colour))
        if longer.rstrip().cell_length > width:
            break
        line = longer
    return line
