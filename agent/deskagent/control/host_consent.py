"""Asks the person at the host before a console sees or acts, shows who does, and lets the person end it.

One question at a time on a desktop; while it is open no agent injects, so that no console can answer it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from deskagent.consent.policy import Policy, PolicyRule
from deskagent.consent.question import ANSWER_TIME, Answer, Asker, AskerOpener, Question
from deskagent.consent.sign import SignOpener
from deskwire.control import Ability, Consent
from deskwire.geometry import Rectangle
from deskwire.messages import Hello

from .client import ControlClient
from .desktop_lock import DesktopLock, DesktopTaken, LockGone, NoLock
from .given_consents import NO_LASTS, GivenConsents
from .host_sign import HostSign, sign_text

_NO_PAUSE: Final = 3.0
"""Seconds until the next question of any console after a no, or after a question that its console took away;
twice as many after each further one, up to `NO_LASTS`. Without it a console that changes its name each time
could ask without end."""

_TURN_WITHIN: Final = 2 * ANSWER_TIME
"""Seconds to wait until no other agent of the desktop asks. A program that looks like one and asks for ever
must not keep a console waiting for ever."""
_TURN_AGAIN: Final = 0.2

_log = logging.getLogger(__name__)

Decision = Callable[[str], None]
"""Called with the reason why a console may not see or act; empty where it may."""


@dataclass
class _PendingQuestion:
    client: ControlClient
    control: bool
    decided: Decision
    withdrawn: bool = False
    """The console has left, or does not want it any more: the answer counts for nothing."""


def shown_name(hello: Hello) -> str:
    """The console's name without anything that a screen or a log could take for more than text."""
    return "".join(one for one in hello.name if one.isprintable()).strip() or "a console without a name"


class HostConsent:
    """Asks, remembers the answers for each console, and keeps the sign up to date."""

    def __init__(
        self,
        *,
        policy: Callable[[], Policy] = Policy,
        is_other: Callable[[], bool] = lambda: False,
        open_asker: AskerOpener | None = None,
        open_sign: SignOpener | None = None,
        question: DesktopLock | None = None,
    ) -> None:
        """`policy` reads the host's policy; `is_other` says whether the desktop belongs to another user than
        the one who logged in; `question` is held while a question is open."""
        self._read_policy = policy
        self._is_other = is_other
        self._open_asker = open_asker
        self._has_sign = open_sign is not None
        self._question = question or NoLock()
        self._lock = threading.Lock()
        self._asked = threading.Condition(self._lock)
        self._questions: deque[_PendingQuestion] = deque()
        self._thread: threading.Thread | None = None
        self._current: _PendingQuestion | None = None
        """The question that the asking thread has taken up."""
        self._open: tuple[_PendingQuestion, Asker] | None = None
        self._consents = GivenConsents()
        self._sign = HostSign(open_sign, self._clicked, self._sign_lost)
        self._noes = 0
        """The number of noes in a row, and of questions that were taken away."""
        self._next_question = 0.0
        """The time before which no question is shown."""
        self._watchers: list[ControlClient] = []
        self._holder: ControlClient | None = None
        self._mistake = ""
        self._closed = False
        self.question_began: Callable[[], None] = lambda: None
        """Is called before a question is shown: what is held goes up."""
        self.sign_clicked: Callable[[ControlClient], None] = lambda _: None
        """Is called with the acting console when somebody at the host clicks the sign."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """The abilities for which this desktop has the means: question, sign."""
        found = {Ability.QUESTION: self._open_asker is not None, Ability.SIGN: self._has_sign}
        return frozenset(ability for ability, is_here in found.items() if is_here)

    @property
    def asking(self) -> bool:
        """True if a question is open."""
        return self._open is not None

    @property
    def sign_area(self) -> Rectangle | None:
        """The place of the sign on the host's desktop, while it is there."""
        return self._sign.area

    def policy(self) -> Policy:
        """The host's policy as it is now; a mistake in it is written to the log once."""
        policy = self._read_policy()
        if policy.mistake != self._mistake:
            self._mistake = policy.mistake
            if policy.mistake:
                _log.warning("the host's policy: %s", policy.mistake)
        return policy

    # Consent

    def must_ask_to_see(self, hello: Hello) -> bool:
        """True if the person at the host has to be asked before this console sees anything."""
        return self.policy().see is PolicyRule.ASK or self._wants_consent(hello.consent)

    def sign_refusal(self) -> str:
        """The reason why no console may see or act: the policy demands a sign that cannot be shown."""
        if not self.policy().sign_always:
            return ""
        fault = self._sign.fault()
        return f"the policy of this host demands a sign, which cannot be shown: {fault}" if fault else ""

    def may_see(self, client: ControlClient, decided: Decision) -> None:
        """Decides whether this console may see, if need be by a question; calls `decided` on any thread."""
        self._decide(client, control=False, decided=decided)

    def may_act(
        self, client: ControlClient, *, ask: bool, decided: Decision, asking: Callable[[], None]
    ) -> None:
        """Decides whether this console may act; calls `asking` where the person is asked first.

        `ask`: the console itself wants that person to be asked.
        """
        if refusal := self.sign_refusal():
            decided(refusal)
            return
        must_ask = self.policy().control is PolicyRule.ASK or self._wants_consent(client.hello.consent)
        hidden = self.must_ask_to_see(client.hello) and not self._consents.known(client, control=False)
        if ask or must_ask or hidden or self._ended_by_click(client):
            self._decide(client, control=True, decided=decided, asking=asking)
        else:
            client.show()
            decided("")

    def _ended_by_click(self, client: ControlClient) -> bool:
        """True if the person has ended this console's control; for a while only, where none can be asked."""
        if not self._consents.ended_by_click(client):
            return False
        return self._open_asker is not None or self._consents.known(client, control=True) is False

    def withdraw(self, client: ControlClient) -> bool:
        """The console does not want to act any more: takes its question away. False: there is none."""
        return self._withdraw(client, seeing=False)

    def _withdraw(self, client: ControlClient, *, seeing: bool) -> bool:
        with self._lock:
            opened = self._open
            found = [one for one in self._waiting() if one.client is client and (one.control or seeing)]
            for one in found:
                one.withdrawn = True
            self._questions = deque(one for one in self._questions if not one.withdrawn)
        if opened is not None and opened[0].withdrawn:
            opened[1].cancel()
        return bool(found)

    def _waiting(self) -> list[_PendingQuestion]:
        """The questions that have no answer yet."""
        waiting = [*self._questions, *([] if self._current is None else [self._current])]
        return [one for one in waiting if not one.withdrawn]

    def forget(self, client: ControlClient) -> None:
        """The console's link has ended: a question for it is taken away."""
        # First the question: an answer to it must not be remembered after the others are forgotten.
        self._withdraw(client, seeing=True)
        with self._lock:
            if client in self._watchers:
                self._watchers.remove(client)
        self._consents.forget(client)
        self._update_sign()

    def close(self) -> None:
        """Ends the open question and the sign."""
        with self._lock:
            self._closed = True
            self._asked.notify()
        opened = self._open
        if opened is not None:
            opened[1].cancel()
        self._sign.close()

    def _wants_consent(self, consent: Consent) -> bool:
        return consent is Consent.ALWAYS or (consent is Consent.OTHERS and self._is_other())

    def _decide(
        self,
        client: ControlClient,
        *,
        control: bool,
        decided: Decision,
        asking: Callable[[], None] = lambda: None,
    ) -> None:
        known = self._consents.known(client, control=control)
        if known is not None:
            self._tell(client, decided, "" if known else "the person at the host said no")
            return
        asking()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="questions", daemon=True)
                self._thread.start()
            # A console that asks again and again is asked about once, and its last request counts.
            for one in self._waiting():
                if one.client is client and one.control == control:
                    one.decided = decided
                    return
            self._questions.append(_PendingQuestion(client, control, decided))
            self._asked.notify()

    def _tell(self, client: ControlClient, decided: Decision, refusal: str) -> None:
        """Tells the decision; a console that may see is shown the screen, even if it may not act."""
        if self._consents.known(client, control=False):
            client.show()
        decided(refusal)

    # The thread that asks

    def _run(self) -> None:
        while (pending := self._next()) is not None:
            try:
                self._settle(pending)
            except Exception:  # noqa: BLE001
                # A fault in an answer's receiver must not end this thread: no question could come later.
                _log.exception("a question failed")
            finally:
                with self._lock:
                    self._current = None

    def _next(self) -> _PendingQuestion | None:
        with self._lock:
            while not self._closed:
                pause = self._next_question - time.monotonic()
                if self._questions and pause <= 0:
                    self._current = self._questions.popleft()
                    return self._current
                self._asked.wait(pause if self._questions else None)
            return None

    def _settle(self, pending: _PendingQuestion) -> None:
        """Finds out whether this console may, and tells it; whatever goes wrong means no."""
        refusal = "the person at the host said no, or did not answer"
        known = self._consents.known(pending.client, control=pending.control)
        if known is None:
            try:
                self._ask(pending)
            except OSError as error:
                refusal = f"the person at the host cannot be asked: {error.strerror or error}"
            except Exception as error:  # noqa: BLE001
                _log.exception("the question failed")
                refusal = f"the person at the host cannot be asked: {type(error).__name__}"
            known = self._consents.known(pending.client, control=pending.control)
        with self._lock:
            # From here on a request of this console is a new question.
            self._current = None
            decided, withdrawn = pending.decided, pending.withdrawn
        if not withdrawn:
            self._tell(pending.client, decided, "" if known else refusal)

    def _ask(self, pending: _PendingQuestion) -> None:
        """Shows the question, and keeps the answer. Raises OSError where nothing can be shown."""
        if self._open_asker is None:
            raise OSError("this desktop has no way to ask")
        asker = self._open_asker()
        name = shown_name(pending.client.hello)
        self._wait_for_turn(pending)
        try:
            with self._lock:
                if pending.withdrawn or self._closed:
                    return
                self._open = (pending, asker)
            self.question_began()
            _log.info("asking whether %s may %s", name, "control" if pending.control else "see")
            answer = asker.ask(Question(name, pending.control))
        finally:
            with self._lock:
                self._open = None
            self._question.release()
        _log.info("the answer for %s: %s", name, "withdrawn" if pending.withdrawn else answer)
        with self._lock:
            if not pending.withdrawn:
                self._consents.take(pending.client, answer, control=pending.control)
                if answer is not Answer.NO:
                    self._noes = 0
                    return
            # A console that asks and leaves at once would else open dialogs without end.
            self._next_question = time.monotonic() + min(_NO_PAUSE * 2**self._noes, NO_LASTS)
            self._noes = min(self._noes + 1, 10)

    def _wait_for_turn(self, pending: _PendingQuestion) -> None:
        """Waits until no other agent of this desktop asks, and has the others see that this one does."""
        end = time.monotonic() + _TURN_WITHIN
        while not (pending.withdrawn or self._closed):
            try:
                self._question.acquire("", force=False)
                return
            except LockGone as error:
                raise OSError(str(error)) from error
            except DesktopTaken:
                if time.monotonic() > end:
                    raise OSError("another agent has a question open all the time") from None
                time.sleep(_TURN_AGAIN)

    # The sign

    def watched_by(self, client: ControlClient) -> None:
        """This console sees the desktop from now on."""
        if client.hello.consent is Consent.NEVER and self._is_other():
            _log.warning("%s sees another user's desktop unasked: consent = never", shown_name(client.hello))
        with self._lock:
            self._watchers.append(client)
        self._update_sign()

    def held_by(self, client: ControlClient | None) -> None:
        """This console acts from now on; None: no console does."""
        with self._lock:
            self._holder = client
        self._update_sign()

    def _update_sign(self) -> None:
        with self._lock:
            self._sign.show(self._sign_text())

    def _sign_text(self) -> str:
        if self._holder is not None:
            return sign_text(shown_name(self._holder.hello), ())
        return sign_text("", (shown_name(one.hello) for one in self._watchers if self._needs_sign(one)))

    def _sign_lost(self) -> None:
        """The sign was closed and cannot be opened: where the policy demands one, no console sees or acts."""
        if self._closed or not self.policy().sign_always:
            return
        with self._lock:
            watchers = list(self._watchers)
        for client in watchers:
            client.dismiss("the policy of this host demands a sign, which cannot be shown now", again=True)

    def _needs_sign(self, client: ControlClient) -> bool:
        return self._read_policy().sign_always or self.must_ask_to_see(client.hello)

    def _clicked(self) -> None:
        with self._lock:
            holder, watchers = self._holder, list(self._watchers)
            # Under the lock: no console that has left is here, and none leaves meanwhile.
            if holder is not None:
                self._consents.end_control(holder)
            else:
                for client in watchers:
                    self._consents.take(client, Answer.NO, control=False)
        _log.info("the sign was clicked at the host")
        if holder is not None:
            self.sign_clicked(holder)
            return
        for client in watchers:
            if self._needs_sign(client):
                client.dismiss("ended at the host", again=False)
