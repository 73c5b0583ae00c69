"""Everything about one host: facts, its picture, charts of its traffic, its own events."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from deskconsole.common.figures import decimal, rate
from deskconsole.common.safe_text import safe_text
from deskconsole.session.snapshot import Sample
from deskconsole.tui.screens.base import HostActions
from deskconsole.tui.text.log_line import LogLine
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.chart import large_chart
from deskconsole.tui.widgets.event_pane import EventPane
from deskconsole.tui.widgets.header import Header
from deskconsole.tui.widgets.heights import share_host_lines
from deskconsole.tui.widgets.host_detail import HostDetail
from deskconsole.tui.widgets.keys import Keys
from deskconsole.tui.widgets.lines import Lines


class HostScreen(HostActions):
    """One host; escape goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", tooltip="Back to all hosts")]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._host = name
        self._label = safe_text(name, 64)

    @property
    def selected(self) -> str | None:
        return self._host

    def compose(self) -> ComposeResult:
        yield Header()
        yield HostDetail(below=True)
        yield Lines("charts")
        yield EventPane()
        yield Keys(compact=True)

    def on_mount(self) -> None:
        log = self.query_one(EventPane)
        log.border_title = Content(f"Events of {self._label}")
        log.add_class("pane")
        log.extend(self.wanted(list(self.console.events.lines)))
        self.show(self.console.view)

    def wanted(self, lines: list[LogLine]) -> list[LogLine]:
        return [line for line in lines if line.host == self._label]

    def show(self, view: FleetView) -> None:
        host = view.host(self._host)
        if host is None:  # removed, or renamed: nothing is left to show
            if self.is_current:
                self.dismiss()
            return
        snapshot = view.snapshot(self._host)
        self.query_one(Header).show(view, len(self.console.questions.hosts()))
        detail, log = self.query_one(HostDetail), self.query_one(EventPane)
        detail.show(host, snapshot, view.now, self.console.picture, self.size.width)
        charts = self.query_one(".charts", Lines)
        history = snapshot.statistics.history
        width, height = self.size
        facts, picture = detail.needs(width)
        lines = share_host_lines(
            height - 2,
            facts=facts,
            picture=picture,
            beneath=detail.beneath(width),
            charts=any(sample.updates or sample.received for sample in history),
        )
        detail.styles.height = lines.detail
        charts.display = lines.charts > 0
        charts.styles.height = lines.charts
        log.display = lines.events > 0
        self.lift_toasts(lines.events)
        log.styles.height = lines.events
        detail.lay_out(width, lines.detail)
        if lines.charts:
            charts.show(_charts(history, width - 2, lines.charts // 2 - 2))
        self.refresh_bindings()

    def on_resize(self) -> None:
        self.call_after_refresh(self.console.pull)

    def action_back(self) -> None:
        self.dismiss()


def _charts(history: tuple[Sample, ...], width: int, rows: int) -> list[Content]:
    updates = [float(sample.updates) for sample in history]
    received = [float(sample.received) for sample in history]
    lines = large_chart("Updates per second", updates, decimal, width, rows)
    return lines + large_chart("Bytes on the wire per second", received, rate, width, rows)
