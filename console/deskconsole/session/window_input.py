"""The input of a window: what its user does there goes to the host."""

from __future__ import annotations

import logging
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
    Holding,
    Input,
    KeyInput,
    PointerInput,
    Released,
    Request,
    TypingInput,
    WheelInput,
    WhoControls,
)
from deskwire.control import Ability, ControlState

from .control_status import NOT_CONNECTED, WINDOW_CLAIM, WINDOW_CLAIMS, ControlStatus
from .host_control import HostControl

_log = logging.getLogger(__name__)

_CLIP_TIMEOUT = 10.0
"""Seconds for a text to go or to come; 2 of them are the host's own."""

_TELLING = 0.5
"""Seconds between two reports of how long inputs take."""


class WindowInput:
    """Hands messages of the window to `control`; `say` takes a sentence for its user."""

    def __init__(self, control: HostControl, say: Callable[[str], None]) -> None:
        self._control = control
        self._say = say
        self._told_at = float("-inf")

    def handle(self, message: Input | Request, fetched: Callable[[str], None]) -> None:
        """Passes a message to the host without waiting; `fetched` gets the host's clipboard later."""
        match message:
            case ControlWish(on, force):
                if on and self._control.status == NOT_CONNECTED:
                    # Keys that are typed when the link is there again were not meant for it.
                    self._say("no control while the host is not connected: press it again when it is")
                elif on:
                    self._control.take(force=force, claim=WINDOW_CLAIM)
                else:
                    for claim in WINDOW_CLAIMS:
                        self._control.release(claim)
            case ClipOffer(text):
                self._later(lambda: self._put(text))
            case ClipWish():
                self._later(lambda: self._fetch(fetched))
            case _:
                self._input(message)

    def end(self) -> None:
        """The window is gone."""
        if self._control.status.window_acts:
            self._control.all_up()
        self._control.release(WINDOW_CLAIM)

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
        if isinstance(message, Released):
            # Also where only another part of this console still acts: a key may have passed that end.
            control.all_up()
            return
        if not control.status.window_acts:
            return  # It was on its way when control became another's, or another part's of this console.
        self._say_if_unable(message)
        control.hold()
        match message:
            case KeyInput(at, code, down, text, dead, locks, repeat):
                control.key(code, down=down, text=text, dead=dead, locks=locks, repeat=repeat, at=at)
            case PointerInput(_, x, y):
                control.point(x, y)
            case ButtonInput(at, x, y, button, down):
                control.button(x, y, button, down=down, at=at)
            case WheelInput(at, x, y, right, down):
                control.wheel(x, y, right=right, down=down, at=at)
            case Holding():
                pass  # It says only that the window still runs, as every message does.
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
                said = work()
            except DeskconsoleError as error:
                said = error.whole
            except Exception as error:  # noqa: BLE001  # who waits for the text must not wait for ever
                # Neither its sentence nor its trace: they may have what was copied.
                said = f"the console failed at the clipboard: {type(error).__name__}"
                _log.error("%s", said)
            self._say(said)

        threading.Thread(target=run, name="clipboard of a window", daemon=True).start()


def who_controls(status: ControlStatus, *, notify: bool) -> WhoControls:
    """The status as the window is told of it: it does not act where only a type mode or one act does."""
    if status.yours and not status.window_acts:
        return WhoControls(ControlState.FREE, notify=notify)
    return WhoControls(status.state, status.holder, status.reason, notify)


def _measured(text: str) -> str:
    lines, characters = text.count("\n") + 1, len(text)
    return f"{lines} {'line' if lines == 1 else 'lines'}, {characters:,} characters"
