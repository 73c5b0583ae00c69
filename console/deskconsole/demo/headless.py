"""The demo without a face: the same three sessions, for a while, and what came of them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from deskconsole.common.signals import held_back
from deskconsole.session.events import Event
from deskconsole.session.fleet import Fleet
from deskconsole.session.snapshot import Snapshot
from deskconsole.session.state import SETTLED, State
from deskconsole.ssh.prompts import NoQuestions

from .demo import Demo

_CONNECTING = 60.0
"""Seconds that connecting all of them may take; about 2 on an idle machine."""

_COMPARING = 10.0


def run_headless(seconds: float, on_event: Callable[[Event], None]) -> list[Snapshot]:
    """Connects the demo's hosts, streams for `seconds` and compares every picture with the host's.

    Returns a snapshot each, `exactness` from the end of the run, taken while the sessions still streamed.
    """
    with contextlib.ExitStack() as stack:
        with held_back():
            fleet = Demo().fleet(NoQuestions(), on_event, closely=True)
            stack.callback(fleet.close)
            for host in fleet.hosts:
                fleet.connect(host.name)
        _wait_until(lambda: all(_arrived(one) for one in fleet.snapshots().values()), _CONNECTING)
        time.sleep(seconds)
        return _compared(fleet)


def _arrived(snapshot: Snapshot) -> bool:
    return snapshot.state in SETTLED or (
        snapshot.state is State.STREAMING and snapshot.statistics.packets > 0
    )


def _compared(fleet: Fleet) -> list[Snapshot]:
    """Has every streaming session compare again; one that does not answer keeps no older result."""
    asked = time.time()
    for host in fleet.hosts:
        fleet.check_exact(host.name)

    def fresh(one: Snapshot) -> bool:
        return one.exactness is not None and one.exactness.at >= asked

    def answered() -> bool:
        return all(one.state in SETTLED or fresh(one) for one in fleet.snapshots().values())

    _wait_until(answered, _COMPARING)
    return [one if fresh(one) else replace(one, exactness=None) for one in fleet.snapshots().values()]


def _wait_until(predicate: Callable[[], bool], timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not predicate():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
