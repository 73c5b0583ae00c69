"""An action on many hosts: how far it has come, and the report of what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from deskconsole.common.safe_text import safe_text
from deskconsole.session.state import UNDER_WAY
from deskconsole.tui.bulk import BulkRun, ItemState
from deskconsole.tui.controller import Controller
from deskconsole.tui.text.bulk_report import as_text, bar, report, summary
from deskconsole.tui.text.log_line import LogLine
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.lines import Lines
from deskconsole.wording.status import look

from .base import ConsoleScreen

EVERY = 0.3
"""Seconds between two looks at it while it runs."""


class BulkScreen(ConsoleScreen, ModalScreen[None]):
    """Shows the newest of some runs, by a key the others; leaving the screen ends none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,b", "hide", "Hide", tooltip="Closes; what is under way continues behind it"),
        Binding("x", "cancel", "Cancel", tooltip="Ends it on all hosts where it is not done"),
        Binding("m", "mark_failed", "Mark the failed", tooltip="Marks the hosts where it failed, no others"),
        Binding("y", "copy", "Copy", tooltip="Copy the report to the clipboard"),
        Binding("n", "other", "Other report", tooltip="Show the report before this one"),
    ]

    def __init__(self, controller: Controller, runs: Sequence[BulkRun]) -> None:
        """`runs`: the newest is the last."""
        super().__init__(controller)
        self._runs = runs
        self.run = runs[-1]
        """The run that is shown."""
        self._ended: bool | None = None

    @property
    def visible_hosts(self) -> tuple[str, ...]:
        return tuple(item.host.name for item in self.run.of(ItemState.RUNNING))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Lines("summary")
            yield Lines("bar")
            with VerticalScroll():
                yield Lines("report")
            with Horizontal(classes="buttons"):
                yield Label("", classes="keys", markup=False)
                yield Button("Hide", id="hide", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        self.query_one("#hide").focus()
        self.set_interval(EVERY, self._show_newest)

    def show(self, view: FleetView) -> None:
        run, ended = self.run, self.run.ended
        width = max(1, self.query_one(VerticalScroll).scrollable_content_region.width)
        doing = {}
        for item in run.of(ItemState.RUNNING):
            snapshot = view.snapshot(item.host.name)
            if snapshot.state in UNDER_WAY:  # else its state says nothing of what is done to it
                doing[item.host.name] = look(snapshot, view.now).text
        self.query_one(".summary", Lines).show([Content(summary(run).partition(": ")[2])])
        self.query_one(".bar", Lines).show([bar(run, width)])
        self.query_one(".report", Lines).show(report(run, doing))
        if ended != self._ended:
            self._ended = ended
            number, place = len(run.items), self._runs.index(run) + 1
            several = f"   {place} of {len(self._runs)}" if len(self._runs) > 1 else ""
            title = f"{run.action.title} {number} host{'' if number == 1 else 's'}{several}"
            self.query_one(".dialog").border_title = Content(title)
            failed = bool(run.of(ItemState.FAILED))
            keys = "y: copy" + ("  m: mark the failed" if failed else "")
            keys = keys if ended else "x: cancel  esc: hide, it continues"
            self.query_one(".keys", Label).update(keys + ("  n: other report" if several else ""))
            self.query_one("#cancel").display = not ended
            self.query_one("#hide", Button).label = "Close" if ended else "Hide"

    def tells(self, line: LogLine) -> bool:
        """True for a line about one of its hosts: the report tells what happens to them."""
        return any(safe_text(item.host.name, 64) == line.host for item in self.run.items)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "cancel":
            self.action_cancel()
        else:
            self.action_hide()

    def action_hide(self) -> None:
        if self.is_active:
            self.dismiss()

    def action_cancel(self) -> None:
        if not self.run.ended:
            self.run.cancel()

    def action_mark_failed(self) -> None:
        if failed := self.run.of(ItemState.FAILED):
            self.controller.mark_only([item.host.name for item in failed])
            self.action_hide()

    def action_other(self) -> None:
        self.run = self._runs[self._runs.index(self.run) - 1]
        self._ended = None
        self._show_newest()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(as_text(self.run))
        self.notify("the report is copied", markup=False)
