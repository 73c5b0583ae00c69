"""Chooses the dialog for the questions that wait: one at a time, never over one that is being typed in."""

from __future__ import annotations

from deskconsole.session.events import Event, HostKeyForgotten, HostKeyTrusted, PasswordGiven
from deskconsole.ssh.prompts import ChangedHostKey, SecretRequest, UnknownHostKey
from deskconsole.tui.controller import Controller
from deskconsole.tui.questions import Answer, PendingQuestion

from .host_keys import key_screen
from .question import Given, QuestionScreen, SecretScreen


class QuestionDialogs:
    """Makes the dialogs for the questions that wait; all on the event loop."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._shown: QuestionScreen | None = None

    def due(self) -> QuestionScreen | None:
        """The dialog to be shown now, if any; one whose questions were withdrawn is taken away.

        What is typed into a dialog must not answer a question that comes over it.
        """
        waiting = self._controller.questions.waiting()
        shown = self._shown
        if shown is not None:
            # What lies below another screen is looked after once it is on top again.
            if shown.is_active and not shown.goes_on(waiting):
                self._shown = None
                shown.dismiss(None)
            return None
        if not waiting or self._controller.foreground is None:
            return None
        asked = waiting[0].asked
        if isinstance(asked, SecretRequest):
            self._shown = SecretScreen(asked, waiting)
        else:
            self._shown = key_screen(asked, waiting)
        return self._shown

    def answer(self, screen: QuestionScreen, given: Given | None) -> None:
        """Hands on what a dialog was dismissed with; None is no to all that it asks."""
        if self._shown is not screen:
            return  # it was taken away; what it asked is withdrawn or asked by another
        self._shown = None
        for pending, answer in (given if given is not None else screen.refusal()).items():
            if not pending.answered:
                pending.answer(answer)
                if (event := _event(pending, answer)) is not None:
                    self._controller.note(event)


def _event(pending: PendingQuestion, answer: Answer) -> Event | None:
    """The event that tells what a person decided for a host."""
    asked = pending.asked
    if isinstance(asked, UnknownHostKey) and answer is True:
        return HostKeyTrusted(host=pending.host, fingerprint=asked.fingerprint)
    if isinstance(asked, ChangedHostKey) and answer is True:
        old = tuple(fingerprint for _, fingerprint in asked.known)
        return HostKeyForgotten(host=pending.host, fingerprints=old)
    if isinstance(asked, SecretRequest) and asked.kind == "password" and answer is not None:
        return PasswordGiven(host=pending.host, account=asked.account or asked.host)
    return None
