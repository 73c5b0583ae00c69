"""Control of a desktop: who may act, and the one gate for keys, pointer, text, chords and clipboard alike."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from deskagent.clipboard.system_clipboard import ClipboardOpener, ClipRefused
from deskagent.consent.policy import Policy, PolicyRule
from deskagent.input.device import DeviceGone, DeviceOpener
from deskwire.clipboard import Clip, NoClip, PutClip, WantClip
from deskwire.control import Ability, Button, Control, ControlState, Done, EndControl, WantControl
from deskwire.errors import LocalProtocolError
from deskwire.messages import ControlRequest, NumberedRequest

from .client import MOST_WORDS, ControlClient
from .clip_thread import ClipThread
from .desktop_lock import DesktopLock, DesktopTaken, NoLock
from .grants import Grants
from .host_consent import HostConsent, shown_name
from .input_thread import InputThread
from .question_watch import BEING_ASKED

_CLEAR_WITHIN: Final = 1.0
"""Seconds that a console may wait until what a killed agent left down is up, and it is known whether anything
here can act."""

_REVIEW: Final = 2.0
"""Seconds between two looks at the policy while a console acts; one takes 0.1 ms without a
file, 0.8 ms with one."""

_ENDED_AT_HOST: Final = "ended at the host"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ControlTools:
    """The parts by which a desktop is acted on, and who opens each."""

    open_device: DeviceOpener
    open_clipboard: ClipboardOpener | None = None
    lock: DesktopLock = field(default_factory=NoLock)
    question: DesktopLock = field(default_factory=NoLock)
    """The lock that an agent holds while it asks: only looked at here."""


class DesktopControl:
    """The gate of an agent that lets consoles act. Safe between threads."""

    def __init__(self, tools: ControlTools, consent: HostConsent) -> None:
        self._tools = tools
        self._consent = consent
        self._lock = threading.RLock()
        self._grants = Grants()
        self._begun = False
        """The console that has the grant was told of it."""
        self._fetching = 0
        """The grant by which the clipboard is being fetched; 0: no fetch is under way."""
        self._closing = False
        self._next_review = 0.0
        self._counts: Counter[str] = Counter()
        self._told: dict[ControlClient, Control] = {}
        """Each console that is told of changes, with what it was told last."""
        self._inputs = InputThread(tools.open_device, tools.lock, tools.question, self)
        self._clips = None if tools.open_clipboard is None else ClipThread(tools.open_clipboard)
        consent.question_began = self._inputs.all_up
        consent.sign_clicked = self._end_at_host
        # Now, and not for the first console: the libraries of a device take 0.1 s to load.
        self._cleared = self._inputs.clear()

    @property
    def abilities(self) -> frozenset[Ability]:
        policy = self._consent.policy()
        found: set[Ability] = set()
        self._cleared.wait(_CLEAR_WITHIN)
        if policy.control is not PolicyRule.NEVER and not self._inputs.has_no_device:
            found |= {Ability.POINTER, Ability.KEYBOARD}
            if self._clips is not None and policy.clip:
                found.add(Ability.CLIP)
        return frozenset(found)

    def join(self, client: ControlClient) -> None:
        with self._lock:
            self._told[client] = self._view(client)
            client.tell(self._told[client])
        self._cleared.wait(_CLEAR_WITHIN)

    def leave(self, client: ControlClient) -> None:
        with self._lock:
            self._told.pop(client, None)
            if self._grants.holder is client:
                self._end("its link ended")

    def handle(self, client: ControlClient, request: ControlRequest) -> None:
        if isinstance(request, WantControl):
            self._want(client, request)
            return
        with self._lock:
            if isinstance(request, EndControl):
                if self._grants.holder is client:
                    # Behind what was typed before it.
                    self._inputs.put(client, self._grants.number, request)
                elif self._consent.withdraw(client):
                    self._say(client, self._view(client))
            elif self._grants.allows(client, request.grant):
                self._counts[type(request).__name__.lower()] += 1
                displaced = self._inputs.put(client, request.grant, request)
                if displaced is not None and isinstance(displaced.message, PutClip):
                    _refuse_clip(displaced.client, displaced.message, "newer texts came before its turn")

    def close(self) -> None:
        self._closing = True
        self._inputs.close()
        if self._clips is not None:
            self._clips.close()

    # Who may

    def _want(self, client: ControlClient, request: WantControl) -> None:
        policy = self._consent.policy()
        with self._lock:
            if policy.control is PolicyRule.NEVER:
                self._say(client, _forbidden(policy))
                return
            if self._grants.holder is client or (self._is_taken(client) and not request.force):
                self._say(client, self._view(client))
                return

        def decided(refusal: str) -> None:
            if refusal:
                self._say(client, Control(ControlState.REFUSED, reason=refusal[:MOST_WORDS]))
            elif (policy := self._consent.policy()).control is PolicyRule.NEVER:
                # It may have changed while the person was asked.
                self._say(client, _forbidden(policy))
            else:
                self._give(client, force=request.force)

        def asking() -> None:
            self._say(client, Control(ControlState.ASKING))

        self._consent.may_act(client, ask=request.ask, decided=decided, asking=asking)

    def _is_taken(self, client: ControlClient) -> bool:
        """True if another console acts: not the same one on a new link, whose old link is still open."""
        holder = self._grants.holder
        if holder is None or holder is client:
            return False
        return not client.hello.console or holder.hello.console != client.hello.console

    def _give(self, client: ControlClient, *, force: bool) -> None:
        name = shown_name(client.hello)
        with self._lock:
            before = self._grants.holder
            if client not in self._told or before is client:
                return  # the console left meanwhile, or asked twice
            if self._is_taken(client) and not force:
                self._say(client, self._view(client))
                return
            if before is not None:
                how = "by force" if self._is_taken(client) else "on another link"
                self._log_end(f"{name} takes it {how}")
            # From here on, inputs of the console that acted before are passed over.
            number = self._grants.give(client)
            self._begun = False
            if before is not None:
                self._say(before, Control(ControlState.OTHER, holder=name, reason=f"{name} took control"))
        self._inputs.begin(client, number, name, force=force)

    def _end_at_host(self, client: ControlClient) -> None:
        with self._lock:
            if self._grants.holder is client:  # else another console has taken it from the one on the sign
                self._end(_ENDED_AT_HOST, Control(ControlState.FREE, reason=_ENDED_AT_HOST))

    def _end(self, why: str, told: Control | None = None) -> None:
        """Control is free from now on. `told`: a message to the acting console in place of the usual one."""
        holder = self._grants.holder
        if holder is None:
            return
        self._log_end(why)
        self._grants.end()
        self._begun = False
        self._inputs.end()
        self._consent.held_by(None)
        if told is not None:
            self._say(holder, told)
            self._tell_all(but=holder)
        else:
            self._tell_all()

    def _log_end(self, why: str) -> None:
        holder = self._grants.holder
        if holder is not None and self._begun:
            counts = ", ".join(f"{number} {name}" for name, number in sorted(self._counts.items()))
            _log.info("%s controls no more: %s; sent: %s", shown_name(holder.hello), why, counts or "nothing")
        self._counts.clear()

    # Telling

    def _view(self, client: ControlClient) -> Control:
        holder = self._grants.holder
        if holder is not None and holder is not client:
            return Control(ControlState.OTHER, holder=shown_name(holder.hello))
        if holder is None or not self._begun:
            return Control(ControlState.FREE)
        return Control(ControlState.YOURS, grant=self._grants.number)

    def _say(self, client: ControlClient, control: Control) -> None:
        with self._lock:
            if client in self._told:  # else it has left
                self._told[client] = control
                client.tell(control)

    def _tell_all(self, but: ControlClient | None = None) -> None:
        for client, told in list(self._told.items()):
            if client is but:
                continue
            view = self._view(client)
            if (view.state, view.grant, view.holder) != (told.state, told.grant, told.holder):
                self._say(client, view)

    # The rules of the input thread

    def allows(self, client: ControlClient, grant: int) -> bool:
        with self._lock:
            return self._grants.holder is client and self._grants.number == grant

    def refusal(self, client: ControlClient, message: NumberedRequest) -> str:
        if self._consent.asking:
            return BEING_ASKED
        if isinstance(message, Button):
            sign, area = self._consent.sign_area, client.area
            if sign is not None and area is not None:
                x, y = area.x + message.x - sign.x, area.y + message.y - sign.y
                if 0 <= x < sign.width and 0 <= y < sign.height:
                    return "only the person at the host can click the sign"
        return client.obstacle

    def transfer_clip(
        self, client: ControlClient, message: NumberedRequest, look: Callable[[], None]
    ) -> bool:
        if not isinstance(message, (WantClip, PutClip)):
            return False
        if self._clips is None:
            _refuse_clip(client, message, "this agent has no clipboard")
        elif reason := self._clip_refusal(client, message):
            _refuse_clip(client, message, reason)
        elif isinstance(message, PutClip):

            def refusal() -> str:
                look()
                return self._clip_refusal(client, message)

            try:
                self._clips.put(message.text, refusal)
                client.tell(Done(message.n))
            except ClipRefused as refused:
                _refuse_clip(client, message, str(refused))
        else:
            self._fetch_clip(self._clips, client, message)
        return True

    def _fetch_clip(self, clips: ClipThread, client: ControlClient, message: WantClip) -> None:
        if self._fetching == message.grant:
            # Requests that a console repeats must not pile up here, each with another text.
            _refuse_clip(client, message, "the clipboard is being fetched already")
            return
        self._fetching = message.grant

        def answered(text: str | ClipRefused) -> None:
            if self._fetching == message.grant:
                self._fetching = 0
            reason = str(text) if isinstance(text, ClipRefused) else self._clip_refusal(client, message)
            if isinstance(text, ClipRefused) or reason:
                _refuse_clip(client, message, reason)
                return
            with contextlib.suppress(OSError, LocalProtocolError):  # The link has ended.
                client.send(Clip(message.n, text))

        clips.fetch(answered, lambda: self._clip_refusal(client, message))

    def _clip_refusal(self, client: ControlClient, message: WantClip | PutClip) -> str:
        """The reason why this console may not read or change the clipboard now; empty where it may."""
        if self._closing or not self.allows(client, message.grant):
            return "control ended before the clipboard came"
        policy = self._consent.policy()
        if not policy.clip:
            mistake = f": {policy.mistake}" if policy.mistake else ""
            return f"the policy of this host does not allow the clipboard{mistake}"
        return BEING_ASKED if self._inputs.sees_question else self.refusal(client, message)

    def review(self) -> None:
        now = time.monotonic()
        if now < self._next_review:
            return
        self._next_review = now + _REVIEW
        policy = self._consent.policy()
        if policy.control is PolicyRule.NEVER:
            with self._lock:
                self._end("the policy forbids it now", _forbidden(policy))

    def ended(self, client: ControlClient) -> None:
        with self._lock:
            if self._grants.holder is client:
                self._end("it was given back")

    def begun(self, client: ControlClient, grant: int) -> None:
        with self._lock:
            if not self.allows(client, grant):
                return
            self._begun = True
            _log.info("%s controls from now on, by grant %d", shown_name(client.hello), grant)
            self._consent.held_by(client)
            self._tell_all()

    def not_begun(self, client: ControlClient, grant: int, why: DeviceGone | DesktopTaken) -> None:
        with self._lock:
            if self.allows(client, grant):
                self._end(f"it could not begin: {why}", _as_told(why, ControlState.OFF))

    def lost(self, client: ControlClient, grant: int, why: DeviceGone | DesktopTaken) -> None:
        with self._lock:
            if self.allows(client, grant):
                self._end(str(why), _as_told(why, ControlState.FREE))


def _refuse_clip(client: ControlClient, message: WantClip | PutClip, reason: str) -> None:
    client.tell(NoClip(message.n, reason[:MOST_WORDS]))


def _forbidden(policy: Policy) -> Control:
    reason = policy.mistake or "the policy of this host allows no control"
    return Control(ControlState.OFF, reason=reason)


def _as_told(why: DeviceGone | DesktopTaken, gone: ControlState) -> Control:
    if isinstance(why, DesktopTaken):
        return Control(ControlState.OTHER, holder=str(why) or "a console of another agent")
    return Control(gone, reason=str(why)[:MOST_WORDS])
