"""A release that Windows dropped is repeated, whatever looking at Windows raises."""

from __future__ import annotations

import queue
from collections.abc import Sequence

import pytest

from deskagent.input.windows import late_releases
from deskagent.input.windows.late_releases import LateReleases
from deskwin32.input_event import InputEvent, key_event
from support.xvfb import wait_for

WAIT = 20
SHIFT = 0x10


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_releases, "_INTERVAL", 0.01)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("fault", [OSError(5, "no desktop"), RuntimeError("a fault")])
def test_what_fails_while_it_is_blocked_loses_no_release(fault: Exception) -> None:
    looks: queue.Queue[Exception | None] = queue.Queue()
    sent: queue.Queue[Sequence[InputEvent]] = queue.Queue()

    def is_blocked() -> bool:
        if (raised := looks.get(timeout=WAIT)) is not None:
            raise raised
        return False

    late = LateReleases(is_blocked, sent.put)
    late.add({SHIFT: key_event(virtual_key=SHIFT)})
    thread = late._thread
    looks.put(fault)
    wait_for(looks.empty, timeout=WAIT, what="the look that fails")
    if isinstance(fault, RuntimeError):
        assert thread is not None
        thread.join(WAIT)
    late.add({SHIFT: key_event(virtual_key=SHIFT)})
    looks.put(None)
    assert len(sent.get(timeout=WAIT)) == 1
