"""Something that happened to a host, worth a line in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "error"]
"""How much an event matters."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, when and where. `text` may hold a host's own words: data, never markup."""

    at: float
    """Unix time."""
    host: str
    text: str
    severity: Severity = "info"
