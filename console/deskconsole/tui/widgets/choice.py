"""One of a few words, all of them in sight in one line: the arrows or a click choose.

Textual's RadioSet takes a line a choice, and the form of a host has to fit into 24 lines.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from deskconsole.tui.text.colours import MUTED

GAP = 2


class Choice(Widget, can_focus=True):
    """`● least  ○ highest   what that means`; `value` is the chosen word."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Choice before", show=False),
        Binding("right,space", "move(1)", "Next choice", show=False),
    ]
    value = reactive("")

    def __init__(self, value: str, choices: tuple[tuple[str, str], ...], *, id: str) -> None:  # noqa: A002
        """`choices` are words and what each of them means; an unknown `value` is the first."""
        super().__init__(id=id)
        self._choices = choices
        self.set_reactive(Choice.value, value if value in dict(choices) else choices[0][0])

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        for word, _ in self._choices:
            chosen = word == self.value
            style = "bold reverse" if chosen and self.has_focus else "bold" if chosen else MUTED
            parts.append((f"{'●' if chosen else '○'} {word}", style))
            parts.append(" " * GAP)
        return Content.assemble(*parts, (dict(self._choices)[self.value], MUTED))

    def on_click(self, event: events.Click) -> None:
        start = 0
        for word, _ in self._choices:
            end = start + 2 + len(word)
            if start <= event.x < end:
                self.value = word
            start = end + GAP

    def action_move(self, by: int) -> None:
        words = [word for word, _ in self._choices]
        self.value = words[(words.index(self.value) + by) % len(words)]
