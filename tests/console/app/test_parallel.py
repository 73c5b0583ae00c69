"""Work on many hosts at a time: that it ends when it is told to."""

from __future__ import annotations

import threading
import time

import pytest

from deskconsole.app import parallel
from deskconsole.app.parallel import Cancellation, for_each


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
