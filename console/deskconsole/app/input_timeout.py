"""The time that a host has for an input, the same for every face of the console."""

from __future__ import annotations

_ONE = 30.0
"""Seconds for an input, and for a transfer of the clipboard."""

_A_CHARACTER = 0.02
"""Seconds for each character of a text: twice what the slowest host of the tests took."""


def input_timeout(characters: int = 0) -> float:
    """Seconds after which the host's word on an input, or on a text of so many characters, is missing."""
    return _ONE + characters * _A_CHARACTER
