"""One thing to be ticked or not: `[ ]` and `[x]`. Textual's Checkbox tells them apart by a colour only."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class Tick(Widget):
    """`[ ] what it means`; a click ticks it, and a key of the screen that shows it."""

    ticked = reactive(default=False)
    label = reactive("", layout=True)
    """Safe text."""

    def render(self) -> Content:
        return Content.styled(f"[{'x' if self.ticked else ' '}] {self.label}", "bold" if self.ticked else "")

    def action_tick(self) -> None:
        self.ticked = not self.ticked

    def on_click(self) -> None:
        self.action_tick()
