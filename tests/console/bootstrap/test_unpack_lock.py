"""How an unpacking on Windows knows whether a console still waits for it: by files, so on any system."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deskagent.host import answer
from deskconsole.bootstrap.remote.windows import unpack_lock
from deskconsole.bootstrap.remote.windows.unpack_lock import WAITING, Ended


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_lock, "SILENCE", 0.4)
    monkeypatch.setattr(unpack_lock, "LOOK_AGAIN", 0.02)
    monkeypatch.setattr(answer, "_marker", ["marker "])


@contextmanager
def console(folder: Path) -> Iterator[None]:
    """One that shows again and again that it is there."""
    over = threading.Event()

    def show() -> None:
        count = 0
        while not over.wait(0.05):
            count += 1
            (folder / WAITING).write_text(str(count))

    showing = threading.Thread(target=show)
    showing.start()
    try:
        yield
    finally:
        over.set()
        showing.join()


def test_a_slow_disk_is_not_a_console_that_has_gone(tmp_path: Path) -> None:
    with console(tmp_path), unpack_lock.turn(tmp_path) as own:
        own.go_on(0, 10)
        time.sleep(0.6)  # over one large file
        own.go_on(9, 10)
        time.sleep(0.6)  # over the last look at all of them
        own.be_heard(10, 10)


def test_a_console_that_has_gone_is_noticed_at_the_very_end_too(tmp_path: Path) -> None:
    with unpack_lock.turn(tmp_path) as own:
        with console(tmp_path):
            time.sleep(0.1)
            own.go_on(9, 10)
        own.go_on(10, 10)
        with pytest.raises(Ended, match="the console is gone"):
            own.be_heard(10, 10)


def test_a_console_that_is_silent_ends_the_work(tmp_path: Path) -> None:
    def work() -> None:
        for done in range(100):
            own.go_on(done, 100)
            time.sleep(0.02)

    with unpack_lock.turn(tmp_path) as own, pytest.raises(Ended, match="the console is gone"):
        work()


def test_a_request_to_stop_ends_the_unpacking(tmp_path: Path) -> None:
    with unpack_lock.turn(tmp_path) as own:
        (tmp_path / unpack_lock.STOP).touch()
        with pytest.raises(Ended, match="asked it to end"):
            own.go_on(1, 2)
