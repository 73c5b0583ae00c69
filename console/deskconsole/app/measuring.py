"""Lets sessions stream for a while, has their pictures compared with the hosts', and gives their figures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from deskconsole.session.session import Session
from deskconsole.session.snapshot import Snapshot

from .host_result import HostResult
from .waiting import raise_failure, settled, wait_for, wait_for_picture

_COMPARING = 10.0
"""Seconds that a host may take to answer a comparison."""


def measure(session: Session, seconds: float) -> HostResult:
    """The session's figures `seconds` after its first picture.

    Raises the DeskconsoleError that kept the picture away or ended the session.
    """
    wait_for_picture(session)
    stream([session], seconds)
    raise_failure(session)
    (snapshot,) = compare([session])
    return HostResult.of(snapshot)


def stream(sessions: Sequence[Session], seconds: float) -> None:
    """Lets them stream for `seconds`, or until all have ended."""
    wait_for(sessions, settled, seconds)


def compare(sessions: Sequence[Session]) -> list[Snapshot]:
    """A snapshot each, with a comparison from now; `exactness` is None where none came."""
    asked = time.time()
    for session in sessions:
        session.check_exact()

    def fresh(one: Snapshot) -> bool:
        return one.exactness is not None and one.exactness.at >= asked

    wait_for(sessions, lambda one: fresh(one) or settled(one), _COMPARING)
    snapshots = [session.snapshot() for session in sessions]
    return [one if fresh(one) else replace(one, exactness=None) for one in snapshots]
