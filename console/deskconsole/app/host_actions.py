"""Acts on a host as one command does: takes control, types, clicks or copies, gives control back."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from deskconsole.common.errors import (
    Cancelled,
    ConfigurationError,
    ControlBusy,
    ControlNotAllowed,
    ControlRefused,
    DeskconsoleError,
    InputNotInjected,
    InputUnanswered,
)
from deskconsole.session.control_loss import control_loss
from deskconsole.session.host_control import HostControl
from deskconsole.session.host_screen import ANSWERED_AFTER
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot
from deskwire.clip_text import clip_text, left_out_of_clip
from deskwire.control import ChordName, ControlState, InputOutcome
from deskwire.limits import MAX_TYPED

from .input_results import ClickResult, ClipResult, KeyResult, TypeResult
from .input_timeout import input_timeout
from .key_chord import ChordKey
from .mouse_button import BUTTONS, MouseButton
from .waiting import raise_failure, settled, wait_for, wait_for_picture

_acts = itertools.count(1)
"""Each act has a claim to control of its own; control goes back when no part of this console claims it."""

_TICK = 0.25
"""Seconds between two calls of `waiting`."""

Waiting = Callable[[], None]
"""Called now and then, on another thread, while a host is acted on; what it raises ends that."""

_ANSWER = 10.0
"""Seconds for the agent's word on who acts, where no person is asked."""

_EFFECT = 2.0
"""Seconds for which the first picture after an input is waited for: a host may have nothing new to show."""

_REST = 1.0
"""Seconds that the picture has to come to rest: the sign at the host has just appeared."""

_DECIDED = frozenset({ControlState.YOURS, ControlState.REFUSED, ControlState.OFF})


def type_text(
    session: Session, text: str, *, force: bool, watch: bool, waiting: Waiting | None = None
) -> TypeResult:
    """Types a text; `watch`: the first picture after it is waited for."""
    # A piece is a second's work: what was sent already is typed though the command is stopped.
    *pieces, last = (text[start : start + MAX_TYPED] for start in range(0, len(text), MAX_TYPED))
    before = 0.0
    with _controlled(session, waiting, force=force) as act:
        for piece in pieces:
            before += _act(
                act, partial(_type, act.control, piece), watch=False, timeout=input_timeout(len(piece))
            )[0]
        done, shown = _act(
            act, partial(_type, act.control, last), watch=watch, timeout=input_timeout(len(last))
        )
    shown = None if shown is None else before + shown
    return TypeResult(session.name, before + done, shown, len(text))


def press_keys(
    session: Session,
    chords: Sequence[ChordName | tuple[ChordKey, ...]],
    *,
    force: bool,
    watch: bool,
    waiting: Waiting | None = None,
) -> KeyResult:
    """Presses chords in turn, each when the chord before it is done."""
    before = 0.0
    with _controlled(session, waiting, force=force) as act:
        for chord in chords[:-1]:
            before += _act(act, partial(_press, act.control, chord), watch=False)[0]
        done, shown = _act(act, partial(_press, act.control, chords[-1]), watch=watch)
    shown = None if shown is None else before + shown
    return KeyResult(session.name, before + done, shown, len(chords))


def click(
    session: Session,
    x: int,
    y: int,
    *,
    button: MouseButton,
    double: bool,
    force: bool,
    watch: bool,
    waiting: Waiting | None = None,
) -> ClickResult:
    """Clicks a place of the picture, in pixels."""
    number = BUTTONS.index(button) + 1
    clicks = 2 if double else 1

    def press() -> _Sent:
        act.control.point(x, y)
        numbers = [act.control.button(x, y, number, down=down) for down in (True, False) * clicks]
        return _Sent(numbers, numbers[0])

    with _controlled(session, waiting, force=force) as act:
        width, height = session.snapshot().size or (0, 0)
        if not (0 <= x < width and 0 <= y < height):
            raise ConfigurationError(
                f"{x}, {y} is outside of the picture of {session.name}, which is {width}x{height}",
                remedy="X and Y count from 0, from the upper left corner.",
            )
        done, shown = _act(act, press, watch=watch)
    return ClickResult(session.name, done, shown, x, y, button, clicks)


def put_clip(session: Session, text: str, *, force: bool, waiting: Waiting | None = None) -> ClipResult:
    """Puts a text into the host's clipboard, without its control characters."""
    characters, left_out = len(clip_text(text)), left_out_of_clip(text)
    with _controlled(session, waiting, force=force) as act:
        began = time.monotonic()
        act.control.put_clip(text, input_timeout())
        done = time.monotonic() - began
    return ClipResult(session.name, done, characters, left_out=left_out)


def get_clip(session: Session, *, force: bool, waiting: Waiting | None = None) -> ClipResult:
    """The text of the host's clipboard."""
    with _controlled(session, waiting, force=force) as act:
        began = time.monotonic()
        text = act.control.fetch_clip(input_timeout())
        return ClipResult(session.name, time.monotonic() - began, len(text), text)


class _Sent(NamedTuple):
    """Inputs that one act has sent."""

    numbers: Sequence[int]
    watched: int
    """The number of the input whose effect is waited for: a release rarely has an effect."""


@dataclass
class _Act:
    """Control as one command has it."""

    control: HostControl
    claim: str
    sent: bool = False
    """A part of the act was sent."""

    def require_claim(self) -> None:
        """Raises ControlNotAllowed where only other parts of this console claim control now."""
        status = self.control.status
        if status.yours and self.claim not in status.claims:
            raise ControlNotAllowed("control was given back meanwhile", remedy="Look at the host.")


@contextlib.contextmanager
def _controlled(session: Session, waiting: Waiting | None, *, force: bool) -> Iterator[_Act]:
    """Yields control of the host, with a picture there; raises the reason where there is no control."""
    wait_for_picture(session)
    control = session.control
    claim = f"act {next(_acts)}"
    _require_free(session, force=force)

    def decided(one: Snapshot) -> bool:
        state = one.control.state
        return state in _DECIDED or (state is ControlState.OTHER and not force) or settled(one)

    def asking(one: Snapshot) -> bool:
        return one.control.state is ControlState.ASKING or decided(one)

    # What was asked for is also taken back where the answer does not come in time.
    try:
        with _released_when_left(control, claim, waiting):
            control.take(force=force, claim=claim)
            wait_for([session], asking, _ANSWER)
            wait_for([session], decided, ANSWERED_AFTER if control.status.state is ControlState.ASKING else 0)
            _require_ours(session, force=force)
            act = _Act(control, claim)
            act.require_claim()
            yield act
    finally:
        control.release(claim=claim)


@contextlib.contextmanager
def _released_when_left(control: HostControl, claim: str, waiting: Waiting | None) -> Iterator[None]:
    """Releases the claim as soon as `waiting` raises: what waits for the host then ends."""
    if waiting is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_TICK):
            try:
                waiting()
            except DeskconsoleError:
                control.release(claim)
                return

    thread = threading.Thread(target=watch, name="command's end", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _require_free(session: Session, *, force: bool) -> None:
    status = session.control.status
    if status.state is ControlState.OFF:
        raise ControlNotAllowed(f"{session.name} cannot be controlled: {status.reason}")
    if status.state is ControlState.OTHER and not force:
        raise ControlBusy(f"{status.holder} controls {session.name}", remedy="Take it over with --force.")


def _require_ours(session: Session, *, force: bool) -> None:
    status = session.control.status
    if status.yours:
        return
    raise_failure(session)
    if settled(session.snapshot()):
        raise Cancelled(f"connecting to {session.name} was cancelled")
    _require_free(session, force=force)
    if status.state is ControlState.OTHER:
        raise ControlBusy(f"{status.holder} still controls {session.name}", remedy="Try again.")
    if status.state is ControlState.REFUSED:
        raise ControlRefused(f"{session.name} refused control: {status.reason or 'no reason was given'}")
    raise InputUnanswered(f"{session.name} did not say whether it may be controlled", remedy="Try again.")


def _act(
    act: _Act, send: Callable[[], _Sent], *, watch: bool, timeout: float | None = None
) -> tuple[float, float | None]:
    """Seconds until all that `send` sends was done, and until the first picture after it began.

    `timeout`: seconds for each input; None: those of a key.
    """
    control = act.control
    if watch:
        control.wait_for_rest(_REST)
    act.require_claim()
    began = time.monotonic()
    sent = send()
    sending = time.monotonic() - began
    if 0 in sent.numbers and control.status.yours:
        raise ControlNotAllowed("the host's agent has no device for that")
    if 0 in sent.numbers and act.sent:
        raise control_loss(control.status, sent=True)
    act.sent = True
    done = 0.0
    for number in sent.numbers:
        act.require_claim()
        result = control.wait(number, timeout or input_timeout())
        if result.outcome is not InputOutcome.DONE:
            reason = result.reason or "the place is outside of the picture, or the picture has a new size"
            raise InputNotInjected(f"the host did not take it: {reason}")
        done = max(done, result.done)
    seen = control.wait(sent.watched, 0, effect=_EFFECT) if watch else None
    return sending + done, None if seen is None else seen.effect


def _type(control: HostControl, piece: str) -> _Sent:
    (number,) = control.type(piece) or (0,)
    return _Sent([number], number)


def _press(control: HostControl, chord: ChordName | tuple[ChordKey, ...]) -> _Sent:
    if isinstance(chord, ChordName):
        number = control.chord(chord)
        return _Sent([number], number)
    pressed = [control.key(key.code, down=True, text=key.text) for key in chord]
    released = [control.key(key.code, down=False, text=key.text) for key in reversed(chord)]
    return _Sent(pressed + released, pressed[-1])
