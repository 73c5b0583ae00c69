"""Acts on a host as one command does: takes control, types, clicks or copies, gives control back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal

from deskconsole.common.errors import (
    Cancelled,
    ConfigurationError,
    ControlBusy,
    ControlNotAllowed,
    ControlRefused,
    InputNotInjected,
    InputUnanswered,
)
from deskconsole.session.host_control import LONGEST_TEXT, HostControl
from deskconsole.session.host_screen import ANSWERED_AFTER
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot
from deskwire.clip_text import clip_fault, clip_text
from deskwire.control import ChordName, ControlState, InputOutcome

from .key_chord import ChordKey
from .results import ClickResult, ClipResult, KeyResult, TypeResult
from .waiting import raise_failure, settled, wait_for, wait_for_picture

BUTTONS = ("left", "middle", "right", "back", "forward")
"""By their numbers on the wire, from 1."""

Button = Literal["left", "middle", "right", "back", "forward"]

_ANSWER = 10.0
"""Seconds for the agent's word on who acts, where no person is asked."""

_DONE = 30.0
"""Seconds for an input; a text has more by its length."""

_A_CHARACTER = 0.02
"""Seconds for each character of a text: twice what the slowest host of the tests took."""

_EFFECT = 2.0
"""Seconds for which the first picture after an input is waited for: a host may have nothing new to show."""

_REST = 1.0
"""Seconds that the picture has to come to rest: the sign at the host has just appeared."""

_DECIDED = frozenset({ControlState.YOURS, ControlState.REFUSED, ControlState.OFF})


def require_typable(text: str) -> str:
    """The text with line feeds as its line ends; raises ConfigurationError where no key could give it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text:
        raise ConfigurationError("there is no text to type")
    if len(text) > LONGEST_TEXT:
        raise ConfigurationError(
            f"the text has {len(text):,} characters, at most {LONGEST_TEXT:,} are typed at once",
            remedy="Type it in parts, or put it into the host's clipboard.",
        )
    if strange := [character for character in text if character < " " and character not in "\n\t"]:
        raise ConfigurationError(
            f"the text has the control character U+{ord(strange[0]):04X}, which no key gives"
        )
    return text


def require_clip(text: str) -> str:
    """The text as a clipboard takes it; raises ConfigurationError where it is too long."""
    text = clip_text(text)
    if (fault := clip_fault(text)) is not None:
        raise ConfigurationError(fault)
    return text


def type_text(session: Session, text: str, *, force: bool, watch: bool) -> TypeResult:
    """Types a text; `watch`: the first picture after it is waited for."""
    with _controlled(session, force=force) as control:
        more = len(text) * _A_CHARACTER
        done, shown = _act(control, lambda: [control.type(text)], watch=watch, more=more)
    return TypeResult(session.name, done, shown, len(text))


def press_keys(
    session: Session, chords: Sequence[ChordName | tuple[ChordKey, ...]], *, force: bool, watch: bool
) -> KeyResult:
    """Presses chords one after the other, each when the one before is done."""
    before = 0.0
    with _controlled(session, force=force) as control:
        for chord in chords[:-1]:
            before += _act(control, partial(_press, control, chord), watch=False)[0]
        done, shown = _act(control, partial(_press, control, chords[-1]), watch=watch)
    shown = None if shown is None else before + shown
    return KeyResult(session.name, before + done, shown, len(chords))


def click(
    session: Session, x: int, y: int, *, button: Button, double: bool, force: bool, watch: bool
) -> ClickResult:
    """Clicks a place of the picture, in pixels."""
    number = BUTTONS.index(button) + 1
    clicks = 2 if double else 1

    def press() -> list[int]:
        control.point(x, y)
        return [control.button(x, y, number, down=down) for down in (True, False) * clicks]

    with _controlled(session, force=force) as control:
        width, height = session.snapshot().size or (0, 0)
        if not (0 <= x < width and 0 <= y < height):
            raise ConfigurationError(
                f"{x}, {y} is outside of the picture of {session.name}, which is {width}x{height}"
            )
        done, shown = _act(control, press, watch=watch)
    return ClickResult(session.name, done, shown, x, y, button, clicks)


def put_clip(session: Session, text: str, *, force: bool) -> ClipResult:
    """Puts a text into the host's clipboard."""
    with _controlled(session, force=force) as control:
        began = time.monotonic()
        control.put_clip(text, _DONE)
        return ClipResult(session.name, time.monotonic() - began, len(text))


def get_clip(session: Session, *, force: bool) -> ClipResult:
    """The text of the host's clipboard."""
    with _controlled(session, force=force) as control:
        began = time.monotonic()
        text = control.fetch_clip(_DONE)
        return ClipResult(session.name, time.monotonic() - began, len(text), text)


@contextlib.contextmanager
def _controlled(session: Session, *, force: bool) -> Iterator[HostControl]:
    """Control of the host, from its first picture on; raises what keeps it away."""
    wait_for_picture(session)
    control = session.control
    _require_free(session, force=force)
    control.take(force=force)

    def decided(one: Snapshot) -> bool:
        state = one.control.state
        return state in _DECIDED or (state is ControlState.OTHER and not force) or settled(one)

    def asking(one: Snapshot) -> bool:
        return one.control.state is ControlState.ASKING or decided(one)

    wait_for([session], asking, _ANSWER)
    wait_for([session], decided, ANSWERED_AFTER if control.status.state is ControlState.ASKING else 0)
    _require_ours(session)
    try:
        yield control
    finally:
        control.release()


def _require_free(session: Session, *, force: bool) -> None:
    status = session.control.status
    if status.state is ControlState.OFF:
        raise ControlNotAllowed(f"{session.name} cannot be controlled: {status.reason}")
    if status.state is ControlState.OTHER and not force:
        raise ControlBusy(f"{status.holder} controls {session.name}", remedy="Take it over with --force.")


def _require_ours(session: Session) -> None:
    status = session.control.status
    if status.yours:
        return
    raise_failure(session)
    if settled(session.snapshot()):
        raise Cancelled(f"connecting to {session.name} was cancelled")
    _require_free(session, force=False)
    if status.state is ControlState.REFUSED:
        raise ControlRefused(f"{session.name} refused control: {status.reason or 'no reason was given'}")
    raise InputUnanswered(f"{session.name} did not say whether it may be controlled", remedy="Try again.")


def _act(
    control: HostControl, send: Callable[[], Sequence[int]], *, watch: bool, more: float = 0.0
) -> tuple[float, float | None]:
    """Seconds until what `send` sends was done, and until the first picture after it began."""
    if watch:
        control.wait_for_rest(_REST)
    began = time.monotonic()
    numbers = send()
    sending = time.monotonic() - began
    if 0 in numbers and control.status.yours:
        raise ControlNotAllowed("the host's agent has no device for that")
    done = 0.0
    for number in numbers:
        result = control.wait(number, _DONE + more)
        if result.outcome is not InputOutcome.DONE:
            reason = result.reason or "the picture had just changed its size"
            raise InputNotInjected(f"the host did not take it: {reason}")
        done = result.done
    # A release has rarely an effect of its own.
    seen = control.wait(numbers[0], 0, effect=_EFFECT) if watch else None
    return sending + done, None if seen is None else seen.effect


def _press(control: HostControl, chord: ChordName | tuple[ChordKey, ...]) -> list[int]:
    if isinstance(chord, ChordName):
        return [control.chord(chord)]
    pressed = [control.key(key.code, down=True, text=key.text) for key in chord]
    released = [control.key(key.code, down=False, text=key.text) for key in reversed(chord)]
    return pressed[::-1] + released
