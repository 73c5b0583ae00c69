"""The one definition of p50 and p95. It imports little: the window's process needs it, too."""

from __future__ import annotations

import math
from collections.abc import Iterable


def percentile(samples: Iterable[float], share: float) -> float | None:
    """The smallest sample that this share of all, more than 0, does not exceed; None without any."""
    ordered = sorted(samples)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
