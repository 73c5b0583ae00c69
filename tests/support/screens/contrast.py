"""The contrast of two colours, as WCAG 2 defines it."""

from __future__ import annotations

from textual.color import Color


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours, from 1 (the same) to 21 (black and white)."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Color) -> float:
    linear = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
