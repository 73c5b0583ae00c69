"""Acts on the desktop for the console that has the grant: takes the desktop, injects, and gives it back."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import Final

from deskagent.input.device import DeviceGone, DeviceOpener, InputBlocked
from deskagent.input.injector import Injector
from deskwire.clipboard import PutClip, WantClip
from deskwire.control import (
    AllUp,
    Button,
    Chord,
    Done,
    EndControl,
    InputOutcome,
    Key,
    Pointer,
    Typing,
    Wheel,
)
from deskwire.messages import NumberedRequest

from .client import MOST_WORDS, ControlClient
from .desktop_lock import DesktopLock, DesktopTaken, LockGone
from .input_queue import QueuedInput
from .input_rules import InputRules
from .question_watch import BEING_ASKED, QuestionWatch

LEASE: Final = 1.2
"""Seconds without a byte from a console that holds something, after which it is released. The console pings
every 0.4 s meanwhile."""

LOOK: Final = 0.1
"""Seconds between two checks, while a console acts, whether it must let go what it holds."""

_LOCK_AGAIN: Final = 0.2
"""Seconds until the desktop's lock is tried once more where no console's name is on it: an agent that has
just started holds it for a moment, while it releases what a killed one left down."""

_PIECE: Final = 16
"""Characters of a text that are injected in one go: 0.4 s where each needs a new keycode."""

_log = logging.getLogger(__name__)


class InputExecutor:
    """Opens the device for a console that acts, injects what it sends, and closes it when no console acts.

    The input thread alone calls its methods, all but `run` by way of `run`.
    """

    def __init__(
        self,
        open_device: DeviceOpener,
        lock: DesktopLock,
        question: DesktopLock,
        rules: InputRules,
        interrupted: Callable[[], bool],
    ) -> None:
        """`interrupted`: something waits that comes before the rest of a long text."""
        self._open_device = open_device
        self._lock = lock
        self._question = QuestionWatch(question)
        self._rules = rules
        self._interrupted = interrupted
        self._injector: Injector | None = None
        self._client: ControlClient | None = None
        self._grant = 0
        self._looked = 0.0
        self.has_no_device = False
        """The desktop has nothing to act with, as was found when it was opened last."""
        self.sees_question = False
        """An agent of the desktop asked the person there when the last request for the clipboard came."""

    @property
    def acts(self) -> bool:
        """True if the device is open: a console acts, or is about to."""
        return self._injector is not None

    def run(self, act: Callable[[], None]) -> None:
        """Runs one of the acts below, survives whatever it raises, and looks around where that is due."""
        self._guarded(act)
        if self.acts and time.monotonic() - self._looked >= LOOK:
            self._guarded(self.look)

    def begin(self, client: ControlClient, grant: int, name: str, *, force: bool) -> None:
        """This console acts from now on, if the desktop can be had; `rules` hears of both."""
        if not self._rules.allows(client, grant):
            return
        try:
            self._check_lock()
            if self._injector is not None:
                self._injector.end()
            self._acquire(name, force=force)
            if self._injector is None:
                self._injector = self._open()
                self.all_up()
            self._injector.begin()
        except Exception as error:  # noqa: BLE001
            why = _reason(error)
            self._let_go(why)
            self._rules.not_begun(client, grant, why)
            return
        self._client, self._grant = client, grant
        self._rules.begun(client, grant)

    def end(self) -> None:
        """No console acts any more: everything goes up, and the desktop is given back."""
        self._check_lock()
        if self._injector is not None:
            self._injector.end()
        self._let_go()

    def all_up(self) -> None:
        """Everything goes up; the console still acts."""
        if self._injector is not None:
            with contextlib.suppress(InputBlocked):
                self._injector.release_all()

    def clear(self) -> None:
        """Everything goes up that an agent which was killed left down."""
        if self._injector is not None:
            return
        try:
            self._lock.acquire("", force=False)
            injector = self._open()
            try:
                injector.release_all()
            finally:
                injector.close()
        except (DeviceGone, LockGone, DesktopTaken, InputBlocked) as error:
            _log.info("nothing was released: %s", error)
        finally:
            _attempt(self._lock.release)

    def look(self) -> None:
        """Releases what the acting console no longer holds, or can no longer mean."""
        self._looked = time.monotonic()
        self._check_lock()
        injector, client = self._injector, self._client
        if injector is None or client is None:
            return
        self._rules.review()
        if injector.held and self._looked - client.heard > LEASE:
            _log.info("nothing was heard for %.1f s while something was held: it is released", LEASE)
            injector.release_all()
        elif injector.held and (client.obstacle or self._question.is_open()):
            injector.release_all()

    def inject(self, queued: QueuedInput) -> None:
        """Carries out one input, and tells its console what became of it."""
        client, grant, message = queued
        if not self._rules.allows(client, grant):
            return
        if isinstance(message, EndControl):
            self._rules.ended(client)
            return
        if isinstance(message, (PutClip, WantClip)):
            self.sees_question = self._question.is_open()
        if self._rules.transfer_clip(client, message, lambda: self._guarded(self.look)):
            return
        outcome, reason = InputOutcome.DONE, ""
        # Taken before the injection: on a busy host the answer may be grabbed before this thread runs again.
        began = time.perf_counter()
        injector = self._injector
        if injector is None:
            outcome, reason = InputOutcome.BLOCKED, "the desktop takes no input"
        elif not _lets_go(message) and (refusal := self._refusal(client, message)):
            outcome, reason = InputOutcome.BLOCKED, refusal
        else:
            try:
                if not self._act(injector, client, grant, message):
                    outcome = InputOutcome.DROPPED
            except InputBlocked as error:
                outcome, reason = InputOutcome.BLOCKED, str(error)
        # A move's effect, if it has one, is noticed as every change is: another look for each of 60 moves a
        # second cost 0.4 % of a core.
        if outcome is InputOutcome.DONE and not isinstance(message, Pointer):
            client.injected(message.n, began)
        client.tell(Done(message.n, outcome, reason[:MOST_WORDS]))

    def _guarded(self, act: Callable[[], None]) -> None:
        """Runs `act` and survives whatever it raises."""
        try:
            act()
        except InputBlocked as error:
            _log.info("the system did not let it through: %s", error)
        except Exception as error:  # noqa: BLE001
            self._give_up(_reason(error))

    def _give_up(self, why: DeviceGone | DesktopTaken) -> None:
        client, grant = self._client, self._grant
        self._let_go(why)
        if client is not None:
            _attempt(lambda: self._rules.lost(client, grant, why))

    def _open(self) -> Injector:
        try:
            injector = Injector(self._open_device())
        except DeviceGone as gone:
            self.has_no_device = gone.has_none
            raise
        self.has_no_device = False
        return injector

    def _acquire(self, name: str, *, force: bool) -> None:
        try:
            self._lock.acquire(name, force=force)
        except DesktopTaken as taken:
            if str(taken):
                raise
            time.sleep(_LOCK_AGAIN)
            self._lock.acquire(name, force=force)

    def _let_go(self, why: DeviceGone | DesktopTaken | None = None) -> None:
        """Gives device and locks back; `why`: what failed, so that something may still be down."""
        injector, self._injector, self._client = self._injector, None, None
        if injector is not None:
            if why is not None:
                # Closing a device does not release its keys on every system. What else is down is the other
                # agent's where that has the desktop.
                _attempt(injector.release_held if isinstance(why, DesktopTaken) else injector.release_all)
            _attempt(injector.close)
        _attempt(self._lock.release)
        _attempt(self._question.close)

    def _check_lock(self) -> None:
        """Gives up where another agent has taken the desktop."""
        if self._injector is not None and (holder := self._lock.taken_by()) is not None:
            self._give_up(DesktopTaken(holder))

    def _refusal(self, client: ControlClient, message: NumberedRequest) -> str:
        """Why nothing is injected now, for this desktop's sake or this agent's; empty where it may be."""
        if self._question.is_open():
            return BEING_ASKED
        return self._rules.refusal(client, message)

    def _type(self, injector: Injector, client: ControlClient, grant: int, message: Typing) -> None:
        """Types in short pieces, so that an end of control never waits until a whole text is typed."""
        for begin in range(0, len(message.text), _PIECE):
            if begin:
                # This releases what the console holds, if the console was silent meanwhile.
                self.look()
                ended = self._interrupted() or self._injector is not injector
                if ended or not self._rules.allows(client, grant):
                    raise InputBlocked("control ended while this was typed")
                if refusal := self._refusal(client, message):
                    raise InputBlocked(refusal)
            injector.type(message.text[begin : begin + _PIECE])

    def _act(  # noqa: C901  one case a kind
        self, injector: Injector, client: ControlClient, grant: int, message: NumberedRequest
    ) -> bool:
        """Injects one input; False where it is dropped because it was aimed at another picture."""
        match message:  # what comes most often first: each case is asked in turn
            case Pointer(x=x, y=y):
                if (place := _place(client, x, y)) is None:
                    return False
                injector.move(*place)
            case Key():
                injector.key(message)
            case Typing():
                self._type(injector, client, grant, message)
            case Chord(chord=chord):
                injector.chord(chord)
            case AllUp():
                injector.release_all()
            case Button(x=x, y=y, button=button, down=down):
                place = _place(client, x, y)
                if down and (place is None or not client.aims):
                    return False
                if place is None:  # the button was dragged out of a picture that became smaller
                    injector.release_all()
                else:
                    injector.button(button, down=down, x=place[0], y=place[1])
            case Wheel(x=x, y=y, right=right, down=down):
                if (place := _place(client, x, y)) is None or not client.aims:
                    return False
                injector.wheel(right, down, *place)
            case WantClip() | PutClip():
                pass  # The clipboard has been tried before.
        return True


def _reason(error: Exception) -> DeviceGone | DesktopTaken:
    if isinstance(error, (DeviceGone, DesktopTaken)):
        return error
    if isinstance(error, LockGone):
        return DeviceGone(str(error))
    # A library's own error must not end the thread while something is held down.
    _log.error("the desktop's device failed", exc_info=error)
    return DeviceGone(f"input failed: {type(error).__name__}")


def _attempt(act: Callable[[], None]) -> None:
    """Runs one step of an end; the next step must follow whatever this one raises."""
    try:
        act()
    except (DeviceGone, InputBlocked) as error:
        _log.info("the device was gone or blocked at the end: %s", error)
    except Exception:  # noqa: BLE001
        _log.exception("a step of the end failed")


def _lets_go(message: NumberedRequest) -> bool:
    """True for what only releases: that always goes through."""
    return isinstance(message, AllUp) or (isinstance(message, (Key, Button)) and not message.down)


def _place(client: ControlClient, x: int, y: int) -> tuple[int, int] | None:
    """A place of the console's picture in the system's coordinates; None outside of the picture."""
    area = client.area
    if area is None or x >= area.width or y >= area.height:
        return None
    return area.x + x, area.y + y
