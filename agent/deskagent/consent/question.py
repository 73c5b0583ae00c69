"""The question to the person at the host, and its answers."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

ANSWER_TIME = 30.0
"""Seconds after which no answer means no."""

QUIET = 0.5
"""Seconds in which nothing counts as yes: a person may have been clicking when the question came."""


class Answer(StrEnum):
    """The answer of the person at the host; none in time is NO."""

    NO = "no"
    SEE = "see"
    CONTROL = "see and control"


LABELS: Final = {Answer.NO: "No", Answer.SEE: "See", Answer.CONTROL: "See and control"}
"""Texts of the buttons."""


class Question(NamedTuple):
    """A question to the person at the host: may this console see, or see and control?"""

    console: str
    """The console's name as it gave it: text of a stranger, shown as data."""
    control: bool
    """The console wants to act; False: to see only, so `CONTROL` is not offered."""
    seconds: float = ANSWER_TIME

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers that are offered, the default first."""
        return tuple(Answer) if self.control else (Answer.NO, Answer.SEE)

    @property
    def lines(self) -> tuple[str, str]:
        """The dialog's two lines: the console's name, without characters that could be more than text,
        and its wish."""
        name = "".join(
            letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in self.console
        )
        wants = "wants to see this screen"
        return (
            name.strip() or "A console without a name",
            f"{wants} and to use its pointer and keyboard." if self.control else f"{wants}.",
        )


def unanswered(seconds: float) -> str:
    """The dialog's last line: what no answer within these seconds means."""
    return f"No answer within {max(0, round(seconds))} s means No."


class Asker(Protocol):
    """Asks on the desktop. `ask` blocks; both methods may be called from any thread."""

    def ask(self, question: Question) -> Answer:
        """Shows the question and returns the answer; NO after its time, on `cancel`, and where no person can
        answer because the desktop is locked or gone."""

    def cancel(self) -> None:
        """Takes an open question away."""


AskerOpener = Callable[[], Asker]
"""Opens what asks. Raises OSError where this desktop has no such thing."""
