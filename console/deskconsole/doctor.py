"""A host examined step by step: what works on the way to its desktop, and the first thing that does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a step came out."""

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
    remedy: str = ""
    """What can be done about it; empty where nothing needs to be."""
    seconds: float = 0.0
