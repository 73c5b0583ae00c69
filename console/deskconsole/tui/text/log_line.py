"""An event as one line of text."""

from __future__ import annotations

from dataclasses import dataclass

from deskconsole.common.figures import moment
from deskconsole.common.safe_text import safe_text
from deskconsole.session.events import Event, Severity

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

    @classmethod
    def of(cls, event: Event) -> LogLine:
        return cls(event.at, safe_text(event.host, 64), safe_text(event.text, LONGEST), event.severity)

    def __str__(self) -> str:
        return f"{moment(self.at, seconds=True)} {SIGNS[self.severity]} {self.host}  {self.text}"
