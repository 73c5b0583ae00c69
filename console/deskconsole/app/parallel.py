"""Does one thing to many hosts, so many at a time; each outcome comes out as soon as it is there."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from deskconsole.common.errors import DeskconsoleError
from deskconsole.common.signals import held_back, take_interrupt

S = TypeVar("S")
T = TypeVar("T")

_TICK = 0.5
"""Seconds of one wait: a long one cannot be interrupted by Ctrl+C on Windows."""

_ENDING = 10.0
"""Seconds for all that is under way to end once it was cancelled."""


class Cancellation:
    """Tells work on other threads to end: `event` is set, and what was added is called."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self._lock = threading.Lock()
        self._calls: list[Callable[[], object]] = []

    def add(self, call: Callable[[], object]) -> None:
        """Registers `call` for the time when the work is to end; calls it at once if that time has come."""
        with self._lock:
            self._calls.append(call)
        if self.event.is_set():
            call()

    def cancel(self) -> None:
        """Tells all work to end."""
        self.event.set()
        with self._lock:
            calls = list(self._calls)
        for call in calls:
            call()


@dataclass(frozen=True, slots=True)
class WorkOutcome(Generic[S, T]):
    """The end of the work on one subject: a result, or the error that kept it away."""

    subject: S
    result: T | None = None
    error: DeskconsoleError | None = None


def for_each(
    subjects: Sequence[S],
    work: Callable[[S, Cancellation], T],
    jobs: int,
    *,
    until_interrupted: bool = False,
) -> Iterator[WorkOutcome[S, T]]:
    """Calls `work` for each subject, `jobs` of them at a time, and yields the outcomes as they come.

    A caller that stops taking outcomes, as Ctrl+C makes it, ends what is under way and begins nothing more.
    With `until_interrupted` Ctrl+C is the usual end: the outcomes of what is under way come out then too.
    An exception that is no DeskconsoleError is raised here.
    """
    waiting: queue.SimpleQueue[S] = queue.SimpleQueue()
    for subject in subjects:
        waiting.put(subject)
    done: queue.SimpleQueue[WorkOutcome[S, T] | BaseException] = queue.SimpleQueue()
    cancellation = Cancellation()

    def run() -> None:
        while not cancellation.event.is_set():
            try:
                subject = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put(WorkOutcome(subject, result=work(subject, cancellation)))
            except DeskconsoleError as error:
                done.put(WorkOutcome(subject, error=error))
            except BaseException as fault:  # noqa: BLE001  # raised by who takes the outcomes
                done.put(fault)

    threads = [
        threading.Thread(target=run, name=f"job {number}", daemon=True)
        for number in range(min(jobs, len(subjects)))
    ]
    try:
        try:
            with held_back():
                for thread in threads:
                    thread.start()
            for _ in subjects:
                yield _taken(done)
        except KeyboardInterrupt:
            if not until_interrupted:
                raise
            take_interrupt()
            cancellation.cancel()
            _join(threads)
            while not done.empty():
                yield _taken(done)
    finally:
        cancellation.cancel()
        _join(threads)


def _join(threads: Sequence[threading.Thread]) -> None:
    end = time.monotonic() + _ENDING
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, end - time.monotonic()))


def _taken(done: queue.SimpleQueue[WorkOutcome[S, T] | BaseException]) -> WorkOutcome[S, T]:
    """The next outcome. Raises what is no outcome."""
    while True:
        try:
            outcome = done.get(timeout=_TICK)
        except queue.Empty:
            continue
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome
