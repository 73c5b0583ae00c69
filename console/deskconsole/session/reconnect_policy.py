"""When to try again, and after which failures."""

from __future__ import annotations

import random

from deskconsole.common.errors import (
    AddressError,
    AuthenticationFailed,
    BootstrapError,
    Cancelled,
    ConfigurationError,
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
"""Seconds between two attempts to reach a host that is off: nobody waits at the console for it."""

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


def worth_retrying(error: DeskconsoleError) -> bool:
    """May the same thing go well later, without anybody doing something about it?

    A cut link, a silent agent, a name that does not resolve for a while: yes. A wrong key, a full disk or
    an agent that breaks the protocol: no, trying again would only hide it.
    """
    if isinstance(error, BootstrapError):
        return isinstance(error, LaunchError)
    return not isinstance(error, _FINAL)


def is_off(error: DeskconsoleError) -> bool:
    """The host was not reached: it is off, refuses, has no route or no name yet."""
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
