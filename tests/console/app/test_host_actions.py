"""Commands make results of a host's answers: control is real here, the session only hands messages on."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import cast

import pytest

from deskconsole.app import host_actions
from deskconsole.common.errors import (
    Cancelled,
    ControlBusy,
    ControlNotAllowed,
    InputNotInjected,
    InputUnanswered,
)
from deskconsole.session.host_control import HostControl
from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import State
from deskwire.control import (
    Chord,
    ChordName,
    Control,
    ControlState,
    Done,
    EndControl,
    InputOutcome,
    Typing,
    WantControl,
)
from deskwire.limits import MAX_TYPED
from deskwire.messages import WIRE_VERSION, ControlRequest, Welcome
from support.xvfb import wait_for

Answer = Callable[[ControlRequest], Iterable[Control | Done]]


class AnsweredSession:
    """A session with a picture, whose host answers as `answer` says."""

    name = "lab"
    failure = None

    def __init__(self) -> None:
        self.answer: Answer = lambda _message: ()
        self.sent: list[ControlRequest] = []
        self._waiting: queue.SimpleQueue[ControlRequest | None] = queue.SimpleQueue()
        self.control = HostControl(self._send)
        self.control.welcomed(
            Welcome(WIRE_VERSION, "test", (), bytes(16), speaks=("control",), may=("keyboard", "pointer"))
        )
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def snapshot(self) -> Snapshot:
        return Snapshot("lab", state=State.STREAMING, size=(640, 480), control=self.control.status)

    def wait_for(self, predicate: Callable[[Snapshot], bool], timeout: float) -> bool:
        end = time.monotonic() + timeout
        while not predicate(self.snapshot()):
            if time.monotonic() >= end:
                return False
            time.sleep(0.005)
        return True

    def _send(self, message: ControlRequest) -> None:
        self.sent.append(message)
        self._waiting.put(message)

    def _run(self) -> None:
        while (message := self._waiting.get()) is not None:
            for answer in self.answer(message):
                if isinstance(answer, Done):
                    self.control.done(answer)
                else:
                    self.control.control(answer)


@pytest.fixture
def answered() -> Iterator[AnsweredSession]:
    one = AnsweredSession()
    yield one
    one.close()


def type_text(session: AnsweredSession, text: str, *, force: bool = False) -> object:
    return host_actions.type_text(cast("Session", session), text, force=force, watch=False)


@pytest.mark.parametrize("piece", [1, 2, 3])
def test_a_text_of_which_one_piece_was_not_typed_is_not_said_to_be_typed(
    answered: AnsweredSession, piece: int
) -> None:
    def answer(message: ControlRequest) -> Iterator[Control | Done]:
        if isinstance(message, WantControl):
            yield Control(ControlState.YOURS, 1)
        elif isinstance(message, Typing):
            blocked = message.n == piece
            yield Done(message.n, *((InputOutcome.BLOCKED, "no rights") if blocked else ()))

    answered.answer = answer
    with pytest.raises(InputNotInjected, match="the host did not take it: no rights"):
        type_text(answered, "x" * (2 * MAX_TYPED + 1))
    assert isinstance(answered.sent[-1], EndControl)


@pytest.mark.parametrize("piece", [1, 3])
def test_another_console_that_takes_over_while_a_text_is_typed_is_told(
    answered: AnsweredSession, piece: int
) -> None:
    def answer(message: ControlRequest) -> Iterator[Control | Done]:
        if isinstance(message, WantControl):
            yield Control(ControlState.YOURS, 1)
        elif isinstance(message, Typing) and message.n == piece:
            yield Control(ControlState.OTHER, holder="ben@desk")
            yield Done(message.n, InputOutcome.BLOCKED, "control ended while this was typed")
        elif isinstance(message, Typing):
            yield Done(message.n)

    answered.answer = answer
    with pytest.raises(ControlBusy, match="ben@desk took control meanwhile") as caught:
        type_text(answered, "x" * (2 * MAX_TYPED + 1))
    assert caught.value.exit_code == 10


def test_a_host_that_does_not_answer_is_no_longer_asked_for_control(
    answered: AnsweredSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_actions, "_ANSWER", 0.05)
    with pytest.raises(InputUnanswered, match="lab did not say whether it may be controlled"):
        type_text(answered, "x")
    assert answered.sent == [WantControl(), EndControl()]


def test_force_that_did_not_help_is_not_advised_again(
    answered: AnsweredSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_actions, "_ANSWER", 0.05)
    answered.answer = lambda message: (
        [Control(ControlState.OTHER, holder="ben@desk")] if isinstance(message, WantControl) else []
    )
    with pytest.raises(ControlBusy) as caught:
        type_text(answered, "x", force=True)
    assert caught.value.whole == "ben@desk still controls lab. Try again."
    answered.answer = lambda _message: ()
    with pytest.raises(ControlBusy) as caught:
        type_text(answered, "x")
    assert caught.value.whole == "ben@desk controls lab. Take it over with --force."


@pytest.mark.parametrize("typed", [True, False])
def test_a_command_that_is_stopped_acts_no_more_though_the_window_keeps_control(
    answered: AnsweredSession, typed: bool
) -> None:
    stopped = threading.Event()

    def waiting() -> None:
        if stopped.is_set():
            raise Cancelled("no command waits for this any more")

    def answer(message: ControlRequest) -> Iterator[Control | Done]:
        if isinstance(message, WantControl):
            yield Control(ControlState.YOURS, 1)
        elif isinstance(message, Typing | Chord):
            stopped.set()
            wait_for(lambda: answered.control.status.claims == {"window"})
            yield Done(message.n)

    answered.answer = answer
    answered.control.take(claim="window")
    session = cast("Session", answered)
    act: Callable[..., object]
    if typed:
        act = partial(host_actions.type_text, session, "x" * (3 * MAX_TYPED))
    else:
        act = partial(host_actions.press_keys, session, [ChordName.LOCK] * 3)
    with pytest.raises(ControlNotAllowed, match="control was given back meanwhile"):
        act(force=False, watch=False, waiting=waiting)
    assert [type(one) for one in answered.sent] == [WantControl, Typing if typed else Chord]
    assert answered.control.status.yours
