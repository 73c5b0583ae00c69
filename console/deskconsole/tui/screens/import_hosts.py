"""Choosing hosts from the SSH configuration; what an alias stands for stays SSH's business."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

import msgspec
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, SelectionList, Static
from textual.widgets.selection_list import Selection

from ...errors import ConfigurationError
from ...hosts import Host
from ...safe_text import safe_text
from ..seams import Fleet

if TYPE_CHECKING:
    from ..app import DeskconsoleApp

_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\\[\]]")


class ImportScreen(ModalScreen[None]):
    """The aliases in `config` that are no hosts yet."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+s", "take", "Import"),
    ]

    def __init__(self, config: Path, aliases: list[str]) -> None:
        super().__init__()
        self._config = config
        self._aliases = aliases

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "import from the SSH configuration"
            path = safe_text(str(self._config))
            if self._aliases:
                yield Static(Content(f"Hosts named in {path}; space marks one."), classes="text quiet")
                yield SelectionList[str](
                    *(Selection(Content(safe_text(alias, 64)), alias) for alias in self._aliases)
                )
            else:
                yield Static(Content(f"{path} names no hosts that are not here already."), classes="text")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                if self._aliases:
                    yield Button("Import", id="take", variant="primary", compact=True)

    def on_mount(self) -> None:
        self.query_one(SelectionList if self._aliases else Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "take":
            self.action_take()
        else:
            self.dismiss()

    def action_cancel(self) -> None:
        self.dismiss()

    @work(exclusive=True)
    async def action_take(self) -> None:
        console = cast("DeskconsoleApp", self.app)
        chosen: list[str] = self.query_one(SelectionList).selected if self._aliases else []
        self.dismiss()
        for alias in chosen:
            name = _NOT_IN_NAMES.sub("-", alias)[:64].strip()
            try:
                host = msgspec.convert({"name": name, "address": "" if name == alias else alias}, Host)
            except msgspec.ValidationError:
                sentence = f"The alias {alias} cannot be a host here."
                console.report(
                    alias, ConfigurationError(sentence, remedy="Add it by hand under another name.")
                )
            else:
                console.act(name, partial(_add, host), "added")


def _add(host: Host, fleet: Fleet) -> None:
    fleet.add(host)
