"""The demo without a face: the same three sessions, for a while, and what came of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from deskconsole.app.host_result import HostResult
from deskconsole.app.measuring import compare, stream
from deskconsole.app.waiting import settled, wait_for
from deskconsole.common.signals import held_back
from deskconsole.session.events import Event
from deskconsole.ssh.prompts import NoQuestions

from .demo import Demo

_CONNECTING = 60.0
"""Seconds that connecting all of them may take; about 2 on an idle machine."""


def run_headless(seconds: float, on_event: Callable[[Event], None]) -> list[HostResult]:
    """Connects the demo's hosts, streams for `seconds` and compares every picture with the host's.

    Returns a result each, `exact` from the end of the run, taken while the sessions still streamed.
    """
    with contextlib.ExitStack() as stack:
        with held_back():
            fleet = Demo().fleet(NoQuestions(), on_event, full_stream=True)
            stack.callback(fleet.close)
            sessions = [fleet.session(host.name) for host in fleet.hosts]
            for session in sessions:
                session.connect()
        wait_for(sessions, lambda one: one.size is not None or settled(one), _CONNECTING)
        stream(sessions, seconds)
        return [HostResult.of(one) for one in compare(sessions)]
