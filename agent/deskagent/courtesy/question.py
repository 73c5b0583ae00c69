"""The question to the person at the host, and its answers."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, Protocol

ANSWER_TIME = 30.0
"""Seconds after which no answer means no."""


class Answer(StrEnum):
    """What the person said; no answer is NO."""

    NO = "no"
    SEE = "see"
    CONTROL = "see and control"


class Question(NamedTuple):
    """What is asked: whether this console may see, or see and control."""

    console: str
    """The console's name as it gave it: text of a stranger, shown as data."""
    control: bool
    """It wants to act; False: it wants to see only, and `SEE` is the most that is offered besides."""
    seconds: float = ANSWER_TIME


class Asker(Protocol):
    """Asks on the desktop. `ask` blocks; both methods may be called from any thread."""

    def ask(self, question: Question) -> Answer:
        """Shows the question and returns the answer; NO after its time, on `cancel`, and where nobody can
        answer because the desktop is locked or gone."""

    def cancel(self) -> None:
        """Takes an open question away."""


AskerOpener = Callable[[], Asker]
"""Opens what asks. Raises OSError where this desktop has no such thing."""
