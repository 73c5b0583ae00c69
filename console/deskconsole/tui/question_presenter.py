"""Which question is on the screen: one dialog at a time, never over one in which something is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskconsole.session.events import HostKeyForgotten, HostKeyTrusted, PasswordGiven
from deskconsole.session.state import SETTLED
from deskconsole.ssh.prompts import ChangedHostKey, SecretRequest, UnknownHostKey

from .questions import Answer, PendingQuestion, QueuedQuestions
from .screens.deploy import DeployScreen
from .screens.host_keys import key_screen
from .screens.question import Given, QuestionScreen, SecretScreen
from .view import FleetView

if TYPE_CHECKING:
    from .app import DeskconsoleApp


class QuestionPresenter:
    """Shows the questions of the queue to the person; all on the event loop."""

    def __init__(self, app: DeskconsoleApp, questions: QueuedQuestions) -> None:
        self._app = app
        self._questions = questions
        self._shown: QuestionScreen | None = None

    def next(self) -> None:
        """Shows the questions whose turn it is, and takes a dialog away whose questions were withdrawn.

        What is typed into a dialog must not answer a question that comes over it.
        """
        app = self._app
        waiting = self._questions.waiting()
        shown = self._shown
        if shown is not None:
            if shown is not app.screen:
                return  # something lies above it; it is looked after once it is on top again
            if shown.goes_on(waiting):
                return
            self._shown = None
            shown.dismiss(None)
            app.call_later(self.next)
            return
        if not waiting or (app.screen.is_modal and not isinstance(app.screen, DeployScreen)):
            return
        asked = waiting[0].asked
        if isinstance(asked, SecretRequest):
            screen: QuestionScreen = SecretScreen(asked, waiting)
        else:
            screen = key_screen(asked, waiting)
        self._shown = screen

        def answered(given: Given | None) -> None:
            if self._shown is not screen:
                return  # it was taken away; what it asked is withdrawn or asked by another
            self._shown = None
            for pending, answer in (given if given is not None else screen.refusal()).items():
                if not pending.answered:
                    pending.answer(answer)
                    self._note(pending, answer)
            app.call_later(self.next)

        app.push_screen(screen, answered)

    def drop_settled(self, view: FleetView) -> None:
        """A session that was cancelled no longer waits for its answer."""
        for host in self._questions.hosts():
            snapshot = view.snapshots.get(host)
            if snapshot is not None and snapshot.state in SETTLED:
                self._questions.withdraw(host)

    def _note(self, pending: PendingQuestion, answer: Answer) -> None:
        """Writes into the log what a person decided for a host."""
        asked = pending.asked
        if isinstance(asked, UnknownHostKey) and answer is True:
            self._app.events.note(
                HostKeyTrusted(host=pending.host, at=self._app.clock(), fingerprint=asked.fingerprint)
            )
        elif isinstance(asked, ChangedHostKey) and answer is True:
            old = tuple(fingerprint for _, fingerprint in asked.known)
            self._app.events.note(HostKeyForgotten(host=pending.host, at=self._app.clock(), fingerprints=old))
        elif isinstance(asked, SecretRequest) and asked.kind == "password" and answer is not None:
            self._app.events.note(
                PasswordGiven(host=pending.host, at=self._app.clock(), account=asked.account or asked.host)
            )
