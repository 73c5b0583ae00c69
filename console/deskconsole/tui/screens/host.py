"""Everything about one host: facts, large charts, its own events."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from ...safe_text import safe_text
from ..detail import facts
from ..figures import decimal, rate
from ..host_actions import HostActions
from ..view import FleetView
from ..widgets.chart import large_chart
from ..widgets.event_log import EventLog, LogLine
from ..widgets.header import Header
from ..widgets.host_detail import Lines
from ..widgets.keys import Keys


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
        yield Lines("facts pane")
        yield Lines("charts")
        yield EventLog()
        yield Keys(compact=True)

    def on_mount(self) -> None:
        self.query_one(".facts").border_title = Content(self._label)
        log = self.query_one(EventLog)
        log.border_title = Content(f"events of {self._label}")
        log.add_class("pane")
        log.extend(self.wanted(list(self.console.events)))
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
        self.query_one(".facts", Lines).show(facts(host, snapshot, view.now))
        history = snapshot.statistics.history
        charts = self.query_one(".charts", Lines)
        width = charts.content_size.width
        if width > 30:
            rows = 3 if self.size.height < 30 else 6
            updates = [float(sample.updates) for sample in history]
            received = [float(sample.received) for sample in history]
            lines = large_chart("updates per second", updates, decimal, width, rows)
            lines += large_chart("bytes on the wire per second", received, rate, width, rows)
            charts.show(lines)
        self.refresh_bindings()

    def on_resize(self) -> None:
        self.call_after_refresh(self.console.pull)

    def action_back(self) -> None:
        self.dismiss()
