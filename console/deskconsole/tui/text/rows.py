"""The rows of the hosts table as text in columns: which columns fit, what stands in them. No widgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from rich.cells import cell_len

from deskconsole.common.figures import age, buckets, decimal, fit, kilobytes, percent, spark
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import LIVE
from deskconsole.wording.status import Kind, StatusText, look
from deskwire.messages import ScreenState

from .control_text import control_text
from .host_words import own_name, short_os

GAP = 2
BEGIN = 3
"""Cells before the first column: the mark, the sign of the state."""
SPARK = 6
"""Cells of the little chart: 5 seconds each."""
MARK = "✓"
STATE = 16
"""Cells of the state before a column that can give way is shown, for `live 23 h 59 min`."""
TIGHT = 11
"""The least the state needs, for `live 59 min`: then the end of a long name gives way to it."""
WIDEST_STATE = 40
"""More is not kept free for the reason of a host that has figures too."""
NAME = 8
"""The least of a name."""


class Figures(Enum):
    """The share of figures in a row's right side; the reason of a bad state takes the rest."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


class Columns(Enum):
    """The two sets of columns beside the state."""

    PEOPLE = "people"
    """Group, address, who is logged on, the screen and how old its picture is."""
    TRAFFIC = "traffic"
    """The stream's rates, and what it saves."""


@dataclass(frozen=True, slots=True)
class Row:
    """One host in the table, ready to be drawn; equal rows look the same."""

    name: str
    """The key, as in the inventory: not for showing."""
    label: str
    address: str
    group: str
    look: StatusText
    figures: Figures
    marked: bool = False
    user: str = ""
    """The person logged on at the desktop."""
    hostname: str = ""
    """The host's own name, where the list calls it otherwise."""
    os_name: str = ""
    control: str = ""
    """The word for who acts there: `you`, the name of a console, or that control is asked for."""
    screen: str = ""
    picture: str = ""
    """The picture's age."""
    chart: str = ""
    updates: str = ""
    slices: str = ""
    kilobytes: str = ""
    saved: str = ""
    values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """The figures behind the texts of some fields, for sorting; they are not seen."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the rows, `width` cells wide, under its title."""

    field: str
    title: str
    width: int
    part: str = "figure"
    """The part of the table whose style it has (`host-table--...`)."""
    gives_way: bool = False
    """The reason why a screen cannot be seen may take its place."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that fit: some before the state and some behind it, these with their text on the right."""

    width: int
    host: int
    before: tuple[Column, ...]
    state: int
    behind: tuple[Column, ...]
    sorted_by: str = ""
    """The field that the rows are sorted by, and the sign behind its title."""
    sign: str = ""

    @property
    def widths(self) -> Iterator[tuple[str, int]]:
        """The fields from the left to the right, each with its cells."""
        yield "label", self.host
        yield from ((column.field, column.width) for column in self.before)
        yield "state", self.state
        yield from ((column.field, column.width) for column in self.behind)

    def title(self, field: str, title: str) -> str:
        return f"{title} {self.sign}" if field == self.sorted_by else title


Cell = tuple[str, str]
"""Text, and the part of the table it is drawn as (`host-table--...`)."""


def make_row(host: Host, snapshot: Snapshot, now: float, behind: str = "", *, marked: bool = False) -> Row:
    """Makes the row of one host as it is at `now` (Unix time).

    `behind` is the address that the host's one stands for, where it is an alias.
    """
    seen = look(snapshot, now)
    label = safe_text(host.name, 64)
    address = safe_text(behind or host.target, 80) + (f":{host.port}" if host.port and not behind else "")
    group = safe_text(host.group, 64)
    if snapshot.state not in LIVE:
        return Row(host.name, label, address, group, seen, Figures.NONE, marked)
    figures = snapshot.statistics
    recent = buckets([sample.updates for sample in figures.history], SPARK, SPARK * 5)
    # A domain before the name is the same for all of a room.
    person = "" if snapshot.screen == ScreenState.NO_USER else snapshot.user.rpartition("\\")[2]
    return Row(
        host.name,
        label,
        address,
        group,
        seen,
        Figures.ALL if seen.kind is Kind.LIVE else Figures.SOME,
        marked,
        user=safe_text(person, 64),
        hostname=own_name(host, snapshot),
        os_name=short_os(snapshot),
        control=control_text(snapshot.control).word,
        screen="{}x{}".format(*snapshot.size) if snapshot.size else "-",
        picture="-" if snapshot.picture_at is None else age(now - snapshot.picture_at),
        chart=spark(recent, max(1.0, *recent)),
        updates=decimal(figures.updates_per_second),
        slices=decimal(figures.slices_per_second),
        kilobytes=kilobytes(figures.bytes_per_second),
        saved=percent(figures.saved_share),
        values=_values(snapshot, now),
    )


def _values(snapshot: Snapshot, now: float) -> dict[str, float]:
    figures = snapshot.statistics
    width, height = snapshot.size or (0, 0)
    return {
        "screen": width * height,
        "picture": now - (snapshot.picture_at or 0.0),
        "updates": figures.updates_per_second,
        "slices": figures.slices_per_second,
        "kilobytes": figures.bytes_per_second,
        "saved": figures.saved_share or 0.0,
    }


def matches(row: Row, wanted: str) -> bool:
    """True if all words of `wanted` are in its names, address, group, user, system, control or state."""
    fields = (row.label, row.hostname, row.address, row.group, row.user, row.os_name, row.control)
    text = " ".join((*fields, row.look.word)).casefold()
    return all(word in text for word in wanted.casefold().split())


def arrange(
    rows: Sequence[Row],
    width: int,
    columns: Columns = Columns.PEOPLE,
    *,
    grouped: bool = False,
    sorted_by: str = "",
    sign: str = "",
) -> Layout:
    """The columns that fit into `width` cells; the least telling give way first, then ends of names.

    `grouped`: headings name the groups. `sign` stands behind the title of the column `sorted_by`.
    """
    host = _widest(rows, "label", NAME, 24)
    if columns is Columns.TRAFFIC:
        before = [Column("address", "address", _widest(rows, "address", 8, 24), "address")]
        behind = [
            Column("screen", "screen", 11, "address", gives_way=True),
            Column("chart", "30 s", SPARK, "chart", gives_way=True),
            Column("updates", "upd/s", 5, gives_way=True),
            Column("slices", "slices/s", 8),
            Column("kilobytes", "kB/s", 8),
            Column("saved", "saved", 7),
        ]
        order = ["address", "screen", "chart"]
    else:
        before = [
            Column("group", "group", _widest(rows, "group", 5, 12), "address"),
            Column("address", "address", _widest(rows, "address", 8, 24), "address"),
            Column("hostname", "host name", _widest(rows, "hostname", 9, 20), "address"),
            Column("os_name", "system", _widest(rows, "os_name", 6, 22), "address"),
            Column("user", "logged on", _widest(rows, "user", 9, 16), "figure"),
            Column("control", "control", _widest(rows, "control", 7, 16), "figure"),
        ]
        behind = [
            Column("screen", "screen", 9, "address", gives_way=True),
            Column("picture", "picture", 7),
            Column("kilobytes", "kB/s", 7),
        ]
        before = [column for column in before if any(getattr(row, column.field) for row in rows)]
        order = ["address", "hostname", "os_name", "group", "screen", "user", "control", "picture"]
    if grouped:
        before = [column for column in before if column.field != "group"]
    before, behind = ([_with_sign(column, sorted_by, sign) for column in some] for some in (before, behind))
    shown = [column.field for column in (*before, *behind)]
    sizes = {column.field: column.width + GAP for column in (*before, *behind)}
    room = width - (BEGIN + host + GAP) - sum(sizes.values())
    for name in order:
        if room >= STATE or (room >= TIGHT and name == order[-1]):
            break
        if name in shown:
            shown.remove(name)
            room += sizes[name]
    if room < TIGHT:
        shorter = max(NAME, host - (TIGHT - room))
        room, host = room + host - shorter, shorter
    behind = [column for column in behind if column.field in shown]
    before = [column for column in before if column.field in shown]
    spare = sum(column.width + GAP for column in behind if column.gives_way)
    reasons = [_shortest(row.look) - spare for row in rows if row.figures is Figures.SOME]
    times = [cell_len(row.look.text) for row in rows if row.figures is Figures.ALL]
    wanted = max([TIGHT, *times, *(min(WIDEST_STATE, reason) for reason in reasons)])
    return Layout(width, host, tuple(before), max(TIGHT, min(room, wanted)), tuple(behind), sorted_by, sign)


def heading(layout: Layout) -> list[Cell]:
    """The line above the rows."""
    cells = [" " * BEGIN + fit(layout.title("label", "host"), layout.host)]
    cells += [fit(layout.title(column.field, column.title), column.width) for column in layout.before]
    cells.append(fit(layout.title("state", "state"), layout.state))
    cells += [
        fit(layout.title(column.field, column.title), column.width, right=True) for column in layout.behind
    ]
    return [((" " * GAP).join(cells), "head")]


def cells(row: Row, layout: Layout) -> list[Cell]:
    """One row in `layout`, its pieces in drawing order."""
    kind = str(row.look.kind)
    gap = " " * GAP
    name = (fit(row.label, layout.host) + gap, "marked" if row.marked else "host")
    mark = (MARK if row.marked else " ", "marked")
    line: list[Cell] = [mark, (f"{row.look.sign} ", kind), name]
    line += [(fit(getattr(row, column.field), column.width) + gap, column.part) for column in layout.before]
    behind, state = layout.behind, layout.state
    if row.figures is Figures.SOME:
        state += sum(column.width + GAP for column in behind if column.gives_way)
        behind = tuple(column for column in behind if not column.gives_way)
    # What a host without a picture costs gives way to why there is none.
    if row.figures is Figures.NONE or (row.figures is Figures.SOME and _shortest(row.look) > state):
        behind = ()
        state = max(1, layout.width - sum(cell_len(text) for text, _ in line))
    line.append((_said(row.look, state), kind))
    for column in behind:
        text = getattr(row, column.field)
        still = text in ("0", "-") or set(text) == {"▁"}
        line.append((gap + fit(text, column.width, right=True), "quiet" if still else column.part))
    return line


def _with_sign(column: Column, sorted_by: str, sign: str) -> Column:
    """The column, wide enough for the sign behind its title."""
    if column.field != sorted_by:
        return column
    return replace(column, width=max(column.width, cell_len(f"{column.title} {sign}")))


def _widest(rows: Sequence[Row], field: str, least: int, most: int) -> int:
    return min(most, max([least, *(cell_len(getattr(row, field)) for row in rows)]))


def _shortest(seen: StatusText) -> int:
    return min(cell_len(text) for text in (seen.text, seen.tight) if text)


def _said(seen: StatusText, width: int) -> str:
    """The state in `width` cells: in short words before it is cut, where there are any."""
    return fit(seen.text if cell_len(seen.text) <= width or not seen.tight else seen.tight, width)
