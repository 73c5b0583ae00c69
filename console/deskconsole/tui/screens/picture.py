"""One host's picture alone, live, as large as the terminal: for where there is no display for a window."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from deskconsole.tui.controller import Controller
from deskconsole.tui.graphics import Graphics
from deskconsole.tui.text.colours import COLOURS, MUTED
from deskconsole.tui.text.tile import make_tile
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.keys import Keys
from deskconsole.tui.widgets.preview import PreviewPane

from .base import HostActions

LOOK = 0.1
"""Seconds between two looks for a newer picture: a terminal needs most of that to draw one."""


class PictureScreen(HostActions):
    """A picture and a line of words; escape goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,z", "back", "Back", tooltip="Back to where you came from")
    ]
    full = True
    least = (0, 0)

    def __init__(self, controller: Controller, name: str, graphics: Graphics | None) -> None:
        """`graphics` are the terminal's."""
        super().__init__(controller)
        self._graphics = graphics
        self._host = name
        self._shown: tuple[object, ...] = ()

    @property
    def selected(self) -> str | None:
        return self._host

    def compose(self) -> ComposeResult:
        yield Static(classes="picture-line", markup=False)
        yield PreviewPane(self._graphics)
        yield Keys(compact=True)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.query_one(PreviewPane).refresh()

    def on_screen_suspend(self) -> None:
        super().on_screen_suspend()
        self.query_one(PreviewPane).refresh()

    def on_mount(self) -> None:
        self.set_interval(LOOK, self._look)

    def show(self, view: FleetView) -> None:
        host = view.host(self._host)
        if host is None:  # removed, or renamed: nothing is left to show
            if self.is_active:
                self.dismiss()
            return
        tile = make_tile(host, view.snapshot(self._host), view.now)
        colour = COLOURS[tile.status.kind]
        facts = [fact for fact in (tile.person, "" if tile.current else tile.age) if fact]
        self.query_one(".picture-line", Static).update(
            Content.assemble(
                (f"{tile.status.sign} ", colour),
                (tile.label, "bold"),
                (f"   {tile.status.text}", colour),
                ("".join(f"   {fact}" for fact in facts), MUTED),
            )
        )
        self._look()
        self.refresh_bindings()

    def _look(self) -> None:
        pane = self.query_one(PreviewPane)
        number = self.controller.picture_numbers([self._host]).get(self._host)
        current = self.controller.view.snapshot(self._host).current
        state = (number, current, pane.room)
        if state != self._shown and all(pane.room):
            self._shown = state
            pane.show(self.controller.picture(self._host, *pane.room), old=not current)

    def action_back(self) -> None:
        self.dismiss()
