"""A line to type in that holds only what can be shown: pasted escapes become their pictures."""

from __future__ import annotations

from textual.widgets import Input

from ...safe_text import safe_text


class PlainInput(Input):
    """Textual's Input hands an ESC in its value on to the terminal; this one never has one."""

    def validate_value(self, value: str) -> str:
        return safe_text(value, 1024)
