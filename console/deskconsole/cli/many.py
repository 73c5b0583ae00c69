"""Runs a command's work on each of its hosts, and shows results as they come."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from deskconsole.app.parallel import Cancellation, WorkOutcome, for_each
from deskconsole.common.counted import counted
from deskconsole.common.errors import AllHostsFailed, DeskconsoleError, SomeHostsFailed

from .terminal import print_json, say_failure


class _Named(Protocol):
    @property
    def name(self) -> str: ...


S = TypeVar("S", bound=_Named)
T = TypeVar("T")


def run_on_each(
    subjects: Sequence[S],
    work: Callable[[S, Cancellation], T],
    show: Callable[[T], None],
    *,
    several: bool,
    jobs: int,
    json: bool,
    good: Callable[[T], bool] = lambda _result: True,
    until_interrupted: bool = False,
    at_once: bool = False,
) -> None:
    """Shows each result as soon as it is there, or prints it as JSON, in the order of the `subjects`.

    For a single host its error is raised. Of several hosts each error is told, a result that is not `good`
    is a failure too, and at the end SomeHostsFailed or AllHostsFailed is raised.
    `until_interrupted`: Ctrl+C is the work's usual end, and what it has done by then is shown too.
    `at_once`: JSON waits for no other host either.
    """
    put = print_json if json else show
    if not several:
        # On the main thread, which Ctrl+C interrupts: nothing else is under way.
        (subject,) = subjects
        if (result := work(subject, Cancellation())) is not None:
            put(result)
        return
    failed = 0

    def tell(outcome: WorkOutcome[S, T]) -> None:
        if outcome.error is not None:
            _tell(outcome.subject.name, outcome.error, json=json)
        elif outcome.result is not None:
            put(outcome.result)

    with _in_order(subjects, tell) if json and not at_once else contextlib.nullcontext(tell) as tell_next:
        for outcome in for_each(subjects, work, jobs, until_interrupted=until_interrupted):
            failed += outcome.error is not None or (outcome.result is not None and not good(outcome.result))
            tell_next(outcome)
    if failed:
        kind = AllHostsFailed if failed == len(subjects) else SomeHostsFailed
        raise kind(f"{failed} of {counted(len(subjects), 'host')} failed")


@contextlib.contextmanager
def _in_order(
    subjects: Sequence[S], tell: Callable[[WorkOutcome[S, T]], None]
) -> Iterator[Callable[[WorkOutcome[S, T]], None]]:
    """Tells outcomes in the order of the subjects, each once all before it are there; at the end, which may
    be Ctrl+C, those that are left."""
    places = {id(subject): place for place, subject in enumerate(subjects)}
    waiting: dict[int, WorkOutcome[S, T]] = {}
    following = 0

    def take(outcome: WorkOutcome[S, T]) -> None:
        nonlocal following
        waiting[places[id(outcome.subject)]] = outcome
        while following in waiting:
            following += 1
            tell(waiting.pop(following - 1))

    try:
        yield take
    finally:
        for place in sorted(waiting):
            tell(waiting.pop(place))


def _tell(host: str, error: DeskconsoleError, *, json: bool) -> None:
    if json:
        from deskconsole.app.results import FailedResult

        print_json(FailedResult.of(host, error))
    else:
        say_failure(host, error)
