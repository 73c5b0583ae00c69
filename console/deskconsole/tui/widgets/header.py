"""The line at the top: how many hosts are in which state, and what they cost together."""

from __future__ import annotations

from collections import Counter

from textual.content import Content
from textual.widgets import Static

from deskconsole.common.figures import rate
from deskconsole.tui.text.colours import COLOURS, MUTED
from deskconsole.tui.view import FleetView
from deskconsole.wording.status import Kind, look

NAME = "deskconsole   "

KINDS = {
    Kind.LIVE: "live",
    Kind.ATTENTION: "need attention",
    Kind.UNDER_WAY: "connecting",
    Kind.BAD: "down",
    Kind.QUIET: "not connected",
}
"""States of a kind together, where the line has no room for each by its own word."""


class Header(Static):
    """`deskconsole   12 hosts: 9 live, 1 locked, 2 down                412 kB/s`

    With a budget it says of how much: `412 kB/s of 2.0 MB/s`.
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._shown: tuple[object, ...] = ()

    def show(self, view: FleetView, waiting: int, *, marked: int = 0) -> None:
        """`waiting`: how many questions wait for an answer; `marked`: how many hosts the keys act on."""
        looks = [look(view.snapshot(host.name), view.now) for host in view.hosts]
        counts = Counter((seen.kind, seen.word) for seen in looks)
        total = sum(view.snapshot(host.name).statistics.bytes_per_second for host in view.hosts)
        bound = f" of {rate(view.budget)}" if view.budget else ""
        cost = rate(total) + bound if looks else ""
        shown = (counts, waiting, marked, cost, self.size.width)
        if shown == self._shown:
            return
        self._shown = shown
        room = max(1, self.content_size.width - len(cost) - 1)
        kinds = Counter((seen.kind, KINDS[seen.kind]) for seen in looks)
        spoken = Counter({key: number for key, number in kinds.items() if key[0] is not Kind.QUIET})
        # The rest is not connected; that is said where there is room.
        lines = tuple(
            _line(name, which, waiting, len(looks), marked)
            for name, which in ((NAME, counts), ("", counts), ("", kinds), ("", spoken))
        )
        left = next((line for line in lines if line.cell_length <= room), lines[-1])
        left = left.truncate(room, ellipsis=True).pad_right(max(0, room - left.cell_length))
        right = Content.styled(cost, MUTED if total < 1 else "bold")
        self.update(Content.assemble(left, " ", right), layout=False)


def _line(name: str, counts: Counter[tuple[Kind, str]], waiting: int, number: int, marked: int) -> Content:
    parts: list[tuple[str, str]] = [(name, "bold $accent")]
    if number:
        parts.append((f"{number} host{'' if number == 1 else 's'}", "bold"))
        if marked:
            parts.append((f", {marked} marked", "bold $accent"))
    order = list(COLOURS)
    for position, (kind, word) in enumerate(sorted(counts, key=lambda key: (order.index(key[0]), key[1]))):
        parts += [
            (": " if position == 0 else ", ", ""),
            (f"{counts[kind, word]} {_spoken(word, counts[kind, word])}", COLOURS[kind]),
        ]
    if waiting:
        parts.append((f"   {waiting} waiting for your answer", "bold $warning"))
    return Content.assemble(*parts)


def _spoken(word: str, number: int) -> str:
    return "needs attention" if number == 1 and word == KINDS[Kind.ATTENTION] else word
