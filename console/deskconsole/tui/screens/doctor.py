"""One host examined while one looks on: every step as it comes out, the first wrong one with its remedy."""

from __future__ import annotations

import threading
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from deskconsole.common.errors import Cancelled, DeskconsoleError
from deskconsole.common.figures import lasted
from deskconsole.common.safe_text import safe_text
from deskconsole.diagnosis import Finding
from deskconsole.inventory.host import Host
from deskconsole.tui.controller import Controller
from deskconsole.tui.messages import ExaminationAdvanced
from deskconsole.tui.questions import OwnQuestions
from deskconsole.tui.text.examination import SIGNS, TINTS, Examination
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.header import Header
from deskconsole.tui.widgets.lines import Lines
from deskconsole.wording.status import WHOLE

from .base import ConsoleScreen

EVERY = 0.5
"""Seconds between two looks at the clock."""


class DoctorScreen(ConsoleScreen):
    """Begins at once; leaving it ends the examination."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="Ends the examination, back to where you came from"),
        Binding("r", "again", "Again", tooltip="Examine the host once more"),
        Binding("y", "copy", "Copy", tooltip="Copy the report to the clipboard"),
    ]

    def __init__(self, controller: Controller, host: Host) -> None:
        super().__init__(controller)
        self._host = host
        self._examination = Examination()
        self._cancelled = threading.Event()
        self._questions: OwnQuestions | None = None
        self._shown = 0

    @property
    def ended(self) -> bool:
        """True if all there is to be found is found."""
        return not self._examination.running

    def compose(self) -> ComposeResult:
        yield Header()
        with Vertical(classes="pane verdict-pane") as pane:
            pane.border_title = Content(f"Doctor: {safe_text(self._host.name, 64)}")
            yield Lines("verdict")
        yield VerticalScroll(classes="findings")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one(".findings").focus()
        self.set_interval(EVERY, self._show_verdict)
        self._begin()

    def on_unmount(self) -> None:
        self._cancelled.set()
        if self._questions is not None:
            self._questions.withdraw()

    def show(self, view: FleetView) -> None:
        self.query_one(Header).show(view, len(self.controller.questions.hosts()))

    def _begin(self) -> None:
        self._examination, self._shown = Examination(), 0
        self._questions = OwnQuestions(self.controller.questions, self._host.name)
        self.query_one(".findings").remove_children()
        self._examine(self._examination, self._questions)
        self._show_verdict()
        self.refresh_bindings()

    @work(thread=True, group="doctor")
    def _examine(self, examination: Examination, questions: OwnQuestions) -> None:
        cancelled = self._cancelled

        def went_on() -> None:
            if not cancelled.is_set():
                self.post_message(ExaminationAdvanced())

        def report(finding: Finding) -> None:
            examination.findings.append(finding)
            went_on()

        failure = None
        try:
            self.controller.backend.examine(
                self._host, questions, report=report, begun=examination.begin, cancelled=cancelled
            )
        except Cancelled:
            pass
        except DeskconsoleError as error:
            failure = error
        finally:
            examination.finish(failure)
            went_on()

    def on_examination_advanced(self) -> None:
        findings = self.query_one(".findings", VerticalScroll)
        examination = self._examination
        first_bad = examination.first_bad
        new = examination.findings[self._shown :]
        self._shown += len(new)
        rows = [_row(finding, first=finding is first_bad) for finding in new]
        findings.mount_all(rows)
        if first_bad is None:
            findings.scroll_end(animate=False)
        elif first_bad in new:
            self.call_after_refresh(rows[new.index(first_bad)].scroll_visible, animate=False)
        self._show_verdict()
        self.refresh_bindings()

    def _show_verdict(self) -> None:
        self.query_one(".verdict", Lines).show(self._examination.verdict())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """One examination at a time."""
        return None if action == "again" and self._examination.running else True

    def action_again(self) -> None:
        self._begin()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._examination.report())
        self.notify("the report is copied", markup=False)

    def action_back(self) -> None:
        self.dismiss()


def _row(finding: Finding, *, first: bool) -> Horizontal:
    """Sign and step, what was found and below it what to do, how long it took."""
    colour = TINTS[finding.outcome]
    quiet = "" if finding.seconds < 0.05 else lasted(finding.seconds)
    said: list[Static] = [Static(Content(safe_text(finding.sentence, WHOLE)), classes="sentence")]
    if finding.remedy:
        said.append(Static(Content(f"→ {safe_text(finding.remedy, WHOLE)}"), classes="remedy"))
    return Horizontal(
        Static(
            Content.styled(f"{SIGNS[finding.outcome]} {safe_text(finding.step, 40)}", colour), classes="step"
        ),
        Vertical(*said, classes="said"),
        Static(quiet, classes="took", markup=False),
        classes=f"finding -{finding.outcome.value}" + (" -first" if first else ""),
    )
