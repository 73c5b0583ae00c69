"""A number with its noun. It imports nothing: every command says some."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A number and what it counts: `1 file`, `1,200 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
