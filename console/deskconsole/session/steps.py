"""The steps from nothing to the first picture: what was done, how far the last is, how long each took."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from enum import StrEnum

from deskconsole.common.progress import Progress, StepId

from .state import State

STEP_OF = {
    State.CONNECTING: StepId.CONNECT,
    State.PROBING: StepId.PROBE,
    State.DEPLOYING: StepId.DEPLOY,
    State.LAUNCHING: StepId.LAUNCH,
    State.WAITING: StepId.WAIT_FOR_USER,
    State.HANDSHAKE: StepId.GREET,
}
"""The step that a session does in each state on its way."""


class StepOutcome(StrEnum):
    """The outcome of one step, or that it runs."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SessionStep:
    """One step of the way."""

    id: StepId
    outcome: StepOutcome = StepOutcome.RUNNING
    done: int = 0
    total: int = 0
    """Bytes; 0 where that is not known or there are none."""
    rate: float = 0.0
    """Bytes a second, mean over the step."""
    seconds: float = 0.0
    """Seconds that it took, or has taken so far."""
    subject: str = ""
    """The thing that the step is about, as in `Progress`."""


class Steps:
    """Collects them for one attempt. Written by the session's thread, read from any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: list[SessionStep] = []
        self._begun = 0.0

    def restart(self) -> None:
        """A new attempt: what the last one did is forgotten."""
        with self._lock:
            self._steps.clear()

    def begin(self, step: StepId) -> None:
        """The next step begins and the one before it is done; naming the one that runs changes nothing."""
        with self._lock:
            if self._steps and self._steps[-1].id is step:
                return
            self._end(StepOutcome.DONE)
            self._begun = time.monotonic()
            self._steps.append(SessionStep(step))

    def progress(self, progress: Progress) -> None:
        """Notes how far a step of bootstrap's has come; it begins with its first progress.

        What came between deploying and that was on the way to it: it is the same step.
        """
        with self._lock:
            if self._running() and self._steps[-1].id is StepId.DEPLOY:
                self._steps[-1] = replace(self._steps[-1], id=progress.step)
        self.begin(progress.step)
        with self._lock:
            self._steps[-1] = replace(
                self._steps[-1],
                done=progress.done,
                total=progress.total,
                rate=progress.rate,
                subject=progress.subject,
            )

    def end(self, outcome: StepOutcome) -> None:
        """The one that runs was the last."""
        with self._lock:
            self._end(outcome)

    def now(self) -> tuple[SessionStep, ...]:
        """All so far, in order, with the time that the running one has taken."""
        with self._lock:
            if not self._running():
                return tuple(self._steps)
            seconds = time.monotonic() - self._begun
            return (*self._steps[:-1], replace(self._steps[-1], seconds=seconds))

    def _running(self) -> bool:
        return bool(self._steps) and self._steps[-1].outcome is StepOutcome.RUNNING

    def _end(self, outcome: StepOutcome) -> None:
        if self._running():
            seconds = time.monotonic() - self._begun
            self._steps[-1] = replace(self._steps[-1], outcome=outcome, seconds=seconds)
