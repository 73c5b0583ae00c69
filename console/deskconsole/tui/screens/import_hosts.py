"""Choosing hosts from the SSH configuration; what an alias stands for stays SSH's business."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from deskconsole.common.errors import ConfigurationError
from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.destination import Destination
from deskconsole.ssh.aliases import host_of
from deskconsole.ssh.ssh_config import resolve
from deskconsole.tui.alias_addresses import read_by_ssh
from deskconsole.tui.controller import Controller
from deskconsole.tui.host_edits import add
from deskconsole.tui.widgets.tick_list import TickList


class ImportScreen(ModalScreen[None]):
    """The aliases in `config` that are no hosts yet: all are ticked at first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("ctrl+s", "take", "Import"),
        Binding("left,right", "app.focus_next", "Other button", show=False),
    ]

    def __init__(self, controller: Controller, config: Path, aliases: list[str]) -> None:
        super().__init__()
        self._controller = controller
        self._config = config
        self._aliases = aliases
        self._addresses: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Import from the SSH configuration"
            path = safe_text(str(self._config))
            if not self._aliases:
                yield Static(Content(f"{path} names no hosts that are not here already."), classes="text")
                yield Horizontal(Button("Close", id="cancel", compact=True), classes="buttons")
                return
            yield Static(Content(f"Hosts named in {path}:"), classes="text quiet")
            yield TickList[str]()
            yield Label("", classes="keys", markup=False)
            yield Horizontal(
                Button("Cancel", id="cancel", compact=True),
                Button("Import", id="take", variant="primary", compact=True),
                classes="buttons",
            )

    def on_mount(self) -> None:
        if not self._aliases:
            self.query_one(Button).focus()
            return
        # At once: keys that are typed behind the one that opened the list are for it.
        self.set_focus(self.query_one(TickList))
        self._show()
        self.query_one(TickList).action_tick_all()
        self._look_up()

    def _show(self) -> None:
        shown = {alias: safe_text(alias, 64) for alias in self._aliases}
        widest = min(24, max(cell_len(name) for name in shown.values()))
        self.query_one(TickList).show(
            (alias, (f"{name:{widest}}  {safe_text(self._addresses.get(alias, ''), 80)}".rstrip(),))
            for alias, name in shown.items()
        )

    @work(exclusive=True)
    async def _look_up(self) -> None:
        """Writes the address beside each alias, as ssh says it, while the list can be used already."""
        loop = asyncio.get_running_loop()
        for alias in self._aliases:
            self._addresses[alias] = await loop.run_in_executor(None, self._where, alias)
            if self.is_mounted:
                self._show()

    def _where(self, alias: str) -> str:
        try:
            target = resolve(alias, ssh_config=read_by_ssh(self._config))
        except ConfigurationError as error:
            return str(error)
        port = None if target.port == 22 else target.port
        return str(Destination(target.address, port, target.user))

    def on_tick_list_changed(self) -> None:
        number = len(self.query_one(TickList).ticked)
        button = self.query_one("#take", Button)
        button.label = f"Import {number} host{'' if number == 1 else 's'}"
        button.disabled = number == 0
        enter = f"  enter: import {number}" if number else ""
        self.query_one(".keys", Label).update(f"space: this one  a: all or none{enter}")

    def on_tick_list_done(self) -> None:
        self.action_take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "take":
            self.action_take()
        else:
            self.dismiss()

    def action_cancel(self) -> None:
        self.dismiss()

    def action_take(self) -> None:
        """Adds what is ticked, in the order of the file."""
        chosen: list[str] = self.query_one(TickList).ticked if self._aliases else []
        if not chosen:
            return
        self.dismiss()
        for alias in chosen:
            try:
                add(self._controller, host_of(alias))
            except ConfigurationError as error:
                self._controller.report(alias, error)
