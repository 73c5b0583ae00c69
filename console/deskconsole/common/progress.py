"""Progress of a long step and its speed, told to a callback."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class StepId(StrEnum):
    """The steps from nothing to the first picture, in their order. `wording/steps.py` has their words."""

    WAIT_FOR_LOGINS = "wait for logins"
    CONNECT = "connect"
    PROBE = "probe"
    DEPLOY = "deploy"
    WAIT_FOR_BUILD = "wait for build"
    FETCH_PYTHON = "fetch python"
    FETCH_PACKAGES = "fetch packages"
    WAIT_FOR_PACKING = "wait for packing"
    PACK_PACKAGES = "pack packages"
    PACK_RUNTIME = "pack runtime"
    VERIFY_RUNTIME = "verify runtime"
    WAIT_FOR_DEPLOY = "wait for deploy"
    WAIT_FOR_UNPACKING = "wait for unpacking"
    WAIT_FOR_PROGRAM = "wait for program"
    START_PYTHON = "start python"
    UPLOAD_RUNTIME = "upload runtime"
    UNPACK_RUNTIME = "unpack runtime"
    TRY_RUNTIME = "try runtime"
    UPLOAD_PACKAGES = "upload packages"
    INSTALL_PACKAGES = "install packages"
    UPLOAD_AGENT = "upload agent"
    INSTALL_AGENT = "install agent"
    LAUNCH = "launch"
    WAIT_FOR_USER = "wait for user"
    GREET = "greet"
    FIRST_PICTURE = "first picture"


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of one step."""

    step: StepId
    done: int = 0
    total: int = 0
    """Bytes; 0 where that is not known."""
    rate: float = 0.0
    """Bytes a second, mean over the step."""
    subject: str = ""
    """The thing that the step is about, where that is not always the same: a path, a Python."""


Report = Callable[[Progress], None]
"""Called on the thread that works. What it raises (`Cancelled`, say) ends the step and leaves no trace."""


_PAUSE = 0.1


def ignore(progress: Progress) -> None:
    """Does nothing: for callers that show no progress."""


class ProgressMeter:
    """Turns `(done, total)` of one step into reports: the first, the last, and ten a second between."""

    def __init__(self, step: StepId, report: Report) -> None:
        self._step = step
        self._report = report
        self._begun = self._told = 0.0
        self._first: int | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._first is None:  # what was there before counts as done, and for no speed
            self._first, self._begun = done, now
        elif done < total and now - self._told < _PAUSE:
            return
        self._told = now
        seconds = now - self._begun
        rate = (done - self._first) / seconds if seconds > 0.05 else 0.0
        self._report(Progress(self._step, done, total, rate))
