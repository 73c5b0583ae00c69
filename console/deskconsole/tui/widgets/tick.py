"""One thing to be ticked or not: `[ ]` and `[x]`, told by more than a colour."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Tick(Widget, can_focus=True):
    """`[ ] what it means`; space or a click ticks it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", "Tick", show=False)]
    ticked = reactive(default=False)
    label = reactive("", layout=True)
    """Safe text."""

    class Changed(Message):
        """It was ticked, or its tick was taken away."""

    def render(self) -> Content:
        sign = "[x]" if self.ticked else "[ ]"
        return Content.styled(f"{sign} {self.label}", "bold" if self.has_focus else "")

    def action_tick(self) -> None:
        self.ticked = not self.ticked
        self.post_message(self.Changed())

    def on_click(self) -> None:
        self.action_tick()
