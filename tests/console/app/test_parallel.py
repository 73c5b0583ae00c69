"""Work on many hosts at a time: that it ends when it is told to."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from deskconsole.app import parallel
from deskconsole.app.parallel import Cancellation, for_each
from deskconsole.common.errors import DeskconsoleError


def test_work_that_does_not_end_is_waited_for_once_and_not_for_each_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parallel, "_ENDING", 1.0)
    never = threading.Event()

    def work(number: int, _cancellation: Cancellation) -> int:
        if number:
            never.wait(60)
        return number

    outcomes = for_each(range(33), work, 33)
    assert next(outcomes).result == 0
    begun = time.monotonic()
    outcomes.close()  # type: ignore[attr-defined]
    never.set()
    assert time.monotonic() - begun < 16


def test_what_ends_at_ctrl_c_gives_its_outcomes_then() -> None:
    all_begun = threading.Barrier(3)

    def work(number: int, cancellation: Cancellation) -> int:
        all_begun.wait(60)
        if number == 0:
            signal.raise_signal(signal.SIGINT)
        assert cancellation.event.wait(60)
        if number == 1:
            raise DeskconsoleError("no picture")
        return number

    outcomes = {one.subject: one for one in for_each(range(3), work, 3, until_interrupted=True)}
    assert (outcomes[0].result, str(outcomes[1].error), outcomes[2].result) == (0, "no picture", 2)
