"""The rows of the hosts table as text in columns: which columns fit, what stands in them. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from rich.cells import cell_len

from ..hosts import Host
from ..safe_text import safe_text
from ..session.snapshot import Snapshot
from ..session.state import LIVE
from .figures import buckets, decimal, fit, kilobytes, percent, spark
from .looks import Kind, Look, look

GAP = 2
SPARK = 6
"""Cells of the little chart: 5 seconds each."""
RATE = 5
SLICES = 8
KILOBYTES = 8
SAVED = 7
SCREEN = 11
STATE = 18
"""What the state has before an address or a size is shown; it takes all that is left over."""
TIGHT = 11
"""The least the state needs, for `live 59 min`: the chart and then the end of a long name give way to it."""
NAME = 8
"""The least of a name."""


class Figures(Enum):
    """How much of a row's right side is figures; the reason of a bad state takes the rest."""

    ALL = "all"
    TRAFFIC = "traffic"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Row:
    """One host in the table, ready to be drawn; equal rows look the same."""

    name: str
    """The key, as in the inventory: not for showing."""
    label: str
    address: str
    look: Look
    figures: Figures
    screen: str = ""
    chart: str = ""
    updates: str = ""
    slices: str = ""
    kilobytes: str = ""
    saved: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths in cells; 0: the column gave way."""

    host: int
    address: int
    state: int
    screen: int
    chart: int

    @property
    def rate(self) -> int:
        """The updates' figure and the chart before it."""
        return self.chart + RATE


Cell = tuple[str, str]
"""Text, and the part of the table it is drawn as (`host-table--...`)."""


def make_row(host: Host, snapshot: Snapshot, now: float, behind: str = "") -> Row:
    """What the table says of one host at `now` (Unix time).

    `behind` is the address that the host's one stands for, where it is an alias.
    """
    seen = look(snapshot, now)
    label = safe_text(host.name, 64)
    address = safe_text(behind or host.target, 80) + (f":{host.port}" if host.port and not behind else "")
    if snapshot.state not in LIVE:
        return Row(host.name, label, address, seen, Figures.NONE)
    figures = snapshot.statistics
    recent = buckets([sample.updates for sample in figures.history], SPARK, SPARK * 5)
    return Row(
        host.name,
        label,
        address,
        seen,
        Figures.ALL if seen.kind is Kind.LIVE else Figures.TRAFFIC,
        screen="{}x{}".format(*snapshot.size) if snapshot.size else "-",
        chart=spark(recent, max(1.0, *recent)),
        updates=decimal(figures.updates_per_second),
        slices=decimal(figures.slices_per_second),
        kilobytes=kilobytes(figures.bytes_per_second),
        saved=percent(figures.saved_share),
    )


def matches(row: Row, group: str, wanted: str) -> bool:
    """Does every word of `wanted` occur in the host's name, address, group or state?"""
    text = " ".join((row.label, row.address, safe_text(group), row.look.word)).casefold()
    return all(word in text for word in wanted.casefold().split())


def arrange(rows: Sequence[Row], width: int) -> Layout:
    """The columns that fit into `width` cells: the address gives way first, then the screen's size, the

    chart, the end of long names.
    """
    host = min(24, max([NAME, *(cell_len(row.label) for row in rows)]))
    address = min(24, max([8, *(cell_len(row.address) for row in rows)]))
    room = width - (2 + host + GAP * 5 + SPARK + RATE + SLICES + KILOBYTES + SAVED)
    screen = SCREEN if room >= STATE + GAP + SCREEN else 0
    room -= screen + GAP if screen else 0
    address = address if room >= STATE + GAP + address else 0
    room -= address + GAP if address else 0
    chart = SPARK
    if room < TIGHT:
        room, chart = room + SPARK, 0
    if room < TIGHT:
        shorter = max(NAME, host - (TIGHT - room))
        room, host = room + host - shorter, shorter
    return Layout(host, address, max(TIGHT, room), screen, chart)


def heading(layout: Layout) -> list[Cell]:
    """The line above the rows."""
    cells = ["  " + fit("host", layout.host)]
    if layout.address:
        cells.append(fit("address", layout.address))
    cells.append(fit("state", layout.state))
    if layout.screen:
        cells.append(fit("screen", layout.screen, right=True))
    for title, width in (("upd/s", layout.rate), ("slices/s", SLICES), ("kB/s", KILOBYTES), ("saved", SAVED)):
        cells.append(fit(title, width, right=True))
    return [((" " * GAP).join(cells), "head")]


def cells(row: Row, layout: Layout) -> list[Cell]:
    """One row in `layout`, its pieces in drawing order; together as wide as the table."""
    kind = str(row.look.kind)
    gap = " " * GAP
    line: list[Cell] = [(f"{row.look.sign} ", kind), (fit(row.label, layout.host) + gap, "host")]
    if layout.address:
        line.append((fit(row.address, layout.address) + gap, "address"))
    screen = layout.screen + GAP if layout.screen else 0
    traffic = SLICES + KILOBYTES + SAVED + 2 * GAP
    narrow = layout.state + screen + GAP + layout.rate
    # What a host without a picture costs gives way to why there is none.
    if row.figures is Figures.NONE or (row.figures is Figures.TRAFFIC and not _fits(row.look, narrow)):
        return [*line, (_said(row.look, narrow + GAP + traffic), kind)]
    if row.figures is Figures.TRAFFIC:
        line.append((_said(row.look, narrow) + gap, kind))
    else:
        line.append((_said(row.look, layout.state) + gap, kind))
        if layout.screen:
            line.append((fit(row.screen, layout.screen, right=True) + gap, "address"))
        still = row.updates == "0"
        if layout.chart:
            line.append((row.chart, "quiet" if set(row.chart) == {"▁"} else "chart"))
        line.append((fit(row.updates, RATE, right=True) + gap, "quiet" if still else "figure"))
    for text, width in ((row.slices, SLICES), (row.kilobytes, KILOBYTES)):
        line.append((fit(text, width, right=True) + gap, "quiet" if text == "0" else "figure"))
    line.append((fit(row.saved, SAVED, right=True), "quiet" if row.saved == "-" else "figure"))
    return line


def _fits(seen: Look, width: int) -> bool:
    return min(cell_len(text) for text in (seen.text, seen.tight) if text) <= width


def _said(seen: Look, width: int) -> str:
    """The state in `width` cells: in short words before it is cut, where there are any."""
    return fit(seen.text if cell_len(seen.text) <= width or not seen.tight else seen.tight, width)
