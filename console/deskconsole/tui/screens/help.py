"""The keys of a screen, made from its bindings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

SIGNS = "● live   ▲ needs a look   ◐ on its way   ✖ down   ◌ not connected"

CLOSES = "escape closes"
SCROLLS = "↑ ↓ more keys   escape closes"

_NOISE = frozenset({"scroll_left", "scroll_right", "page_left", "page_right"})
"""Every pane of Textual's has these; nothing here is wider than the screen."""


class HelpScreen(ModalScreen[None]):
    """Lists what every key of `screen` does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "close", "Close")]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self._keys = list(_keys(screen))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = CLOSES
            with VerticalScroll():
                for names, does, how in self._keys:
                    yield Horizontal(
                        Static(Content(names), classes="names"),
                        Static(Content(does), classes="does"),
                        Static(Content(how)),
                        classes="key",
                    )
                yield Static(Content(SIGNS), classes="signs")

    def on_mount(self) -> None:
        self.watch(self.query_one(VerticalScroll), "show_vertical_scrollbar", self._name_keys)

    def _name_keys(self, more: bool) -> None:
        self.query_one(".dialog").border_subtitle = SCROLLS if more else CLOSES

    def action_close(self) -> None:
        self.dismiss()


def _keys(screen: Screen[object]) -> Iterator[tuple[str, str, str]]:
    """Keys, what they do, how: the screen's own first, then those of every screen, moving about last."""
    active = list(screen.active_bindings.values())
    names: dict[str, list[str]] = {}
    last: dict[str, ActiveBinding] = {}  # ours come behind those of the base class
    for node in (screen, screen.app, screen.focused):
        for one in active:
            binding = one.binding
            if one.node is node and binding.description and binding.action not in _NOISE:
                names.setdefault(binding.action, []).append(screen.app.get_key_display(binding))
                last[binding.action] = one
    for action, one in last.items():
        yield " ".join(dict.fromkeys(names[action])), one.binding.description, one.binding.tooltip
