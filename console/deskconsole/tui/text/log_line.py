"""An event as one line of text."""

from __future__ import annotations

from dataclasses import dataclass

from deskconsole.common.figures import moment
from deskconsole.common.safe_text import safe_text
from deskconsole.session.events import Event
from deskconsole.wording.events import Severity, place, wording

SIGNS: dict[Severity, str] = {"info": " ", "warning": "▲", "error": "✖"}

KEPT = 2000

LONGEST = 2000
"""Characters of an event: a sentence with what a host said and its remedy."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """An event as it is shown: everything in it has passed `safe_text`."""

    at: float
    host: str
    text: str
    severity: Severity
    event: Event

    @classmethod
    def of(cls, event: Event) -> LogLine:
        words = wording(event)
        text = safe_text(words.text, LONGEST)
        return cls(event.at, safe_text(place(event), 64), text, words.severity, event)

    def __str__(self) -> str:
        return f"{moment(self.at, seconds=True)} {SIGNS[self.severity]} {self.host}  {self.text}"
