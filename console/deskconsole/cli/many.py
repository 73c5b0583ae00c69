"""Runs a command's work on each of its hosts, and shows results as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from deskconsole.app.parallel import Cancellation, for_each
from deskconsole.common.errors import AllHostsFailed, DeskconsoleError, SomeHostsFailed

from .terminal import counted, print_json, say_error


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
) -> None:
    """Shows each result, or prints it as JSON.

    For a single host its error is raised. Of several hosts each error is told, a result that is not `good`
    is a failure too, and at the end SomeHostsFailed or AllHostsFailed is raised.
    `until_interrupted`: Ctrl+C is the work's usual end, and what it has done by then is shown too.
    """
    put = print_json if json else show
    if not several:
        # On the main thread, which Ctrl+C interrupts: nothing else is under way.
        (subject,) = subjects
        if (result := work(subject, Cancellation())) is not None:
            put(result)
        return
    failed = 0
    for outcome in for_each(subjects, work, jobs, until_interrupted=until_interrupted):
        if outcome.error is not None:
            failed += 1
            _tell(outcome.subject.name, outcome.error, json=json)
        elif outcome.result is not None:
            failed += not good(outcome.result)
            put(outcome.result)
    if failed:
        kind = AllHostsFailed if failed == len(subjects) else SomeHostsFailed
        raise kind(f"{failed} of {counted(len(subjects), 'host')} failed")


def _tell(host: str, error: DeskconsoleError, *, json: bool) -> None:
    if json:
        from deskconsole.app.results import FailedResult

        print_json(FailedResult.of(host, error))
    else:
        say_error(error, host)
