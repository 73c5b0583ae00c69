"""The inputs that were sent on one link: what became of each, and how long that took. It keeps no lock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from deskconsole.common.percentile import percentile
from deskwire.control import Done, InputOutcome
from deskwire.errors import RemoteProtocolError

from .control_status import ControlStatus

LONGEST_TEXT = 64_000
"""Characters that are typed at once, a minute's work at most: an agent ends a link with too many inputs."""

SAMPLES = 50
"""The round trips are those of so many of the last inputs."""

QUIET = 0.3
"""Seconds without a packet after which the next one may be called the effect of an input: while a film or a
clock runs, it is not."""

_ON_THE_WAY = 0.05
"""Seconds that the agent may have sent the last packet before it was here, or the next input be there."""

EFFECT_WITHIN = 2.0
"""Seconds after an input was injected in which a picture may be its effect, as for the agent."""

_KEPT = 1024
"""Inputs that are remembered; more are never waited for."""


@dataclass(frozen=True, slots=True)
class RoundTrips:
    """Seconds from an input until the host injected it, and until the first picture that has its effect.

    Medians and 95th percentiles of the last 50 that are known; None before any.
    """

    done_p50: float | None = None
    done_p95: float | None = None
    shown_p50: float | None = None
    shown_p95: float | None = None


@dataclass(frozen=True, slots=True)
class InputResult:
    """The end of one input."""

    outcome: InputOutcome
    reason: str
    """The host's words where it was not injected."""
    done: float
    """Seconds until the host had injected it, or said that it did not."""
    effect: float | None
    """Seconds until the first picture after it was drawn here; None where none came yet."""


@dataclass(slots=True)
class SentInput:
    """One input and what is known of it. Times count as the clock does."""

    at: float
    press: bool
    """A picture may follow from it: no move, and nothing that only lets go."""
    quiet: bool
    """No packet came for a while before it."""
    answered_by_itself: bool = False
    """A request of the clipboard: what becomes of the inputs after it says nothing of it."""
    answered: bool = False
    """The answer to such a request is here; there is one."""
    clip: str = ""
    """The text of the host's clipboard that it brought."""
    done_at: float | None = None
    outcome: InputOutcome = InputOutcome.DONE
    reason: str = ""
    lost: ControlStatus | None = None
    """The status that ended control before the host answered."""
    effect_due: bool = True
    """The first picture after it is not here yet."""
    shown_at: float | None = None

    def result(self) -> InputResult:
        """Returns the input's result so far; it is final once the host has answered."""
        effect = None if self.shown_at is None else self.shown_at - self.at
        done = 0.0 if self.done_at is None else self.done_at - self.at
        return InputResult(self.outcome, self.reason, done, effect)


class SentInputs:
    """Numbers inputs and books what the agent says of them.

    Raises RemoteProtocolError where that is of a number that was never sent.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._inputs: dict[int, SentInput] = {}
        self._last = 0
        self._effect = 0
        """The next packet has the effect of this input; 0: of none."""
        self._effect_at = 0.0
        """When the agent's word of that was here."""
        self._packet_at = float("-inf")
        self._shown_press_at: float | None = None
        self._done: deque[float] = deque(maxlen=SAMPLES)
        self._shown: deque[float] = deque(maxlen=SAMPLES)

    @property
    def last(self) -> int:
        """Number of the last input; 0 before any."""
        return self._last

    @property
    def shown_press_at(self) -> float | None:
        """The time of the press whose effect the last packet has; None where it has none."""
        return self._shown_press_at

    @property
    def until_rest(self) -> float:
        """Seconds until the picture has rested long enough, if no packet comes; 0: it has."""
        return max(0.0, self._packet_at + QUIET + _ON_THE_WAY - self._clock())

    def restart(self) -> None:
        """Another link begins: its numbers begin at 1. The round trips stay."""
        self._inputs.clear()
        self._last = self._effect = 0
        self._shown_press_at = None

    def add(self, *, press: bool, at: float | None = None) -> int:
        """The number of an input that is sent now; it happened `at`, by default now."""
        at = self._clock() if at is None else at
        self._book(SentInput(at, press, at - self._packet_at > QUIET))
        return self._last

    def add_request(self) -> tuple[int, SentInput]:
        """A request of the clipboard that is sent now, and its number."""
        one = SentInput(self._clock(), press=False, quiet=False, answered_by_itself=True)
        self._book(one)
        return self._last, one

    def get(self, number: int) -> SentInput | None:
        """The input of that number; None where it is forgotten or was never sent."""
        return self._inputs.get(number)

    def settle(self, done: Done) -> None:
        """Every input up to this one was injected, this one with its own outcome."""
        self.require_sent(done.n)
        now = self._clock()
        for number, one in self._inputs.items():
            if number > done.n:
                break
            if one.done_at is not None or (one.answered_by_itself and number != done.n):
                continue
            one.done_at = now
            if number == done.n:
                one.outcome, one.reason = done.outcome, done.reason
            if one.outcome is InputOutcome.DONE and not one.answered_by_itself:
                self._done.append(now - one.at)

    def refuse(self, number: int, reason: str) -> None:
        """The request of that number cannot be met."""
        self._drop(self._answered(number), reason)

    def bring(self, number: int, clip: str) -> None:
        """The request of that number brought a text of the host's clipboard."""
        if (one := self._answered(number)) is not None:
            one.clip = clip
            self.settle(Done(number))

    def drop_unanswered(self, status: ControlStatus) -> None:
        """Control is over, as the status says: the agent does not answer the inputs that are still open."""
        for one in self._inputs.values():
            if one.done_at is None:
                one.lost = status
                self._drop(one, "control ended")

    def announce(self, number: int) -> None:
        """The next packet has the effect of this input."""
        self.require_sent(number)
        self._effect = number
        self._effect_at = self._clock()

    def disturb(self) -> None:
        """The picture changes just now, or is about to, for another reason than an input."""
        self._packet_at = self._clock()

    def drawn(self) -> None:
        """A packet is drawn."""
        self.disturb()
        now = self._packet_at
        effect, self._effect = self._effect, 0
        self._shown_press_at = None
        last_press: SentInput | None = None
        for number, one in self._inputs.items():
            if number > effect:
                break
            if one.effect_due:
                one.effect_due = False
                injected_at = one.at if one.done_at is None else one.done_at
                if self._effect_at - injected_at > EFFECT_WITHIN:
                    continue  # Without an effect: the agent names moves too, however late after a click.
                one.shown_at = now
                last_press = one if one.press else last_press
        # Inputs before that press may have had no effect at all, such as a Shift.
        if last_press is not None and last_press.quiet:
            self._shown_press_at = last_press.at
            self._shown.append(now - last_press.at)

    def round_trips(self) -> RoundTrips:
        return RoundTrips(
            percentile(self._done, 0.5),
            percentile(self._done, 0.95),
            percentile(self._shown, 0.5),
            percentile(self._shown, 0.95),
        )

    def require_sent(self, number: int) -> None:
        """Raises RemoteProtocolError for a number that no input has had."""
        if not 0 < number <= self._last:
            raise RemoteProtocolError(f"an answer to input {number}, the last one sent is {self._last}")

    def _book(self, one: SentInput) -> None:
        self._last += 1
        self._inputs[self._last] = one
        self._inputs.pop(self._last - _KEPT, None)

    def _answered(self, number: int) -> SentInput | None:
        """The request of that number, which is answered now; None where it is forgotten."""
        self.require_sent(number)
        one = self._inputs.get(number)
        if one is None:
            return None
        if not one.answered_by_itself or one.answered:
            raise RemoteProtocolError(f"an answer of the clipboard to input {number}, which waits for none")
        one.answered = True
        return one

    def _drop(self, one: SentInput | None, reason: str) -> None:
        if one is not None and one.done_at is None:
            one.done_at, one.outcome, one.reason = self._clock(), InputOutcome.DROPPED, reason
