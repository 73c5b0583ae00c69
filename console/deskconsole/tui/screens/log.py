"""All events, those of earlier consoles too, with a filter, to be copied."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Footer, Input, Label

from deskconsole.tui.controller import Controller
from deskconsole.tui.text.log_line import KEPT, LogLine
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.event_pane import EventPane
from deskconsole.tui.widgets.fields import PlainInput
from deskconsole.tui.widgets.header import Header

from .base import ConsoleScreen


class LogScreen(ConsoleScreen):
    """Events, newest last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="Back to where you came from"),
        Binding("slash", "filter", "Filter", priority=True, tooltip="Show only lines with these words"),
        Binding("y", "copy", "Copy", tooltip="Copy the shown lines to the clipboard"),
    ]

    ID = "log-screen"
    """So that a key need not open it over itself."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self.id = self.ID
        self._past: list[LogLine] = []
        # What came so far: the rest is on its way to `add_events`.
        self._known: deque[LogLine] = deque(maxlen=KEPT)

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal(id="filter-line"):
            yield Label("/")
            yield PlainInput(placeholder="words in the line", compact=True, select_on_focus=False)
            yield Label("", classes="count", markup=False)
        yield EventPane(self.controller.clock, whole=True)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self._known.extend(self.controller.events.lines)
        self._fill()
        self._read_past()
        self.query_one(EventPane).focus()

    def show(self, view: FleetView) -> None:
        self.query_one(Header).show(view, len(self.controller.questions.hosts()))
        pane = self.query_one(EventPane)
        # A toast belongs where the newest events are not.
        self.set_class(pane.virtual_size.height > pane.size.height // 2, "-full")

    @work
    async def _read_past(self) -> None:
        """Reads the events of earlier consoles and shows them above those of this one."""
        try:
            past = await asyncio.to_thread(self.controller.backend.past_events)
        except OSError as error:
            self.notify(
                f"The earlier events cannot be read: {error.strerror}", severity="warning", markup=False
            )
            return
        begin = min((line.at for line in self._known), default=float("inf"))
        self._past = [LogLine.of(event) for event in past if event.at < begin]
        self.call_next(self._fill)  # the screen's own queue: it may be going away

    @property
    def _lines(self) -> list[LogLine]:
        return [*self._past, *self._known]

    def add_events(self, lines: Sequence[LogLine]) -> None:
        self._known.extend(lines)
        super().add_events(lines)

    def wanted(self, lines: Sequence[LogLine]) -> Sequence[LogLine]:
        words = self.query_one(Input).value.casefold().split()
        return [line for line in lines if all(word in str(line).casefold() for word in words)]

    def _fill(self) -> None:
        lines = self.wanted(self._lines)
        self.query_one(EventPane).replace(lines)
        self.query_one(".count", Label).update(f"{len(lines)} of {len(self._lines)}")

    def on_input_changed(self) -> None:
        self._fill()

    def on_input_submitted(self) -> None:
        self.query_one(EventPane).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """In the filter itself a slash is a letter."""
        return action != "filter" or not isinstance(self.focused, Input)

    def action_filter(self) -> None:
        self.set_focus(self.query_one(Input))

    def action_copy(self) -> None:
        lines = self.wanted(self._lines)
        self.app.copy_to_clipboard("\n".join(str(line) for line in lines))
        self.notify(f"{len(lines)} lines copied", markup=False)

    def action_back(self) -> None:
        field = self.query_one(Input)
        if field.has_focus or field.value:
            field.value = ""
            self.query_one(EventPane).focus()
        else:
            self.dismiss()
