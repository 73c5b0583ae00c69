"""Findings of an examination: the steps in their order, and the outcome of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deskconsole.common.errors import DeskconsoleError


class DoctorStep(StrEnum):
    """Every step there is, in the order of the way. Those that a host's system does not know are left out."""

    NAME = "name"
    PORT = "port"
    HOST_KEY = "host key"
    AUTHENTICATION = "authentication"
    FORWARDING = "forwarding"
    FILES = "files"
    SHELL = "shell"
    SYSTEM = "system"
    RUNTIME = "runtime"
    DESKTOP = "desktop"
    DISK = "disk"
    DEPLOYED = "deployed"
    DEPLOY = "deploy"
    RIGHTS = "rights"
    LAUNCH = "launch"
    SESSION = "session"
    TOKEN = "token"  # noqa: S105  # the name of a step
    VERSIONS = "versions"
    PICTURE = "picture"
    EXACT = "exact"
    CLEANUP = "clean-up"


class Outcome(StrEnum):
    """The outcome of a step."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One step of the way."""

    step: str
    outcome: Outcome
    sentence: str
    """May hold the host's own words: data, nothing to trust."""
    remedy: str = ""
    """A sentence that says what to do about it; empty where nothing needs to be done."""
    seconds: float = 0.0
    exit_code: int = 0
    """The exit code of a command because of it: that of the error, where it is bad."""


def first_bad(findings: Sequence[Finding]) -> Finding | None:
    """The first thing that is wrong: what comes after it may be its consequence."""
    return next((finding for finding in findings if finding.outcome is Outcome.BAD), None)


class Record:
    """The findings of one examination, timed, and told as they come."""

    def __init__(self, report: Callable[[Finding], None]) -> None:
        self.findings: list[Finding] = []
        self._report = report
        self._since = time.monotonic()

    def begin(self) -> None:
        """Starts the clock of the next finding."""
        self._since = time.monotonic()

    def add(
        self,
        step: DoctorStep,
        outcome: Outcome,
        sentence: str,
        remedy: str = "",
        exit_code: int = 0,
        *,
        at: float | None = None,
    ) -> None:
        """A step came out so; `at` is when, by the monotonic clock, where that was not just now."""
        now = time.monotonic() if at is None else at
        seconds = 0.0 if outcome is Outcome.SKIPPED else now - self._since
        self._since = now
        finding = Finding(step, outcome, sentence, remedy, seconds, exit_code)
        self.findings.append(finding)
        self._report(finding)

    def bad(self, step: DoctorStep, error: DeskconsoleError) -> None:
        """Adds a bad step: the error's sentence, remedy and exit code."""
        self.add(step, Outcome.BAD, str(error), error.remedy, error.exit_code)

    def skip(self, steps: Sequence[DoctorStep], reason: str) -> None:
        """These could not be looked at, or were not to be."""
        for step in steps:
            self.add(step, Outcome.SKIPPED, reason)
