"""The hosts table: one line a host, drawn line by line; it shows rows and keeps a cursor, nothing else.

Textual's DataTable has no cell that spans columns, and a bad state needs the room of its empty figures
to say its reason. It also needs 98 ms of CPU for 50 x 5 changed cells; here 50 hosts that all change
once a second cost the whole console 11 % of a core.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from deskconsole.tui.text.rows import Cell, Columns, Layout, Row, arrange, cells, heading
from deskconsole.tui.text.status_text import Kind


class HostTable(ScrollView, can_focus=True):
    """Rows of hosts below a heading that stays."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"host-table--{part}"
        for part in (
            "head",
            "host",
            "marked",
            "address",
            "figure",
            "quiet",
            "chart",
            "cursor",
            "blurred",
            *Kind,
        )
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Host above", show=False),
        Binding("down,j", "move(1)", "Host below", show=False),
        Binding("home,g", "first", "First host", show=False),
        Binding("end,G", "last", "Last host", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another host."""

    class Opened(Message):
        """A host was double-clicked."""

    cursor = reactive(0, repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()
        self._layout: Layout | None = None
        self._last_selected: str | None = None
        self._filter = ""
        self._columns = Columns.PEOPLE

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    @property
    def selected(self) -> str | None:
        """The name of the host under the cursor."""
        return self._rows[self.cursor].name if self._rows else None

    @property
    def in_sight(self) -> tuple[str, ...]:
        """The names of the hosts that are not scrolled out of sight."""
        top = self.scroll_offset.y
        return tuple(row.name for row in self._rows[top : top + max(0, self.size.height - 1)])

    def text_of(self, name: str) -> str:
        """The host's row as it is drawn; empty where it is out of sight."""
        if self._layout is None or name not in self.in_sight:
            return ""
        row = next(row for row in self._rows if row.name == name)
        return "".join(text for text, _ in cells(row, self._layout))

    def show(self, rows: Sequence[Row], *, filter_: str = "") -> None:
        """Replaces the rows; the cursor stays on its host, and only lines that changed are drawn.

        `filter_`, safe text, is what the rows were chosen by, so that none is an answer too.
        """
        before, selected = self._rows, self.selected
        # Where nothing is shown nothing is selected, but the cursor comes back to where it was.
        self._last_selected = last = selected or self._last_selected
        self._rows = tuple(rows)
        self._filter = filter_
        names = [row.name for row in rows]
        moved = names != [row.name for row in before]
        if moved:
            self.virtual_size = Size(self.scrollable_content_region.width, len(rows) + 1)
            kept = names.index(last) if last in names else min(self.cursor, len(names) - 1)
            self.cursor = max(0, kept)
        layout = arrange(rows, self._width, self._columns)
        if moved or layout != self._layout:
            self._layout = layout
            self.refresh(layout=moved)
        else:
            top = self.scroll_offset.y
            in_sight = range(top, top + self.size.height)
            for index, (old, new) in enumerate(zip(before, self._rows, strict=True)):
                if old != new and index in in_sight:
                    self.refresh_line(index + 1)
        if self.selected != selected:
            self.post_message(self.Moved())

    def turn_columns(self) -> None:
        """Shows the other columns: who is logged on, or what the stream does."""
        self._columns = Columns.TRAFFIC if self._columns is Columns.PEOPLE else Columns.PEOPLE
        self._layout = arrange(self._rows, self._width, self._columns)
        self.refresh()

    def select(self, name: str) -> None:
        """Puts the cursor on a host, if it is there."""
        for index, row in enumerate(self._rows):
            if row.name == name:
                self.cursor = index

    @property
    def _width(self) -> int:
        return max(1, self.scrollable_content_region.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self._rows) + 1

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._rows) - 1))

    def watch_cursor(self, before: int, after: int) -> None:
        for index in (before, after):
            self.refresh_line(index + 1)
        self.call_after_refresh(self._reveal)
        if before != after:
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        self._layout = arrange(self._rows, self._width, self._columns)
        self.virtual_size = Size(self._width, len(self._rows) + 1)
        self._reveal()
        self.refresh()

    def on_focus(self) -> None:
        self.refresh_line(self.cursor + 1)

    def on_blur(self) -> None:
        self.refresh_line(self.cursor + 1)

    def on_click(self, event: events.Click) -> None:
        index = event.y - 1 + self.scroll_offset.y
        if event.y > 0 and index < len(self._rows):
            self.cursor = index
            if event.chain == 2:
                self.post_message(self.Opened())

    def action_move(self, by: int) -> None:
        self._go(self.cursor + by)

    def action_page(self, pages: int) -> None:
        self._go(self.cursor + pages * max(1, self.size.height - 2))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._rows) - 1)

    def _go(self, index: int) -> None:
        """Puts the cursor there and shows it, also where it was already but scrolled out of sight."""
        self.cursor = index
        self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        """Scrolls so that the cursor's line is below the heading and above the lower edge."""
        if self.size.height > 1:
            lowest = self.cursor - (self.size.height - 2)
            top = min(max(self.scroll_offset.y, lowest), self.cursor)
            if top != self.scroll_offset.y:
                self.scroll_to(y=top, animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.refresh(Region(0, 0, self.size.width, self.size.height))

    def render_line(self, y: int) -> Strip:
        layout = self._layout or arrange(self._rows, self._width, self._columns)
        index = y - 1 + self.scroll_offset.y
        if y == 0:
            return self._strip(heading(layout), self.rich_style)
        if y == 1 and self._filter and not self._rows:
            nothing = f"  no host matches {self._filter.strip()!r}; esc clears"
            return self._strip([(nothing, "attention")], self.rich_style)
        if index >= len(self._rows):
            return Strip.blank(self.size.width, self.rich_style)
        base = self.rich_style
        if index == self.cursor:
            part = "cursor" if self.has_focus else "blurred"
            base += Style(bgcolor=self.get_component_rich_style(f"host-table--{part}").bgcolor)
        return self._strip(cells(self._rows[index], layout), base)

    def _strip(self, line: list[Cell], base: Style) -> Strip:
        segments = []
        for text, part in line:
            style = self.get_component_rich_style(f"host-table--{part}")
            segments.append(Segment(text, base + Style(color=style.color, bold=style.bold)))
        return Strip(segments).adjust_cell_length(self.size.width, base)
