"""Which question is on the screen: one at a time, never over a dialog in which something is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..session.state import SETTLED
from ..ssh.questions import UnknownHostKey
from .questions import Pending, QueuedQuestions
from .screens.deploy import DeployScreen
from .screens.question import QuestionScreen, question_screen
from .view import FleetView

if TYPE_CHECKING:
    from .app import DeskconsoleApp


class Asking:
    """Shows the questions of the queue to the person; all on the event loop."""

    def __init__(self, app: DeskconsoleApp, questions: QueuedQuestions) -> None:
        self._app = app
        self._questions = questions
        self._shown: tuple[Pending, QuestionScreen] | None = None

    def next(self) -> None:
        """Shows the question whose turn it is, and takes one away that was withdrawn.

        What is typed into a dialog must not answer a question that comes over it.
        """
        app = self._app
        if self._shown is not None:
            pending, screen = self._shown
            if not pending.answered:
                return
            if screen is not app.screen:
                return  # something lies above it; it is taken away once it is on top again
            self._shown = None
            screen.dismiss(None)
            app.call_later(self.next)
            return
        first = self._questions.first()
        if first is None or (app.screen.is_modal and not isinstance(app.screen, DeployScreen)):
            return
        screen = question_screen(first.asked)
        self._shown = (first, screen)

        def answered(answer: bool | str | None) -> None:
            first.answer(answer)
            if answer is True and isinstance(first.asked, UnknownHostKey):
                app.note(first.asked.host, f"trusted the key {first.asked.fingerprint}")
            self._shown = None
            app.call_later(self.next)

        app.push_screen(screen, answered)

    def drop_settled(self, view: FleetView) -> None:
        """A session that was called off no longer waits for its answer."""
        for host in self._questions.hosts():
            snapshot = view.snapshots.get(host)
            if snapshot is not None and snapshot.state in SETTLED:
                self._questions.withdraw(host)
