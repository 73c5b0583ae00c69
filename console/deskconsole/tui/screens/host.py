"""Everything about one host: facts, its picture, charts of its traffic, its own events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from deskconsole.common.figures import decimal, rate
from deskconsole.common.safe_text import safe_text
from deskconsole.session.snapshot import Sample
from deskconsole.tui.controller import Controller
from deskconsole.tui.text.log_line import LogLine
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.chart import large_chart
from deskconsole.tui.widgets.event_pane import EventPane
from deskconsole.tui.widgets.header import Header
from deskconsole.tui.widgets.heights import share_host_lines
from deskconsole.tui.widgets.host_detail import HostDetail
from deskconsole.tui.widgets.keys import Keys
from deskconsole.tui.widgets.lines import Lines

from .base import HostActions


class HostScreen(HostActions):
    """One host; escape goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", tooltip="Back to all hosts")]

    def __init__(self, controller: Controller, name: str) -> None:
        super().__init__(controller)
        self._host = name
        self._label = safe_text(name, 64)

    @property
    def selected(self) -> str | None:
        return self._host

    def compose(self) -> ComposeResult:
        yield Header()
        yield HostDetail(self.controller.picture, self.controller.keys.key_of, below=True)
        yield Lines("charts")
        yield EventPane(self.controller.clock)
        yield Keys(compact=True)

    def on_mount(self) -> None:
        log = self.query_one(EventPane)
        log.border_title = Content(f"Events of {self._label}")
        log.add_class("pane")
        log.extend(self.wanted(list(self.controller.events.lines)))

    def wanted(self, lines: Sequence[LogLine]) -> Sequence[LogLine]:
        return [line for line in lines if line.host == self._label]

    def show(self, view: FleetView) -> None:
        host = view.host(self._host)
        if host is None:  # removed, or renamed: nothing is left to show
            if self.is_active:
                self.dismiss()
            return
        snapshot = view.snapshot(self._host)
        self.query_one(Header).show(view, len(self.controller.questions.hosts()))
        detail, log = self.query_one(HostDetail), self.query_one(EventPane)
        charts = self.query_one(".charts", Lines)
        history = snapshot.statistics.history
        width, height = self.size
        needs = detail.show(host, snapshot, view.now, width)
        lines = share_host_lines(
            height - 2,
            facts=needs.facts,
            picture=needs.picture,
            beneath=needs.beneath,
            charts=any(sample.updates or sample.received for sample in history),
        )
        detail.styles.height = lines.detail
        charts.display = lines.charts > 0
        charts.styles.height = lines.charts
        log.display = lines.events > 0
        self.lift_toasts(lines.events)
        log.styles.height = lines.events
        detail.lay_out(needs, lines.detail)
        if lines.charts:
            charts.show(_charts(history, width - 2, lines.charts // 2 - 2))
        self.refresh_bindings()

    def action_back(self) -> None:
        self.dismiss()


def _charts(history: tuple[Sample, ...], width: int, rows: int) -> list[Content]:
    updates = [float(sample.updates) for sample in history]
    received = [float(sample.received) for sample in history]
    lines = large_chart("Updates per second", updates, decimal, width, rows)
    return lines + large_chart("Bytes on the wire per second", received, rate, width, rows)
