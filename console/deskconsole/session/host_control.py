"""Control of one host: who acts there, what this console sends, and what the host answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from deskconsole.common.errors import (
    ClipUnavailable,
    ControlNotAllowed,
    InputUnanswered,
)
from deskwire.clip_text import clip_fault, clip_text, strangers_clip_text
from deskwire.clipboard import Clip, NoClip, PutClip, WantClip
from deskwire.control import (
    Ability,
    AllUp,
    Button,
    Chord,
    ChordName,
    Control,
    Done,
    Effect,
    InputOutcome,
    Key,
    Pointer,
    Typing,
    Wheel,
)
from deskwire.limits import MAX_NOTCHES, MAX_SIDE, MAX_TYPED
from deskwire.messages import ControlRequest, Feature, Welcome
from deskwire.packet import Packet

from .control_grant import ControlGrant
from .control_loss import control_loss
from .control_status import ControlSettings, ControlStatus
from .held_inputs import HeldInputs
from .link_observer import LinkObserver
from .sent_inputs import LONGEST_TEXT, InputResult, RoundTrips, SentInput, SentInputs
from .status_changes import StatusChanges

MOVES_OUT = 4
"""Moves that may be under way: a slow link gets fewer of them, not older ones."""

_NO_CLIP_HERE = "the policy of this host", "this agent has no clipboard"
"""Beginnings of the agent's answers that no other text and no later time changes."""


class HostControl(LinkObserver):
    """Observes a session's links, one after the other. Any thread may call; only `wait` and the two of the
    clipboard block.

    `send` hands a message to the link that runs now, or drops it where there is none. `changed` is called
    with each other status, in their order and never while a lock is held here; `transferred`
    with the number of characters that went into a clipboard or out of it.
    """

    def __init__(
        self,
        send: Callable[[ControlRequest], None],
        settings: ControlSettings | None = None,
        changed: Callable[[ControlStatus], None] | None = None,
        transferred: Callable[[Literal["put", "fetch"], int], None] = lambda _way, _length: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._transferred = transferred
        self._settings = settings or ControlSettings()
        self._changes = StatusChanges()
        if changed is not None:
            self._changes.observe(changed)
        self._changed = threading.Condition()
        self._inputs = SentInputs(clock)
        self._grant = ControlGrant(send, self._settings)
        self._move: tuple[int, int] | None = None
        """A place that waits until fewer moves are under way."""
        self._moves_out: set[int] = set()
        self._held = HeldInputs(clock)
        self.lapsed: Callable[[], None] = lambda: None
        """Called when what was held went up for want of `hold`, never while a lock is held here."""

    # For the faces

    @property
    def status(self) -> ControlStatus:
        return self._grant.status

    @property
    def held(self) -> bool:
        """A key or a button is down: the agent must hear from this console often. Where `hold` was not called
        for HOLD_LASTS seconds, it goes up now."""
        with self._changed:
            if lapsed := self._held.lapsed:
                self.all_up()
            held = bool(self._held)
        if lapsed:
            self.lapsed()
        return held

    @property
    def round_trips(self) -> RoundTrips:
        """Round trips of the last 50 inputs, over all links."""
        with self._changed:
            return self._inputs.round_trips()

    @property
    def shown_press_at(self) -> float | None:
        """The time of the press whose effect the last packet has; None where it has none."""
        with self._changed:
            return self._inputs.shown_press_at

    def observe(self, changed: Callable[[ControlStatus], None]) -> None:
        """Calls `changed` with each other status from now on, as the constructor's is."""
        self._changes.observe(changed)

    def take(self, *, force: bool = False, claim: str = "session") -> None:
        """Asks for control, now or as soon as there is a link; `status` tells the answer.

        `force` takes it from another console. Control that is lost with a link is asked for again. It stays
        until every `claim` to it is released, or until the host ends it: then all claims are void.
        """
        with self._changing():
            self._grant.take(claim, force=force)

    def release(self, claim: str = "session") -> None:
        """Releases a claim, if it is held. With the last one control goes back, and everything held goes
        up."""
        with self._changing():
            self._grant.release(claim)

    def release_all(self) -> None:
        """Releases every claim: the session ends."""
        with self._changing():
            self._grant.release_all()

    def key(
        self,
        code: int,
        *,
        down: bool,
        text: str = "",
        dead: bool = False,
        locks: int = 0,
        repeat: bool = False,
        at: float | None = None,
    ) -> int:
        """Sends a key by its position (`deskwire.keys`) and by the text that it gave here.

        `at`, here and below, is the time when it happened, by the monotonic clock; None: now.
        """
        with self._changed:
            if not self._may(Ability.KEYBOARD) or (repeat and not self._held.has_key(code)):
                return 0  # A key that repeats may have gone up at the host meanwhile.
            if self._settings.by_position and code:
                text, dead = "", False
            self._flush_move()
            self._held.key(code, down=down)
            number = self._inputs.add(press=down and not repeat, at=at)
            self._send(Key(self._grant.number, number, code, down, text, dead, locks, repeat))
            return number

    def hold(self) -> None:
        """Keeps down what is down, for HOLD_LASTS seconds more."""
        with self._changed:
            self._held.hold()

    def point(self, x: int, y: int) -> int:
        """Sends the pointer's place in pixels of the picture. The newest of several waiting places wins."""
        with self._changed:
            if not self._may(Ability.POINTER):
                return 0
            self._move = _inside(x), _inside(y)
            if len(self._moves_out) < MOVES_OUT:
                self._flush_move()
            return self._inputs.last

    def button(self, x: int, y: int, button: int, *, down: bool, at: float | None = None) -> int:
        """Sends a button, 1 to 5: left, middle, right, back, forward."""
        with self._changed:
            if not self._may(Ability.POINTER):
                return 0
            self._flush_move()
            self._held.button(button, down=down)
            number = self._inputs.add(press=down, at=at)
            self._send(Button(self._grant.number, number, _inside(x), _inside(y), button, down))
            return number

    def wheel(self, x: int, y: int, *, right: int = 0, down: int = 0, at: float | None = None) -> int:
        """Sends a turn of the wheel, by 120ths of a notch."""
        with self._changed:
            if not self._may(Ability.POINTER):
                return 0
            self._flush_move()
            number = self._inputs.add(press=True, at=at)
            right, down = (max(-MAX_NOTCHES, min(MAX_NOTCHES, turned)) for turned in (right, down))
            self._send(Wheel(self._grant.number, number, _inside(x), _inside(y), right, down))
            return number

    def type(self, text: str) -> Sequence[int]:
        """Types a text, whatever the layouts are; a line feed is Enter, a tab is Tab. A text of more than
        LONGEST_TEXT characters is not sent.

        Returns the numbers of all pieces, each with its own outcome; none where nothing was sent.
        """
        with self._changed:
            if not self._may(Ability.KEYBOARD) or not 0 < len(text) <= LONGEST_TEXT:
                return ()
            self._flush_move()
            numbers = []
            for start in range(0, len(text), MAX_TYPED):
                numbers.append(number := self._inputs.add(press=True))
                self._send(Typing(self._grant.number, number, text[start : start + MAX_TYPED]))
            return numbers

    def chord(self, name: ChordName) -> int:
        """Sends a chord and returns its number; 0 where it was not sent."""
        with self._changed:
            if not self._may(Ability.KEYBOARD):
                return 0
            self._flush_move()
            number = self._inputs.add(press=True)
            self._send(Chord(self._grant.number, number, name))
            return number

    def all_up(self) -> int:
        """Everything held goes up: the keyboard belongs to something else now."""
        with self._changed:
            if not self.status.yours:
                return 0
            self._flush_move()
            self._held.clear()
            number = self._inputs.add(press=False)
            self._send(AllUp(self._grant.number, number))
            return number

    def wait(self, number: int, timeout: float, *, effect: float = 0.0) -> InputResult:
        """Blocks until the host has said what became of that input, then `effect` seconds more at most until
        the first picture after it is drawn.

        Raises ControlNotAllowed for number 0, InputUnanswered after `timeout` seconds, and the reason where
        control ended first, see `control_loss`.
        """
        with self._changed:
            one = self._inputs.get(number)
            if one is None:
                if not self.status.yours:
                    raise control_loss(self.status, sent=False)
                raise ControlNotAllowed("nothing was sent: the host's agent has no means for it")
            self._wait_until_done(one, timeout)
            if one.outcome is InputOutcome.DONE and effect > 0:
                self._changed.wait_for(lambda: one.shown_at is not None, effect)
            return one.result()

    def wait_for_rest(self, timeout: float) -> bool:
        """Blocks until the next change may count as an effect, because the picture has rested; False where
        it never does."""
        end = time.monotonic() + timeout
        with self._changed:
            while (left := self._inputs.until_rest) > 0:
                if (waiting := min(left, end - time.monotonic())) <= 0:
                    return False
                self._changed.wait(waiting)
        return True

    def put_clip(self, text: str, timeout: float) -> None:
        """Blocks until the host's clipboard has this text; raises ClipUnavailable, ControlNotAllowed and what
        `wait` raises."""
        text = clip_text(text)
        if (fault := clip_fault(text)) is not None:
            raise ClipUnavailable(fault)
        with self._changed:
            number, one = self._clip_request()
            self._send(PutClip(self._grant.number, number, text))
        self._wait_for_clip(one, timeout)
        self._transferred("put", len(text))

    def fetch_clip(self, timeout: float) -> str:
        """Blocks until the text of the host's clipboard is here; raises as `put_clip` does."""
        with self._changed:
            number, one = self._clip_request()
            self._send(WantClip(self._grant.number, number))
        self._wait_for_clip(one, timeout)
        text = strangers_clip_text(one.clip)
        self._transferred("fetch", len(text))
        return text

    # The link

    def welcomed(self, welcome: Welcome) -> None:
        with self._changing():
            self._inputs.restart()
            self._held.clear()
            self._grant.welcomed(welcome)

    def control(self, control: Control) -> None:
        with self._changing():
            self._grant.said(control)

    def done(self, done: Done) -> None:
        with self._changed:
            self._inputs.settle(done)
            self._moves_out = {number for number in self._moves_out if number > done.n}
            if self._move is not None and self.status.yours and len(self._moves_out) < MOVES_OUT:
                self._flush_move()
            self._changed.notify_all()

    def effect(self, effect: Effect) -> None:
        with self._changed:
            self._inputs.announce(effect.n)

    def clip(self, clip: Clip) -> None:
        with self._changed:
            self._inputs.bring(clip.n, clip.text)
            self._changed.notify_all()

    def no_clip(self, no_clip: NoClip) -> None:
        with self._changed:
            self._inputs.refuse(no_clip.n, no_clip.reason)
            self._changed.notify_all()

    def drawn(self, number: int, packet: Packet) -> None:  # noqa: ARG002
        with self._changed:
            self._inputs.drawn()
            self._changed.notify_all()

    def ended(self) -> None:
        with self._changing():
            self._grant.ended()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Keeps the lock while who acts may change, and tells the observers of it afterwards."""
        with self._changed:
            before = self.status
            yield
            if self.status != before:
                self._follow(before)
        self._changes.tell()

    # Under the lock

    def _follow(self, before: ControlStatus) -> None:
        if self.status.yours and not before.yours:
            # The sign at the host is about to appear.
            self._inputs.disturb()
        if before.yours and not self.status.yours:
            self._move = None
            self._moves_out.clear()
            self._held.clear()
            self._inputs.drop_unanswered(self.status)
        elif before.window_acts and not self.status.window_acts and self._held:
            self.all_up()  # The window's own release is not heard where the type mode or an act stays.
        self._changes.add(self.status)
        self._changed.notify_all()

    def _may(self, ability: Ability) -> bool:
        return self.status.yours and ability in self.status.may

    def _flush_move(self) -> None:
        if self._move is not None:
            number = self._inputs.add(press=False)
            self._moves_out.add(number)
            self._send(Pointer(self._grant.number, number, *self._move))
            self._move = None

    def _wait_until_done(self, one: SentInput, timeout: float) -> None:
        if not self._changed.wait_for(lambda: one.done_at is not None, timeout):
            raise InputUnanswered(f"the host did not say within {timeout:g} s that the input was done")
        if one.lost is not None:
            raise control_loss(one.lost, sent=True)
        if one.outcome is not InputOutcome.DONE and not self.status.yours:
            raise control_loss(self.status, sent=True)  # The agent's answer is that control ended.

    def _clip_request(self) -> tuple[int, SentInput]:
        if not self.status.yours:
            raise control_loss(self.status, sent=False)
        # Where the policy allows no clipboard, the agent's answer says more than its abilities do.
        if Feature.CLIP not in self._grant.speaks:
            raise ControlNotAllowed("the host's agent has no clipboard")
        return self._inputs.add_request()

    # Not under the lock

    def _wait_for_clip(self, one: SentInput, timeout: float) -> None:
        with self._changed:
            self._wait_until_done(one, timeout)
        if one.outcome is not InputOutcome.DONE:
            kind = ControlNotAllowed if one.reason.startswith(_NO_CLIP_HERE) else ClipUnavailable
            raise kind(f"the host answers: {one.reason}")


def _inside(place: int) -> int:
    return max(0, min(MAX_SIDE - 1, place))
