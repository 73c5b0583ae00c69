"""The history of statistics: charts over days, of one host or of all, and the figures below them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Footer

from deskconsole.common.errors import DeskconsoleError
from deskconsole.common.figures import size
from deskconsole.common.safe_text import safe_text
from deskconsole.history.day import HostDay
from deskconsole.tui.controller import Controller
from deskconsole.tui.text.colours import COLOURS, MUTED
from deskconsole.tui.text.history_text import axis_time, by_day, by_host, lines_of
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.chart import day_chart
from deskconsole.tui.widgets.header import Header
from deskconsole.tui.widgets.lines import Lines
from deskconsole.wording.status import Kind

from .base import ConsoleScreen

SPANS = (30, 90, 365, 7)
"""Days that are shown, in the order of the key."""

READ_EVERY = 15.0
"""Seconds: the figures of this console are written so often."""


class HistoryScreen(ConsoleScreen):
    """Days of one host or of all; escape goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="Back to where you came from"),
        Binding("d", "span", "Days", tooltip="30, 90, 365 or 7 days"),
        Binding("a", "all", "All hosts", tooltip="All hosts together, or the one alone"),
    ]

    def __init__(self, controller: Controller, name: str | None) -> None:
        super().__init__(controller)
        self._host = name
        self._shown: str | None = name
        """The host that is shown; None: all."""
        self._span = 0
        self._days: Sequence[HostDay] = ()
        self._failure: DeskconsoleError | None = None
        self._read_once = False

    def compose(self) -> ComposeResult:
        yield Header()
        yield Lines("charts")
        with VerticalScroll(classes="pane"):
            yield Lines("days")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._read()
        self.set_interval(READ_EVERY, self._read)

    @property
    def _number(self) -> int:
        return SPANS[self._span]

    @property
    def _first(self) -> dt.date:
        today = dt.datetime.fromtimestamp(self.controller.clock()).astimezone().date()
        return today - dt.timedelta(days=self._number - 1)

    @work(exclusive=True)
    async def _read(self) -> None:
        try:
            self._days = await asyncio.to_thread(self.controller.backend.history, self._first)
            self._failure = None
        except DeskconsoleError as error:
            self._failure = error
        self._read_once = True
        self.call_next(self._show_days)  # the screen's own queue: it may be going away

    def show(self, view: FleetView) -> None:
        self.query_one(Header).show(view, len(self.controller.questions.hosts()))
        self._show_days()

    def _show_days(self) -> None:
        if not self._read_once:
            return
        whose = "all hosts" if self._shown is None else safe_text(self._shown, 64)
        self.query_one(".pane").border_title = Content(f"{whose}, {self._number} days")
        charts, lines = self._text()
        self.query_one(".charts", Lines).show(charts)
        self.query_one(".days", Lines).show(lines)

    def _text(self) -> tuple[list[Content], list[Content]]:
        """The charts, and what stands below them."""
        if self._failure is not None:
            return [], [Content.styled(safe_text(self._failure.whole, 500), COLOURS[Kind.BAD])]
        found = [day for day in self._days if self._shown in {None, day.host}]
        if not found:
            return [], [Content.styled(f"No figures of the last {self._number} days.", MUTED)]
        each = by_day(found, self._first, self._number)
        listed = by_host(found) if self._shown is None else [day for day in reversed(each) if not day.empty]
        return self._charts(each), lines_of(listed, self.size.width - 4)

    def _charts(self, days: Sequence[HostDay]) -> list[Content]:
        width, height = self.size
        rows = max(1, min(8, (height - 2) * 2 // 3 // 3 - 2))

        def chart(title: str, values: list[float], unit: Callable[[float], str]) -> list[Content]:
            return day_chart(title, values, unit, width - 2, rows, days[0].day)

        return [
            *chart("Live a day", [day.live for day in days], axis_time),
            *chart("Outages a day", [day.outages for day in days], "{:.3g}".format),
            *chart("Received a day", [day.received for day in days], size),
        ]

    def action_span(self) -> None:
        self._span = (self._span + 1) % len(SPANS)
        self._read()

    def action_all(self) -> None:
        self._shown = self._host if self._shown is None else None
        self._show_days()

    def action_back(self) -> None:
        self.dismiss()
