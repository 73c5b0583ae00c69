"""An event that ends what a thread waits on: it closes once, in time, and never after the block."""

from __future__ import annotations

import threading
import time

from deskconsole.ssh.cancelling import closing_when


def test_what_a_thread_waits_on_is_closed_when_the_event_comes() -> None:
    cancelled, closed, other = threading.Event(), threading.Event(), threading.Event()
    with closing_when(threading.Event(), other.set), closing_when(cancelled, closed.set):
        threading.Timer(0.2, cancelled.set).start()
        assert closed.wait(60)
    assert not other.is_set()


def test_nothing_is_closed_behind_the_block() -> None:
    cancelled, closed = threading.Event(), threading.Event()
    with closing_when(cancelled, closed.set):
        pass
    cancelled.set()
    assert not closed.wait(0.5)


def test_the_block_ends_behind_a_closing_that_has_begun() -> None:
    cancelled, begun, over = threading.Event(), threading.Event(), threading.Event()

    def close() -> None:
        begun.set()
        time.sleep(0.3)
        over.set()

    cancelled.set()
    with closing_when(cancelled, close):
        assert begun.wait(60)
    assert over.is_set()


def test_a_grace_lets_the_block_end_alone() -> None:
    cancelled, closed = threading.Event(), threading.Event()
    cancelled.set()
    with closing_when(cancelled, closed.set, 60):
        assert not closed.wait(0.5)
    with closing_when(cancelled, closed.set, 0.2):
        assert closed.wait(60)
