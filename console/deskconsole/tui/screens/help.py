"""The keys of a screen, made from its bindings."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from ..looks import MUTED

SIGNS = "●  live    ▲  needs a look    ◐  on its way    ✖  down    ◌  not connected"


class HelpScreen(ModalScreen[None]):
    """What every key of `screen` does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "close", "Close")]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self._lines = self._describe(screen)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "keys"
            dialog.border_subtitle = "escape closes"
            with VerticalScroll():
                yield Static(Content("\n").join([*self._lines, Content(""), Content.styled(SIGNS, MUTED)]))

    @staticmethod
    def _describe(screen: Screen[object]) -> list[Content]:
        keys: dict[str, list[str]] = {}
        words: dict[str, tuple[str, str]] = {}
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.description and (active.node in (screen, screen.app) or active.node is screen.focused):
                keys.setdefault(binding.action, []).append(screen.app.get_key_display(binding))
                words[binding.action] = (binding.description, binding.tooltip)
        return [
            Content.assemble(
                (f"{' '.join(names):>14}  ", "bold $accent"),
                f"{words[action][0]:<18}",
                (words[action][1], MUTED),
            )
            for action, names in keys.items()
        ]

    def action_close(self) -> None:
        self.dismiss()
