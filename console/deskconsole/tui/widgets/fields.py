"""A line to type in that holds only what can be shown: pasted escapes become their pictures."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from deskconsole.common.safe_text import safe_text
from deskconsole.tui.messages import InterruptPressed


class PlainInput(Input):
    """Textual's Input hands an ESC in its value on to the terminal; this one never has one."""

    def validate_value(self, value: str) -> str:
        return safe_text(value, 1024)

    def action_copy(self) -> None:
        """Copies what is marked; where ctrl+c was meant to leave, the second one still does."""
        super().action_copy()
        self.post_message(InterruptPressed("Copied. ctrl+c again leaves."))


class AnswerInput(Input):
    """An answer to be typed: a hidden one holds any character, a visible one only what can be shown."""

    def validate_value(self, value: str) -> str:
        return value if self.password else safe_text(value, 1024)

    async def _on_key(self, event: events.Key) -> None:
        # A binding would run after the letters that were typed behind the Enter.
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            await self.action_submit()
        else:
            await super()._on_key(event)
