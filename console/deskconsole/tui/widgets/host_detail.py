"""The pane about the selected host: facts, and beside them its picture or charts where there is room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from ...hosts import Host
from ...safe_text import safe_text
from ...session.snapshot import Snapshot
from ..detail import facts
from ..figures import buckets, decimal, rate, spark
from ..looks import MUTED
from .chart import SPAN, small_chart
from .preview import Preview

if TYPE_CHECKING:
    from ...decoders.part import BGR

SIDE_BY_SIDE = 104
"""Cells of width from which something stands beside the facts."""

PICTURED = 12
"""Lines from which that is the picture: smaller ones show nothing that anybody would know again."""


class Lines(Static):
    """Lines that are drawn again only when they changed."""

    def __init__(self, classes: str) -> None:
        super().__init__("", markup=False, classes=classes)
        self._shown = Content("")

    def show(self, lines: list[Content]) -> None:
        content = Content("\n").join(lines)
        if not content.is_same(self._shown):
            self._shown = content
            self.update(content, layout=self.styles.is_auto_height)


class HostDetail(Horizontal):
    """Everything about one host at a glance."""

    def compose(self) -> ComposeResult:
        yield Lines("facts")
        yield Lines("charts")
        yield Preview()

    def show(
        self,
        host: Host | None,
        snapshot: Snapshot | None,
        now: float,
        picture: Callable[[str, int, int], BGR | None],
    ) -> None:
        """Shows one host, or nothing; `picture` has a host's newest, of at most so many pixels."""
        # A host that was never seen has nothing to draw: its reason takes the room.
        seen = snapshot is not None and bool(snapshot.statistics.packets or snapshot.statistics.previews)
        wide = seen and self.size.width >= SIDE_BY_SIDE
        pictured = wide and self.size.height >= PICTURED
        wide = wide and not pictured
        self.query_one(".charts").display = wide
        preview = self.query_one(Preview)
        preview.display = pictured
        if pictured and snapshot is not None:
            pixels = picture(snapshot.host, *preview.room) if all(preview.room) else None
            preview.show(pixels, old=not snapshot.current)
        if host is None or snapshot is None:
            self.border_title = None
            self.query_one(".facts", Lines).show([])
            return
        self.border_title = Content(safe_text(host.name, 64))
        history = snapshot.statistics.history
        updates = [float(sample.updates) for sample in history]
        received = [float(sample.received) for sample in history]
        lines = facts(host, snapshot, now)
        if wide:
            width = self.query_one(".charts").content_size.width
            if width > 20:
                charts = small_chart("updates/s", updates, decimal, width, 2)
                charts += small_chart("bytes/s", received, rate, width, 2)
                self.query_one(".charts", Lines).show(charts)
        elif seen:
            lines.append(_sparks(updates, received, max(8, (self.query_one(".facts").size.width - 34) // 2)))
        self.query_one(".facts", Lines).show(lines)


def _sparks(updates: list[float], received: list[float], width: int) -> Content:
    parts: list[str | tuple[str, str]] = []
    for title, values in (("updates", updates), ("bytes/s", received)):
        shown = buckets(values, width, SPAN)
        parts += [(f"{title} ", MUTED), (spark(shown, max(shown)), "$primary"), "   "]
    return Content.assemble(*parts, ("last 5 min", MUTED))
