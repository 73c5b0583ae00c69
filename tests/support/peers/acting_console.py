"""A console for tests that acts on a host: takes control, and numbers what it sends."""

from __future__ import annotations

from typing import Any, TypeVar

from deskwire.clipboard import Clip, NoClip
from deskwire.control import Control, ControlState, Done, WantControl
from deskwire.message import Message
from deskwire.messages import Feature, NumberedRequest
from deskwire.packet import Packet

from .bare_console import Console, Reachable, has

_Kind = TypeVar("_Kind", bound=Message)


class ActingConsole(Console):
    """Speaks every feature; does nothing that no test asks for."""

    def __init__(self, agent: Reachable, **hello: Any) -> None:
        super().__init__(agent, speaks=tuple(Feature), **{"name": "anna@desk", **hello})
        self.grant = 0
        self.awaits_picture = True
        """The console waits for a picture before it takes control."""
        self.number = 0

    def take(self, *, force: bool = False, ask: bool = False, seconds: float = 60) -> Control:
        """Asks for control and waits for the answer."""
        assert self.until(has(Control))
        if self.awaits_picture:
            # A press at a picture that was never drawn is aimed at nothing.
            assert self.until(has(Packet))
            self.credit()
        known = len(self.all(Control))
        self.send(WantControl(force=force, ask=ask))
        assert self.until(lambda _: bool(self._answers(known)), seconds)
        answer = self._answers(known)[0]
        self.grant = answer.grant or self.grant
        return answer

    def _answers(self, known: int) -> list[Control]:
        """Answers after the first `known` words on control; FREE is none: another console has just gone."""
        passing = (ControlState.ASKING, ControlState.FREE)
        return [one for one in self.all(Control)[known:] if one.state not in passing]

    def act(self, kind: type[NumberedRequest], **fields: Any) -> int:
        """Sends one input and returns its number."""
        self.number += 1
        self.send(kind(grant=self.grant, n=self.number, **fields))
        return self.number

    def done(self, number: int, seconds: float = 60) -> Done:
        """Waits until it is known what became of an input."""
        assert self.until(lambda _: any(one.n >= number for one in self.all(Done)), seconds)
        return next(one for one in self.all(Done) if one.n >= number)

    def clip(self, number: int) -> Clip | NoClip:
        """Waits for the answer to a request for the clipboard."""

        def answers() -> list[Clip | NoClip]:
            return [one for one in self.events if isinstance(one, Clip | NoClip) and one.n == number]

        assert self.until(lambda _: bool(answers()))
        return answers()[0]

    def told(self, state: ControlState, seconds: float = 60) -> Control:
        """Waits until the last word on control is this."""
        assert self.until(lambda _: bool(self.all(Control)) and self.all(Control)[-1].state is state, seconds)
        return self.all(Control)[-1]

    def all(self, kind: type[_Kind]) -> list[_Kind]:
        """Everything of one kind that came."""
        return [event for event in self.events if isinstance(event, kind)]
