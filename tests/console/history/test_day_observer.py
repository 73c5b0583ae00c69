"""A session's live time, its downtime and its outages, by what happened to it."""

from __future__ import annotations

from contextlib import closing

import pytest

from deskconsole.history.day import HostDay
from deskconsole.history.day_observer import DayObserver
from deskconsole.session.events import Event, Failure, LinkLost, SessionEnded, SessionFailed
from deskconsole.session.route import DirectRoute
from deskconsole.session.session import Session
from deskwire.geometry import Display
from deskwire.messages import Welcome
from deskwire.packet import IDENTITY_SIZE

FAILURE = Failure("connection-lost", "the connection broke")
LOST, FAILED = LinkLost(host="a", failure=FAILURE), SessionFailed(host="a", failure=FAILURE)
ENDED = SessionEnded(host="a")

STEPS: dict[str, tuple[list[float | str | Event], tuple[float, int, float]]] = {
    "live": (["welcomed", 60], (60, 0, 0)),
    "disconnected": (["welcomed", 60, "ended", ENDED, 40], (60, 0, 0)),
    "never reached": ([10, "ended", FAILED, 30], (0, 0, 0)),
    "lost and back": (["welcomed", 60, "ended", LOST, 5, "ended", 7, "welcomed", 8], (68, 1, 12)),
    "lost again at once": (
        ["welcomed", 1, "ended", LOST, 2, "welcomed", "ended", 3, "welcomed", 1],
        (2, 2, 5),
    ),
    "lost, then disconnected": (["welcomed", 60, "ended", LOST, 5, ENDED, 100], (60, 1, 5)),
    "failed": (["welcomed", 60, "ended", FAILED, 100], (60, 1, 0)),
    "stale": (["welcomed", 60, "stale", 10, "heard", 5], (65, 0, 0)),
    "stale, then lost": (["welcomed", 60, "stale", 10, "ended", LOST, 5], (60, 1, 5)),
    "another display": (["welcomed", 5, "chosen", "ended", 2, "welcomed", 5], (10, 0, 0)),
    "connected again by hand": (["welcomed", 5, "ended", ENDED, 50, "welcomed", 5], (10, 0, 0)),
}


@pytest.mark.parametrize("name", STEPS)
def test_the_time_of_a_session_is_told_apart(name: str) -> None:
    steps, (live, outages, down) = STEPS[name]
    now = 1000.0
    with closing(Session("a", DirectRoute(("127.0.0.1", 1), b""), 0, lambda _event: None)) as session:
        observer = DayObserver(session, lambda: now)
        taken: list[HostDay | None] = []
        for step in steps:
            match step:
                case "welcomed":
                    observer.welcomed(Welcome(1, "linux x86_64", (), bytes(IDENTITY_SIZE)))
                case "chosen":
                    session._display.displays([Display(n, 0, 0, 8, 8, bytes(16)) for n in (1, 2)])
                    assert session._display.choose_next()
                case "ended":
                    observer.ended()
                case "stale" | "heard":
                    observer.silent(step == "stale")
                case Event():
                    observer.note(step)
                case seconds:
                    # However often it is asked, the sums are the same.
                    now += float(seconds) / 2
                    taken.append(observer.take("2026-11-28"))
                    now += float(seconds) / 2
        taken.append(observer.take("2026-11-28"))
    found = [day for day in taken if day is not None]
    assert (
        sum(day.live for day in found),
        sum(day.outages for day in found),
        sum(day.down for day in found),
    ) == (live, outages, down)
