"""The wall: the pictures of all hosts that the filter shows, live, as a grid of tiles."""

from __future__ import annotations

import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from deskconsole.common.safe_text import safe_text
from deskconsole.tui.controller import Controller
from deskconsole.tui.graphics import Graphics
from deskconsole.tui.messages import WallOpened, WallWindowOpened
from deskconsole.tui.text.colours import MUTED
from deskconsole.tui.text.rows import make_row, matches
from deskconsole.tui.text.tile import make_tile
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.header import Header
from deskconsole.tui.widgets.keys import Keys
from deskconsole.tui.widgets.tile_grid import TileGrid

from .base import HostActions

LOOK = 0.1
"""Seconds between two looks for newer pictures; they come twice a second."""

SPELL = 0.012
"""Seconds that one look may take, so that a key is answered between two: what is left over is next."""


class WallScreen(HostActions, inherit_bindings=False):
    """Tiles; only those on this page are fetched, and drawn where they changed. Escape goes back."""

    AUTO_FOCUS = "TileGrid"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "view_selected", "View", key_display="↵", show=False, tooltip="Open its desktop"),
        *[one for one in HostActions.BINDINGS if not (isinstance(one, Binding) and one.action == "remove")],
        Binding("delete", "remove", "Remove", show=False, tooltip="Take the host off the list"),
        Binding("asterisk", "mark_shown", "Mark all", show=False, tooltip="Mark all that are shown, or none"),
        Binding("W", "wall_window", "Wall window", show=False, tooltip="All that are shown, in a window"),
        Binding("escape,w", "back", "Back", tooltip="Back to the list of hosts"),
    ]
    acts_on_marked = True
    wall = True
    least = (0, 0)

    def __init__(self, controller: Controller, asked: WallOpened, graphics: Graphics | None) -> None:
        """`asked` chooses the hosts; `graphics` are the terminal's."""
        super().__init__(controller)
        self._graphics = graphics
        self._words = asked.words
        self._places = {name: place for place, name in enumerate(asked.names)}
        """The hosts' places when the wall was opened; a host that came since is behind them."""
        self._wanted = asked.selected
        self._shown: tuple[str, ...] = ()
        self._grid: TileGrid | None = None
        self._seen: tuple[str, ...] = ()
        """The hosts that were on this page when the view was shown last."""
        self._next = 0
        self._line: object = None

    def compose(self) -> ComposeResult:
        yield Header()
        self._grid = TileGrid(self._graphics)
        yield self._grid
        yield Static(classes="wall-line", markup=False)
        yield Keys(compact=True)

    def on_mount(self) -> None:
        self.set_interval(LOOK, self._look)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._graphics is not None and self._grid is not None:
            self._grid.draw_again()

    def on_screen_suspend(self) -> None:
        super().on_screen_suspend()
        if self._graphics is not None and self._grid is not None:
            self._grid.draw_again()

    @property
    def selected(self) -> str | None:
        return None if self._grid is None else self._grid.selected

    @property
    def visible_hosts(self) -> tuple[str, ...]:
        return () if self._grid is None else self._grid.in_sight

    def show(self, view: FleetView) -> None:
        if self._grid is None:
            return
        hosts, marks = view.hosts, self.controller.marks
        if self._words:
            behind = self.controller.addresses.of
            rows = [make_row(host, view.snapshot(host.name), view.now, behind(host)) for host in hosts]
            hosts = tuple(host for host, row in zip(hosts, rows, strict=True) if matches(row, self._words))
        hosts = tuple(sorted(hosts, key=lambda host: self._places.get(host.name, len(self._places))))
        self._shown = tuple(host.name for host in hosts)
        self._grid.show(
            [make_tile(host, view.snapshot(host.name), view.now, marked=host.name in marks) for host in hosts]
        )
        if self._wanted is not None and hosts:
            self._grid.select(self._wanted)
            self._wanted = None
        self.query_one(Header).show(view, len(self.controller.questions.hosts()), marked=len(marks))
        self._seen = self._grid.in_sight
        self._show_line(len(hosts))
        self._look()
        self.refresh_bindings()

    def _show_line(self, count: int) -> None:
        """Says which hosts are seen, where that is not all."""
        if self._grid is None:
            return
        page, pages = self._grid.page
        parts = []
        if self._words:
            parts.append(f"/{safe_text(self._words, 60)}   {count} host{'' if count == 1 else 's'}")
        if pages > 1:
            parts.append(f"page {page} of {pages}: pgup and pgdn turn it")
        line = "   ".join(parts)
        if line != self._line:
            self._line = line
            bar = self.query_one(".wall-line", Static)
            bar.display = bool(line)
            bar.update(Content.styled(line, MUTED))

    def on_tile_grid_moved(self) -> None:
        self._say_what_is_seen()
        if self.visible_hosts != self._seen:
            self._show_newest()
        else:  # all but the keys of the host under the cursor stays
            self.refresh_bindings()

    def on_tile_grid_opened(self) -> None:
        self.action_view_selected()

    def _look(self) -> None:
        """Takes what is new of this page's pictures until its time is up; the others are first next time."""
        grid = self._grid
        if grid is None or not self.is_active:
            return
        names, room = grid.in_sight, grid.room
        numbers = self.controller.picture_numbers(names)
        until = time.monotonic() + SPELL
        for step in range(len(names)):
            place = (self._next + step) % len(names)
            name = names[place]
            old = not self.controller.view.snapshot(name).current
            source = (numbers.get(name, 0), old)
            if grid.source_of(name) != source:
                grid.show_picture(name, self.controller.picture(name, *room), old=old, source=source)
                if time.monotonic() > until:
                    self._next = place + 1
                    return

    def action_mark_shown(self) -> None:
        self.controller.turn_marks(self._shown)

    def action_wall_window(self) -> None:
        if self._shown:
            self.post_message(WallWindowOpened(self._shown))

    def action_back(self) -> None:
        self.dismiss()
