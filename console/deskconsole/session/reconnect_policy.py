"""Decides when to try again, and after which failures. It does not wait and connects nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from deskconsole.common.errors import (
    AddressError,
    AuthenticationFailed,
    BootstrapError,
    Cancelled,
    ConfigurationError,
    ConnectionLost,
    Damaged,
    DeskconsoleError,
    ForwardingRefused,
    HostKeyError,
    InternalFault,
    LaunchError,
    ProtocolViolation,
    Refused,
    VersionMismatch,
)

_FIRST = 0.3
_LONGEST = 30.0
_JITTER = 0.25

OFF_FIRST = 60.0
OFF_LONGEST = 300.0
"""Seconds between two attempts to reach a host that is off: no person waits for it."""

_CUTS: Final = 8
"""Cuts in a row, two minutes' worth, after which a host that has never streamed counts as failed."""

STABLE: Final = 20.0
"""Seconds of streaming after which the next failure counts as the first."""

_FINAL = (
    AuthenticationFailed,
    Cancelled,
    ConfigurationError,
    ForwardingRefused,
    HostKeyError,
    InternalFault,
    ProtocolViolation,
    Refused,
    VersionMismatch,
)


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """The end of one attempt."""

    error: DeskconsoleError
    streamed: float | None = None
    """Seconds for which it streamed; None where the greetings were never over."""
    reused: bool = False
    """It came to an agent that ran there already."""
    waited: bool = False
    """It waited for a person to log on at the host."""
    bringing_up: bool = False
    """It ended while the agent was brought up."""


class Retry(NamedTuple):
    """Try again after `delay` seconds; `attempt` counts from 1 within one outage."""

    delay: float
    attempt: int
    unreachable: bool = False
    """The host is off: it is tried slowly."""


class Fail(NamedTuple):
    """Do not try again."""


class ReconnectPolicy:
    """Decides after each attempt of one connect. `patient`: a host that is off is tried again, slowly."""

    def __init__(self, *, patient: bool = False, rng: random.Random | None = None) -> None:
        self.reuse = True
        """The next attempt may use an agent that runs there already."""
        self.patient = patient
        self.comes_back = False
        """There was a stream, or a wait for a log-on: both last whatever becomes of the link."""
        self.mended = False
        """Damaged files on the host were sent again already."""
        self.backoff = Backoff(rng)
        self._off = Backoff(rng, first=OFF_FIRST, longest=OFF_LONGEST)
        self._outage = 0
        """Attempts since the link was lost last."""

    def after(self, outcome: AttemptOutcome) -> Retry | Fail:
        """Decides about an attempt that was not cancelled: the first row that holds counts."""
        streamed = outcome.streamed
        self.comes_back = self.comes_back or outcome.waited or streamed is not None
        if outcome.waited or (streamed is not None and streamed > STABLE):
            self.backoff.succeeded()
        if streamed is not None:
            self._outage = 0
        if _off(self, outcome):
            self.reuse = True
            delay = self._off.next_delay()
            return Retry(delay, self._off.attempt, unreachable=True)
        again = any(row(self, outcome) for row in _ROWS)
        self.reuse = not _hung(self, outcome)
        self.mended = self.mended or isinstance(outcome.error, Damaged)
        if not again:
            return Fail()
        # The waits keep growing where a link breaks again and again; each outage counts its own attempts.
        self._outage += 1
        return Retry(self.backoff.next_delay(), self._outage)


def _off(policy: ReconnectPolicy, outcome: AttemptOutcome) -> bool:
    return policy.patient and not policy.comes_back and is_off(outcome.error)


def _hung(policy: ReconnectPolicy, outcome: AttemptOutcome) -> bool:
    """An agent that ran there already and does not even greet is replaced, once."""
    return policy.reuse and outcome.reused and outcome.streamed is None


def _cut(policy: ReconnectPolicy, outcome: AttemptOutcome) -> bool:
    """A link that broke while the agent was brought up: the next attempt resumes, an upload too."""
    lost = isinstance(outcome.error, ConnectionLost) and outcome.bringing_up
    return lost and policy.backoff.attempt < _CUTS


def _damaged(policy: ReconnectPolicy, outcome: AttemptOutcome) -> bool:
    """Damaged files on the host are sent again, once."""
    return isinstance(outcome.error, Damaged) and not policy.mended


def _lost(policy: ReconnectPolicy, outcome: AttemptOutcome) -> bool:
    """A stream that was lost is opened again."""
    return policy.comes_back and worth_retrying(outcome.error)


_ROWS: Final[tuple[Callable[[ReconnectPolicy, AttemptOutcome], bool], ...]] = (_hung, _cut, _damaged, _lost)
"""The reasons why another attempt follows soon."""


def worth_retrying(error: DeskconsoleError) -> bool:
    """May the same thing go well later, without anybody doing something about it?

    A cut link, a silent agent, a name that does not resolve for a while: yes. A wrong key, a full disk or
    an agent that breaks the protocol: no, trying again would only hide it.
    """
    if isinstance(error, BootstrapError):
        return isinstance(error, LaunchError)
    return not isinstance(error, _FINAL)


def is_off(error: DeskconsoleError) -> bool:
    """True if the host was not reached: it is off, refuses, has no route or no name yet."""
    return isinstance(error, AddressError)


class Backoff:
    """Waiting times that double, from `first` to `longest` seconds, each a little off.

    The jitter keeps a hundred consoles' sessions from coming back in step after their switch restarted.
    """

    def __init__(
        self, rng: random.Random | None = None, *, first: float = _FIRST, longest: float = _LONGEST
    ) -> None:
        self.attempt = 0
        """Attempts since the last success."""
        self._first, self._longest = first, longest
        self._rng = rng or random.Random()  # noqa: S311  # nothing here is a secret

    def next_delay(self) -> float:
        """Seconds to wait before the next attempt."""
        # Bounded before it is raised: a host that is off for a night gets past what a float can hold.
        delay = min(self._longest, self._first * 2.0 ** min(self.attempt, 10))
        self.attempt += 1
        return delay * self._rng.uniform(1 - _JITTER, 1 + _JITTER)

    def succeeded(self) -> None:
        """The next failure is the first one again."""
        self.attempt = 0
