"""The order of the rows, and the groups that they stand in below headings. No widgets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content

from deskconsole.wording.status import Kind

from .colours import MUTED
from .rows import BEGIN, GAP, Cell, Layout, Row

UP, DOWN = "▴", "▾"
"""Signs behind the title of the column that sorts the rows: the least first, the most first."""

UNFOLDED, FOLDED = "▾", "▸"

NO_GROUP = "no group"

_SEVERITY = {
    str(kind): place
    for place, kind in enumerate((Kind.BAD, Kind.ATTENTION, Kind.UNDER_WAY, Kind.LIVE, Kind.QUIET))
}
"""Places of the kinds when rows are sorted by state: the worst comes first."""

_KINDS = {
    Kind.LIVE: "live",
    Kind.ATTENTION: "need attention",
    Kind.UNDER_WAY: "connecting",
    Kind.BAD: "down",
}

_NOTHING = frozenset({"", "-"})
"""Cells without a value: their rows stand last, whichever way the others are sorted."""


@dataclass(frozen=True, slots=True)
class RowOrder:
    """The order of the rows: by one of their fields, or without a field that of the hosts file."""

    field: str = ""
    descending: bool = False

    def turned(self) -> RowOrder:
        """The same field, in the other direction."""
        return RowOrder(self.field, not self.descending) if self.field else self

    def by(self, field: str) -> RowOrder:
        """The order by this field, in the other direction where that is the field already."""
        return self.turned() if field == self.field else RowOrder(field, field in _MOST_FIRST)

    def moved(self, fields: Sequence[str], by: int) -> RowOrder:
        """The order by the next one of `fields` (1) or the one before (-1), and by none between the ends."""
        every = ("", *fields)
        place = every.index(self.field) if self.field in every else 0
        field = every[(place + by) % len(every)]
        return RowOrder(field, field in _MOST_FIRST)


_MOST_FIRST = frozenset({"updates", "slices", "kilobytes"})
"""Rates, which begin with the largest, as people look for it; other fields begin with the smallest."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The line above the hosts of a group; equal headings look the same."""

    group: str
    """Name of the group as in the rows, safe text; empty for hosts without a group."""
    folded: bool
    hosts: int
    marked: int
    kinds: tuple[tuple[str, int], ...]
    """Pairs of a kind's word and the number of hosts in states of that kind."""


Line = Row | Heading


def in_order(rows: Sequence[Row], order: RowOrder) -> list[Row]:
    """The rows sorted; equal ones stay in the order that they have."""
    if not order.field:
        return list(rows)
    with_value = [row for row in rows if _text(row, order.field) not in _NOTHING]
    without = [row for row in rows if _text(row, order.field) in _NOTHING]
    return [*sorted(with_value, key=lambda row: _key(row, order.field), reverse=order.descending), *without]


def groups_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """The groups in the order in which they come first; hosts without one are last."""
    found = dict.fromkeys(row.group for row in rows)
    return (*(group for group in found if group), *([""] if "" in found else []))


def in_groups(rows: Sequence[Row], groups: Sequence[str], folded: Collection[str]) -> list[Line]:
    """The rows below the headings of their groups; those of folded groups are left out."""
    members: dict[str, list[Row]] = {group: [] for group in groups}
    for row in rows:
        members.setdefault(row.group, []).append(row)
    lines: list[Line] = []
    for group, hosts in members.items():
        if hosts:
            lines.append(_heading(group, hosts, folded=group in folded))
            if group not in folded:
                lines += hosts
    return lines


def heading_cells(heading: Heading) -> list[Cell]:
    """`▾ Lab   12 hosts: 9 live, 2 down   3 marked`"""
    number = f"{heading.hosts} host{'' if heading.hosts == 1 else 's'}"
    sign = FOLDED if heading.folded else UNFOLDED
    cells: list[Cell] = [
        (f" {sign} ", "head"),
        (heading.group or NO_GROUP, "group"),
        (f"   {number}", "head"),
    ]
    for place, (kind, count) in enumerate(heading.kinds):
        cells += [(", " if place else ": ", "head"), (f"{count} {_spoken(kind, count)}", kind)]
    if heading.marked:
        cells.append((f"   {heading.marked} marked", "marked"))
    return cells


def heading_facts(heading: Heading, mark: str) -> list[Content]:
    """The detail of a group: its hosts, and what the keys do; `mark` is the one that marks."""
    marked = heading.marked == heading.hosts
    number = f"{heading.hosts} host{'' if heading.hosts == 1 else 's'}"
    kinds = ", ".join(f"{count} {_spoken(kind, count)}" for kind, count in heading.kinds)
    return [
        Content.styled(f"{number}: {kinds}" if kinds else number, "bold"),
        Content.styled(f"enter {'unfolds' if heading.folded else 'folds'} the group", MUTED),
        Content.styled(f"{mark} {'takes the marks off' if marked else 'marks'} all of them", MUTED),
    ]


def _spoken(kind: str, number: int) -> str:
    return "needs attention" if number == 1 and kind == Kind.ATTENTION else _KINDS[Kind(kind)]


def column_at(layout: Layout, cell: int) -> str:
    """The field whose title stands at this cell of the line of titles; empty where none does."""
    return next((field for field, begin, end in _spans(layout) if begin <= cell < end), "")


def sortable(layout: Layout) -> tuple[str, ...]:
    """The fields of the columns that are shown, from the left to the right."""
    return tuple(field for field, _, _ in _spans(layout) if field != "chart")


def _spans(layout: Layout) -> Iterator[tuple[str, int, int]]:
    at = BEGIN
    for field, width in layout.widths:
        yield field, at, at + width
        at += width + GAP


def _heading(group: str, hosts: Sequence[Row], *, folded: bool) -> Heading:
    kinds = Counter(str(row.look.kind) for row in hosts)
    told = tuple((str(kind), kinds[str(kind)]) for kind in _KINDS if kinds[str(kind)])
    return Heading(group, folded, len(hosts), sum(row.marked for row in hosts), told)


def _text(row: Row, field: str) -> str:
    return row.look.word if field == "state" else str(getattr(row, field))


def _key(row: Row, field: str) -> tuple[object, ...]:
    if field == "state":
        return _SEVERITY[str(row.look.kind)], row.look.word
    value = row.values.get(field)
    return (value,) if value is not None else natural(_text(row, field))


def natural(text: str) -> tuple[object, ...]:
    """A key by which `lab-2` stands before `lab-10`."""
    parts = re.split(r"(\d+)", text.casefold())
    # Text and numbers take turns, so that two keys never compare one with the other.
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts))
