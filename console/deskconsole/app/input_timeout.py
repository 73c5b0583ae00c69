"""The time that a host has for an input: the same in the TUI and on the command line."""

from __future__ import annotations

_ONE = 30.0
"""Seconds for an input, and for a transfer of the clipboard."""

_A_CHARACTER = 0.02
"""Seconds for each character of a text: twice what the slowest host of the tests took."""


def input_timeout(characters: int = 0) -> float:
    """Seconds after which the host's answer to an input, or to a text of so many characters, is overdue."""
    return _ONE + characters * _A_CHARACTER
