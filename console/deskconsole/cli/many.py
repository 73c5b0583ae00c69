"""Runs a command's work on each of its hosts, shows results as they come, and finds the exit code of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from deskconsole.app.parallel import Cancellation, for_each
from deskconsole.common.errors import DeskconsoleError

from .terminal import counted, print_json, say, say_error

SOME_FAILED = 14
"""The exit code where a command for several hosts did what it was to do for some of them only."""

ALL_FAILED = 15
"""The exit code where it did so for none of them."""


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
) -> int:
    """Shows each result, or prints it as JSON, and returns the exit code.

    For a single host its error is raised. Of several each error is told, a result that is not `good` is a
    failure too, and the exit code says whether all, some or none failed.
    """
    put = print_json if json else show
    if not several:
        # On the main thread, which Ctrl+C interrupts: nothing else is under way.
        (subject,) = subjects
        if (result := work(subject, Cancellation())) is not None:
            put(result)
        return 0
    failed = 0
    for outcome in for_each(subjects, work, jobs):
        if outcome.error is not None:
            failed += 1
            _tell(outcome.subject.name, outcome.error, json=json)
        elif outcome.result is not None:
            failed += not good(outcome.result)
            put(outcome.result)
    if not failed:
        return 0
    if not json:
        say(f"{counted(len(subjects), 'host')}: {len(subjects) - failed} done, {failed} failed")
    return ALL_FAILED if failed == len(subjects) else SOME_FAILED


def _tell(host: str, error: DeskconsoleError, *, json: bool) -> None:
    if json:
        from deskconsole.app.results import FailedResult

        print_json(FailedResult.of(host, error))
    else:
        say_error(error, host)
