"""The operator: acts on hosts as the keys of the TUI ask; takes control for it, and gives it back.

All of it is called on the event loop, which nothing here blocks.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from deskconsole.app.input_timeout import input_timeout
from deskconsole.common.errors import (
    ControlBusy,
    ControlError,
    ControlNotAllowed,
    ControlRefused,
    HostGone,
)
from deskconsole.session.control_status import NOT_CONNECTED, ControlStatus
from deskconsole.session.sent_inputs import InputResult
from deskwire.control import ChordName, ControlState, InputOutcome
from deskwire.limits import MAX_TYPED

from .ports import ControlPort, FleetPort
from .strokes import Stroke

T = TypeVar("T")

CONSENT_TIMEOUT: Final = 40.0
"""Seconds for an answer of the person at the host, who has 30."""

ANSWER_TIMEOUT: Final = 5.0
"""Seconds for the agent's word on who acts, where no person is asked."""

LOOK: Final = 0.05
"""Seconds between two looks at whether control has come."""

STALE: Final = 1.0
"""Seconds after which a refusal that was there before counts as the answer."""


class Operator:
    """Acts on the hosts of a fleet; `fleet` is None until that is opened."""

    def __init__(self, fleet: Callable[[], FleetPort | None]) -> None:
        self._fleet = fleet
        self._acts = itertools.count(1)

    def control(self, name: str) -> ControlPort | None:
        """The control of a host; None for one that is gone."""
        fleet = self._fleet()
        try:
            return None if fleet is None else fleet.control(name)
        except HostGone:
            return None

    def status(self, name: str) -> ControlStatus:
        control = self.control(name)
        return NOT_CONNECTED if control is None else control.status

    def take(self, name: str, *, force: bool = False) -> None:
        """Asks for control until it is released; the status will tell."""
        if (control := self.control(name)) is not None:
            control.take(force=force)

    def release(self, name: str) -> None:
        if (control := self.control(name)) is not None:
            control.release()

    def send(self, name: str, what: Stroke | ChordName | str) -> Sequence[int]:
        """Sends a stroke, a chord or a text; returns the inputs' numbers, none where control is not ours."""
        control = self.control(name)
        if control is None:
            return ()
        if isinstance(what, ChordName):
            numbers = [control.chord(what)]
        elif isinstance(what, str):
            numbers = list(control.type(what))
        else:
            numbers = [control.key(code, down=down, text=text) for code, down, text in what.presses()]
        return [number for number in numbers if number]

    async def result(self, name: str, numbers: Sequence[int]) -> InputResult:
        """Waits for the results of inputs; returns that of the first that was not done, else of the last.

        Raises a `DeskconsoleError` where that is not known.
        """
        control = self.control(name)
        if control is None:
            raise HostGone(f"{name} is not in the list any more")
        return await asyncio.to_thread(_wait, control, numbers)

    # One act: control is taken for it where it is free, and given back

    async def act(self, name: str, what: Stroke | ChordName, *, force: bool = False) -> InputResult:
        """Sends a chord and returns what became of it; raises a `DeskconsoleError`."""
        async with self._controlled(name, force=force):
            return await self.result(name, self.send(name, what))

    async def fetch_clip(self, name: str, *, force: bool = False) -> str:
        """The text of the host's clipboard; raises a `DeskconsoleError`."""
        async with self._controlled(name, force=force) as control:
            return await asyncio.to_thread(control.fetch_clip, input_timeout())

    async def put_clip(self, name: str, text: str, *, force: bool = False) -> None:
        """Puts a text into the host's clipboard; raises a `DeskconsoleError`."""
        async with self._controlled(name, force=force) as control:
            await asyncio.to_thread(control.put_clip, text, input_timeout())

    @asynccontextmanager
    async def _controlled(self, name: str, *, force: bool) -> AsyncIterator[ControlPort]:
        control = self.control(name)
        if control is None:
            raise HostGone(f"{name} is not in the list any more")
        # Two acts at once: the first that ends must not end the other's control.
        claim = f"act {next(self._acts)}"
        before = control.status
        # What was asked for is also taken back where the answer does not come in time.
        try:
            control.take(force=force, claim=claim)
            await _await_control(control, name, before)
            yield control
        finally:
            control.release(claim)


def _wait(control: ControlPort, numbers: Sequence[int]) -> InputResult:
    if not numbers:
        raise ControlNotAllowed("nothing was sent: this console does not control the host")
    # Each wait follows the one before, so the host has the time of one piece of a text.
    patience = input_timeout(MAX_TYPED)
    *before, last = numbers
    for number in before:
        result = control.wait(number, patience)
        if result.outcome is not InputOutcome.DONE:
            return result
    return control.wait(last, patience)


async def _await_control(control: ControlPort, name: str, before: ControlStatus) -> None:
    """Waits until control is ours; `before` is the status when it was asked for. Raises a ControlError."""
    clock = asyncio.get_running_loop().time
    began = clock()
    while (status := control.status).state is not ControlState.YOURS:
        patience = STALE if status == before else 0.0
        if status.state is ControlState.FREE:
            patience = ANSWER_TIMEOUT
        elif status.state is ControlState.ASKING:
            patience = CONSENT_TIMEOUT
        elif status.state is ControlState.OFF:
            patience = 0.0
        if clock() - began >= patience:
            raise _refusal(status, name)
        await asyncio.sleep(LOOK)


def _refusal(status: ControlStatus, name: str) -> ControlError:
    match status.state:
        case ControlState.OTHER:
            return ControlBusy(f"{status.holder or 'another console'} controls {name}")
        case ControlState.REFUSED:
            return ControlRefused(status.reason or f"control of {name} was refused")
        case ControlState.OFF:
            return ControlNotAllowed(status.reason or f"{name} allows no control")
        case _:
            return ControlRefused(f"{name} did not answer the request for control")
