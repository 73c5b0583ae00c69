"""The input of a window: what its user does there goes to the host."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from deskconsole.common.errors import DeskconsoleError
from deskconsole.viewer.messages import (
    ButtonInput,
    ChordInput,
    ClipOffer,
    ClipWish,
    ControlWish,
    Input,
    KeyInput,
    PointerInput,
    Released,
    Request,
    TypingInput,
    WheelInput,
)
from deskwire.control import Ability

from .host_control import HostControl
from .sent_inputs import QUIET, SAMPLES

_CLIP_TIMEOUT = 10.0
"""Seconds for a text to go or to come; 2 of them are the host's own."""

_CLAIM = "window"
"""The window's claim to control: other claims on this console neither end it nor end with it."""

_EFFECT_WITHIN = 2.0
"""Seconds after an input in which a picture may be its effect, as for the agent."""

_TELLING = 0.5
"""Seconds between two reports of how long inputs take."""


class WindowInput:
    """Hands messages of the window to `control`; `say` takes a sentence for its user.

    It also knows which input a picture is the effect of: the newest press before it, if nothing changed on
    the screen for a while before that press.
    """

    def __init__(self, control: HostControl, say: Callable[[str], None]) -> None:
        self._control = control
        self._say = say
        self._lock = threading.Lock()
        self._presses: dict[int, float] = {}
        """The presses that a picture may follow from, and when they happened."""
        self._input_at: float | None = None
        """The time of the input whose effect the next packet has."""
        self._packet_at = float("-inf")
        self._told_at = float("-inf")

    def handle(self, message: Input | Request, fetched: Callable[[str], None]) -> None:
        """Passes a message to the host without waiting; `fetched` gets the host's clipboard later."""
        match message:
            case ControlWish(on, force):
                if on:
                    self._control.take(force=force, claim=_CLAIM)
                else:
                    self._control.release(_CLAIM)
            case ClipOffer(text):
                self._later(lambda: self._put(text))
            case ClipWish():
                self._later(lambda: self._fetch(fetched))
            case _:
                self._input(message)

    def end(self) -> None:
        """The window is gone."""
        self._control.all_up()
        self._control.release(_CLAIM)

    def restart(self) -> None:
        """The link is over: numbers begin again."""
        with self._lock:
            self._presses.clear()
            self._input_at = None

    def announce(self, number: int) -> None:
        """The next packet has the effect of this input."""
        with self._lock:
            before = [press for press in self._presses if press <= number]
            newest = self._presses[max(before)] if before else None
            # The agent names moves too: an older press had no effect.
            late = newest is not None and time.monotonic() - newest > _EFFECT_WITHIN
            self._input_at = None if late else newest
            for press in before:
                del self._presses[press]

    def drawn(self) -> float | None:
        """The time of the input whose effect this packet has; None where it has none."""
        with self._lock:
            self._packet_at = time.monotonic()
            at, self._input_at = self._input_at, None
            return at

    def times(self) -> tuple[float, float] | None:
        """Returns seconds until inputs were injected, p50 and p95; None: nothing to tell now."""
        now = time.monotonic()
        if now - self._told_at < _TELLING:
            return None
        self._told_at = now
        trips = self._control.round_trips
        return None if trips.done_p50 is None or trips.done_p95 is None else (trips.done_p50, trips.done_p95)

    def _input(self, message: Input) -> None:
        control = self._control
        self._say_if_unable(message)
        match message:
            case KeyInput(at, code, down, text, dead, locks, repeat):
                number = control.key(code, down=down, text=text, dead=dead, locks=locks, repeat=repeat)
                self._pressed(number, at, down=down and not repeat)
            case PointerInput(_, x, y):
                control.point(x, y)
            case ButtonInput(at, x, y, button, down):
                self._pressed(control.button(x, y, button, down=down), at, down=down)
            case WheelInput(at, x, y, right, down):
                self._pressed(control.wheel(x, y, right=right, down=down), at, down=True)
            case Released():
                control.all_up()
            case TypingInput(text):
                control.type(text)
            case ChordInput(chord):
                control.chord(chord)

    def _say_if_unable(self, message: Input) -> None:
        """Tells the user where the host's agent has no means for an input of this kind."""
        status = self._control.status
        match message:
            case KeyInput(down=True) | TypingInput() | ChordInput() if status.yours:
                if Ability.KEYBOARD not in status.may:
                    self._say("the host takes no keys from here")
            case ButtonInput(down=True) | WheelInput() if status.yours:
                if Ability.POINTER not in status.may:
                    self._say("the host takes no pointer from here")

    def _pressed(self, number: int, at: float, *, down: bool) -> None:
        with self._lock:
            if number and down and at - self._packet_at > QUIET:
                self._presses = dict([*self._presses.items(), (number, at)][-SAMPLES:])

    def _put(self, text: str) -> str:
        self._control.put_clip(text, _CLIP_TIMEOUT)
        return f"{_measured(text)} put into the host's clipboard"

    def _fetch(self, fetched: Callable[[str], None]) -> str:
        text = self._control.fetch_clip(_CLIP_TIMEOUT)
        fetched(text)
        return f"{_measured(text)} copied from the host's clipboard"

    def _later(self, work: Callable[[], str]) -> None:
        def run() -> None:
            try:
                self._say(work())
            except DeskconsoleError as error:
                self._say(str(error))

        threading.Thread(target=run, name="clipboard of a window", daemon=True).start()


def _measured(text: str) -> str:
    lines, characters = text.count("\n") + 1, len(text)
    return f"{lines} {'line' if lines == 1 else 'lines'}, {characters:,} characters"
