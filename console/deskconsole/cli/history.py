"""`deskconsole stats --history`: the figures of each host and day that this computer's consoles kept."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import itertools
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.safe_text import safe_text

from .running import kept_files
from .terminal import print_json, print_table, say

if TYPE_CHECKING:
    from deskconsole.common.paths import Paths
    from deskconsole.history.database import HistoryDatabase
    from deskconsole.history.day import HostDay


def show_history(
    names: Sequence[str] | None, group: str | None, days: int, *, as_csv: bool, json: bool
) -> None:
    """Prints the figures of the last `days` days: of `names` each day, else a sum for each host of the
    `group`, or of all."""
    from deskconsole.app.results import HistoryResult
    from deskconsole.history.database import HistoryDatabase
    from deskconsole.history.day import today

    if as_csv and json:
        raise ConfigurationError("--csv and --json are two formats", remedy="Leave one of both out.")
    if names and group is not None:
        raise ConfigurationError("give hosts, or --group GROUP, and not both")
    kept = kept_files(names or (), group)
    database = HistoryDatabase(kept.paths.history)
    found = database.read(today() - dt.timedelta(days=days - 1), _wanted(names, group, database, kept.paths))
    if found and kept.of_demo and not json:
        say(kept.note)
    if json:
        print_json([HistoryResult.of(day) for day in found])
    elif as_csv:
        _print_csv(found)
    elif not found:
        there = database.path.exists()
        kept.say_none(f"No figures of the last {days} days." if there else "No figures were kept yet.")
    elif names:
        print_table(("host", "day", *_HEAD), ((day.host, day.day, *_cells(day)) for day in found))
    else:
        print_table(("host", "days", *_HEAD), _sums(found))


def _wanted(
    names: Sequence[str] | None, group: str | None, database: HistoryDatabase, paths: Paths
) -> Collection[str] | None:
    """The hosts that are meant; None: all. Raises ConfigurationError for a name that neither the list has,
    nor the history, which keeps hosts that were removed."""
    from deskconsole.inventory.inventory import Inventory

    if group is not None:
        return {host.name for host in Inventory.load(paths.hosts).in_group(group)}
    if not names:
        return None
    kept = {day.host for day in database.read()}
    listed = set() if kept.issuperset(names) else {host.name for host in Inventory.load(paths.hosts).hosts}
    for name in names:
        if name not in kept | listed:
            near = difflib.get_close_matches(name, sorted(kept | listed), n=1)
            raise ConfigurationError(
                f"there are no figures of a host called {name!r}",
                remedy=f"Did you mean {near[0]!r}?" if near else "`deskconsole stats --history` lists all.",
            )
    return set(names)


_HEAD = ("live", "outages", "down", "received", "saved", "updates", "slices", "refreshes")


def _cells(day: HostDay) -> tuple[str, ...]:
    from deskconsole.common.figures import count, duration, percent, size

    return (
        duration(day.live),
        count(day.outages),
        duration(day.down) if day.outages or day.down else "",
        size(day.received),
        percent(day.saved_share) if day.saved_share is not None else "",
        count(day.updates),
        count(day.slices),
        ", ".join(f"{number:,} {cause}" for cause, number in sorted(day.refreshes.items())),
    )


def _sums(days: Sequence[HostDay]) -> list[tuple[str, ...]]:
    from deskconsole.history.day import total

    rows = []
    for host, group in itertools.groupby(days, key=lambda day: day.host):
        each = list(group)
        rows.append((host, str(len(each)), *_cells(total(each, host=host))))
    return rows


def _print_csv(days: Sequence[HostDay]) -> None:
    """One line for each host and day; every trigger has its column, whether it occurred or not."""
    from deskconsole.history.day import SUMS
    from deskconsole.session.statistics import UNNAMED
    from deskwire.triggers import Trigger

    causes = [*(trigger.value for trigger in Trigger), UNNAMED]
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(["host", "day", *SUMS, *(f"refreshes: {cause}" for cause in causes)])
    for day in days:
        figures = [getattr(day, field) for field in SUMS]
        lines.writerow(
            [safe_text(day.host), day.day, *figures, *(day.refreshes.get(cause, 0) for cause in causes)]
        )
