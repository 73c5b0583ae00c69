"""The line at the top: how many hosts are in which state, and what they cost together."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from ..figures import rate
from ..looks import COLOURS, MUTED, look
from ..view import FleetView

NAME = "deskconsole   "


class Header(Static):
    """`deskconsole   12 hosts: 9 live, 1 locked, 2 down                412 kB/s`"""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._shown: tuple[object, ...] = ()

    def show(self, view: FleetView, waiting: int) -> None:
        """`waiting`: how many questions wait for an answer."""
        counts: dict[tuple[int, str, str], int] = {}
        total = 0.0
        for host in view.hosts:
            snapshot = view.snapshot(host.name)
            seen = look(snapshot, view.now)
            key = (list(COLOURS).index(seen.kind), seen.word, COLOURS[seen.kind])
            counts[key] = counts.get(key, 0) + 1
            total += snapshot.statistics.bytes_per_second
        number = len(view.hosts)
        line: list[tuple[str, str]] = [(NAME, "bold $accent")]
        if number:
            line.append((f"{number} host{'' if number == 1 else 's'}", "bold"))
        for position, ((_, word, colour), many) in enumerate(sorted(counts.items())):
            line += [(": " if position == 0 else ", ", ""), (f"{many} {word}", colour)]
        if waiting:
            line.append((f"   {waiting} waiting for your answer", "bold $warning"))
        cost = rate(total) if number else ""
        shown = (tuple(line), cost, self.size.width)
        if shown != self._shown:
            self._shown = shown
            left = Content.assemble(*line)
            room = max(1, self.content_size.width - len(cost) - 1)
            right = Content.styled(cost, MUTED if total < 1 else "bold")
            if left.cell_length > room:  # the name gives way before a state does
                left = left[len(NAME) :]
            left = left.truncate(room, ellipsis=True).pad_right(max(0, room - left.cell_length))
            self.update(Content.assemble(left, " ", right), layout=False)
