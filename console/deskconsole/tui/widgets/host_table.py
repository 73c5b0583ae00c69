"""The hosts table: one line a host, drawn line by line, sorted, in groups below headings that fold.

Textual's DataTable has no cell that spans columns, and a bad state needs the room of its empty figures
to say its reason. It also needs 98 ms of CPU for 50 x 5 changed cells; here 50 hosts that all change
once a second cost the whole console 11 % of a core.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
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

from deskconsole.tui.text.row_order import (
    DOWN,
    UP,
    Heading,
    Line,
    RowOrder,
    column_at,
    heading_cells,
    in_groups,
    in_order,
    sortable,
)
from deskconsole.tui.text.rows import Cell, Columns, Layout, Row, arrange, cells, heading
from deskconsole.wording.status import Kind

Place = tuple[str, str | None]
"""The key of a line: a host's name, or the group of a heading."""


def _place(line: Line | None) -> Place | None:
    if line is None:
        return None
    return ("", line.group) if isinstance(line, Heading) else (line.name, None)


class HostTable(ScrollView, can_focus=True):
    """Rows of hosts below a line of titles that stays.

    The cursor stands on a host or on the heading of a group, and stays there when others come and go.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"host-table--{part}"
        for part in (
            "head",
            "group",
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
        Binding("left", "fold", "Fold", show=False, tooltip="Fold the group"),
        Binding("right", "unfold", "Unfold", show=False, tooltip="Unfold the group"),
        Binding("h", "headings", "Groups", show=False, tooltip="Headings of groups, or one list"),
        Binding("less_than_sign", "sort(-1)", "Sort", show=False, tooltip="Sort by the column before"),
        Binding("greater_than_sign", "sort(1)", "Sort", show=False, tooltip="Sort by the next column"),
        Binding("tilde", "turn_order", "Turn order", show=False, tooltip="Sort the other way round"),
    ]

    class Moved(Message):
        """The cursor stands on another host."""

    class Opened(Message):
        """A host was double-clicked."""

    class Folded(Message):
        """A group was folded or unfolded: the table has other lines."""

    cursor = reactive(0, repaint=False)

    def __init__(self, clear_key: str) -> None:
        """`clear_key` is the key that takes the filter away."""
        super().__init__()
        self._clear_key = clear_key
        self._rows: tuple[Row, ...] = ()
        """All hosts that the filter shows, in the order of the hosts file."""
        self._lines: tuple[Line, ...] = ()
        self._groups: tuple[str, ...] = ()
        self._layout: Layout | None = None
        self._last_place: Place | None = None
        self._filter = ""
        self._columns = Columns.PEOPLE
        self._headings = True
        self._folded: set[str] = set()
        self._order = RowOrder()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All hosts that the filter shows, those of folded groups too, in the table's order."""
        ordered = in_order(self._rows, self._order)
        if not self.grouped:
            return tuple(ordered)
        return tuple(line for line in in_groups(ordered, self._groups, ()) if isinstance(line, Row))

    @property
    def unfolded(self) -> tuple[str, ...]:
        """The names of the hosts that have a line."""
        return tuple(line.name for line in self._lines if isinstance(line, Row))

    @property
    def height_of_all(self) -> int:
        """Lines that it can fill."""
        return 1 + max(1, len(self._lines))

    @property
    def selected(self) -> str | None:
        """The name of the host under the cursor; None on a heading."""
        line = self._at_cursor
        return line.name if isinstance(line, Row) else None

    @property
    def heading(self) -> Heading | None:
        """The heading under the cursor."""
        line = self._at_cursor
        return line if isinstance(line, Heading) else None

    @property
    def _at_cursor(self) -> Line | None:
        return self._lines[self.cursor] if self._lines else None

    @property
    def grouped(self) -> bool:
        """True if there are headings: the hosts are of several groups."""
        return self._headings and len(self._groups) > 1

    @property
    def in_sight(self) -> tuple[str, ...]:
        """The names of the hosts that are not scrolled out of sight."""
        top = self.scroll_offset.y
        lines = self._lines[top : top + max(0, self.size.height - 1)]
        return tuple(line.name for line in lines if isinstance(line, Row))

    def hosts_of(self, group: str) -> tuple[str, ...]:
        """The hosts of a group that the filter shows."""
        return tuple(row.name for row in self._rows if row.group == group)

    def text_of(self, name: str) -> str:
        """The host's row as it is drawn; empty where it is out of sight."""
        if self._layout is None or name not in self.in_sight:
            return ""
        row = next(row for row in self._rows if row.name == name)
        return "".join(text for text, _ in cells(row, self._layout))

    def show(self, rows: Sequence[Row], *, groups: tuple[str, ...] = (), filter_: str = "") -> None:
        """Replaces the rows; the cursor stays on its host, and only lines that changed are drawn.

        `groups` are those of all hosts, also of those that the filter hides. `filter_`, safe text, is what
        the rows were chosen by, so that none is an answer too.
        """
        self._rows, self._groups, self._filter = tuple(rows), groups, filter_
        self._show_lines()

    def _show_lines(self) -> None:
        """Puts the rows in order; draws what changed."""
        before, selected = self._lines, self._at_cursor
        # Where nothing is shown nothing is selected, but the cursor comes back to where it was.
        self._last_place = last = _place(selected) or self._last_place
        ordered = in_order(self._rows, self._order)
        self._lines = tuple(in_groups(ordered, self._groups, self._folded) if self.grouped else ordered)
        places = [_place(line) for line in self._lines]
        moved = places != [_place(line) for line in before]
        if moved:
            self.virtual_size = Size(self.scrollable_content_region.width, len(places) + 1)
            if last not in places and last is not None and self.grouped:
                last = next((("", row.group) for row in self._rows if (row.name, None) == last), last)
            if last is None:  # the first time: on a host, not on the heading above it
                last = next((place for place in places if place and place[1] is None), None)
            self.cursor = places.index(last) if last in places else max(0, min(self.cursor, len(places) - 1))
        layout = self._arrange()
        if moved or layout != self._layout:
            self._layout = layout
            self.refresh(layout=moved and len(before) != len(self._lines))
        else:
            top = self.scroll_offset.y
            in_sight = range(top, top + self.size.height)
            for index, (old, new) in enumerate(zip(before, self._lines, strict=True)):
                if old != new and index in in_sight:
                    self.refresh_line(index + 1)
        if _place(self._at_cursor) != _place(selected):
            self.post_message(self.Moved())

    def _arrange(self) -> Layout:
        order = self._order
        sign = (DOWN if order.descending else UP) if order.field else ""
        return arrange(
            self._rows, self._width, self._columns, grouped=self.grouped, sorted_by=order.field, sign=sign
        )

    def turn_columns(self) -> None:
        """Shows the other columns: who is logged on, or what the stream does."""
        self._columns = Columns.TRAFFIC if self._columns is Columns.PEOPLE else Columns.PEOPLE
        self._layout = self._arrange()
        self.refresh()

    def select(self, name: str) -> None:
        """Puts the cursor on a host, if it is there; unfolds its group."""
        self._folded -= {row.group for row in self._rows if row.name == name}
        self._show_lines()
        for index, line in enumerate(self._lines):
            if isinstance(line, Row) and line.name == name:
                self.cursor = index

    def turn_fold(self, group: str) -> None:
        """Folds a group, or unfolds it."""
        self._folded ^= {group}
        self._show_lines()
        self.post_message(self.Folded())

    def action_fold(self) -> None:
        line = self._at_cursor
        if line is not None and self.grouped and line.group not in self._folded:
            self.turn_fold(line.group)

    def action_unfold(self) -> None:
        heading = self.heading
        if heading is not None and heading.folded:
            self.turn_fold(heading.group)

    def action_headings(self) -> None:
        self._headings = not self._headings
        self._show_lines()
        self.post_message(self.Folded())

    def action_sort(self, by: int) -> None:
        self._sort(self._order.moved(sortable(self._arrange()), by))

    def action_turn_order(self) -> None:
        self._sort(self._order.turned())

    def _sort(self, order: RowOrder) -> None:
        self._order = order
        self._show_lines()
        self._go(self.cursor)

    @property
    def _width(self) -> int:
        return max(1, self.scrollable_content_region.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self._lines) + 1

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._lines) - 1))

    def watch_cursor(self, before: int, after: int) -> None:
        for index in (before, after):
            self.refresh_line(index + 1)
        self.call_after_refresh(self._reveal)
        if before != after:
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        self._layout = self._arrange()
        self.virtual_size = Size(self._width, len(self._lines) + 1)
        self._reveal()
        self.refresh()

    def on_focus(self) -> None:
        self.refresh_line(self.cursor + 1)

    def on_blur(self) -> None:
        self.refresh_line(self.cursor + 1)

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            if self._layout is not None and (field := column_at(self._layout, event.x)) != "chart" and field:
                self._sort(self._order.by(field))
            return
        index = event.y - 1 + self.scroll_offset.y
        if index < len(self._lines):
            self.cursor = index
            line = self._lines[index]
            if isinstance(line, Heading):
                self.turn_fold(line.group)
            elif event.chain == 2:
                self.post_message(self.Opened())

    def action_move(self, by: int) -> None:
        self._go(self.cursor + by)

    def action_page(self, pages: int) -> None:
        self._go(self.cursor + pages * max(1, self.size.height - 2))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._lines) - 1)

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
        layout = self._layout or self._arrange()
        index = y - 1 + self.scroll_offset.y
        if y == 0:
            return self._strip(heading(layout), self.rich_style)
        if y == 1 and self._filter and not self._rows:
            nothing = f"  no host matches {self._filter.strip()!r}; {self._clear_key} clears"
            return self._strip([(nothing, "attention")], self.rich_style)
        if index >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        base = self.rich_style
        if index == self.cursor:
            part = "cursor" if self.has_focus else "blurred"
            style = self.get_component_rich_style(f"host-table--{part}")
            base += Style(bgcolor=style.bgcolor, reverse=style.reverse)
        line = self._lines[index]
        return self._strip(heading_cells(line) if isinstance(line, Heading) else cells(line, layout), base)

    def _strip(self, line: list[Cell], base: Style) -> Strip:
        segments = [
            Segment(text, _over(base, self.get_component_rich_style(f"host-table--{part}")))
            for text, part in line
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)


@lru_cache(maxsize=256)
def _over(base: Style, part: Style) -> Style:
    """Returns the line's style with a part's colour and weight. To make it takes 9 us; a line has a dozen."""
    return base + Style(color=part.color, bold=part.bold)
