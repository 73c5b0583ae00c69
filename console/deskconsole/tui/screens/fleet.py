"""The first screen: all hosts, the selected one in detail, what happened last."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label, OptionList

from deskconsole.common.safe_text import safe_text
from deskconsole.tui.controller import Controller
from deskconsole.tui.messages import (
    DemoChosen,
    HostFormOpened,
    HostOpened,
    ImportOpened,
    WallOpened,
    WallWindowOpened,
)
from deskconsole.tui.text.log_line import LONGEST, LogLine
from deskconsole.tui.text.row_order import NO_GROUP, groups_of, heading_facts
from deskconsole.tui.text.rows import make_row, matches
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.event_pane import EventPane
from deskconsole.tui.widgets.fields import PlainInput
from deskconsole.tui.widgets.header import Header
from deskconsole.tui.widgets.heights import EVENTS, share_lines
from deskconsole.tui.widgets.host_detail import DetailNeeds, HostDetail
from deskconsole.tui.widgets.host_table import HostTable
from deskconsole.tui.widgets.keys import Keys
from deskconsole.tui.widgets.welcome import WelcomePane

from .base import HostActions


class FleetScreen(HostActions, inherit_bindings=False):
    """Hosts, detail, events."""

    acts_on_marked = True
    AUTO_FOCUS = "HostTable"  # else the first that takes keys has them, the filter that is not shown
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "open", "Picture", key_display="↵", tooltip="The picture, figures and events of the host"
        ),
        *HostActions.BINDINGS,
        Binding("asterisk", "mark_shown", "Mark all", show=False, tooltip="Mark all that are shown, or none"),
        Binding("w", "wall", "Wall", tooltip="The pictures of all hosts that the filter shows"),
        Binding("C", "connect_all", "Connect all", show=False, tooltip="Connect all that the filter shows"),
        Binding("W", "wall_window", "Wall window", show=False, tooltip="All that are shown, in a window"),
        Binding("f5", "reload", "Reload", show=False, tooltip="Read hosts.toml again"),
        Binding("a", "add", "Add", tooltip="Add a host"),
        Binding("i", "import", "Import", show=False, tooltip="Add hosts from the SSH configuration"),
        Binding("slash", "filter", "Filter", priority=True, tooltip="Show only hosts with these words"),
        Binding("f", "columns", "Figures", show=False, tooltip="Other columns: who is there, or traffic"),
        Binding("escape", "unfilter", "All", tooltip="Close the filter; then take all marks away"),
    ]

    def __init__(self, controller: Controller, *, demo_offered: bool) -> None:
        super().__init__(controller)
        self._demo_offered = demo_offered
        # Every key of the footer asks for the selected host: a query each would cost 8 ms a key pressed.
        self._table: HostTable | None = None
        self._needs: DetailNeeds | None = None
        """Needs of the host that was selected last: the panes keep their heights while a heading is."""

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal(id="filter-line"):
            yield Label("/")
            # Disabled while it is hidden: keys that are typed before the screen is up would go into it.
            yield PlainInput(
                placeholder="name, address, group, person or state",
                compact=True,
                select_on_focus=False,
                disabled=True,
            )
            yield Label("", classes="count", markup=False)
        self._table = HostTable(self.controller.keys.key_of("unfilter"))
        yield self._table
        yield WelcomePane(demo_offered=self._demo_offered)
        yield HostDetail(self.controller.picture, self.controller.keys.key_of)
        yield EventPane(self.controller.clock)
        yield Keys(compact=True)

    def on_mount(self) -> None:
        log = self.query_one(EventPane)
        log.border_title = Content(f"Events   {self.controller.keys.key_of('log')}: all events")
        log.add_class("pane")
        log.extend(self.controller.events.lines)
        self.controller.host_saved.subscribe(self, self.query_one(HostTable).select)
        self.query_one(HostTable).focus()

    @property
    def selected(self) -> str | None:
        # Asked for while the screen is put up, too.
        return None if self._table is None else self._table.selected

    @property
    def marked(self) -> tuple[str, ...]:
        """The marked hosts, in the order of the table; those that the filter hides come last."""
        marked = super().marked
        if not marked or self._table is None:
            return marked
        places = {row.name: place for place, row in enumerate(self._table.rows)}
        return tuple(sorted(marked, key=lambda name: places.get(name, len(places))))

    @property
    def no_host(self) -> str:
        heading = None if self._table is None else self._table.heading
        if heading is None:
            return ""
        mark = self.controller.keys.key_of("mark")
        return f"this is the heading of a group: {mark} marks its hosts, and then the key acts on them"

    @property
    def visible_hosts(self) -> tuple[str, ...]:
        return () if self._table is None else self._table.in_sight

    def show(self, view: FleetView) -> None:
        empty = not view.hosts
        if empty != self.has_class("-empty"):
            self.set_class(empty, "-empty")
            (self.query_one(OptionList) if empty else self.query_one(HostTable)).focus()
        wanted = self.query_one(Input).value
        behind = self.controller.addresses.of
        marks = self.controller.marks
        rows = [
            make_row(host, view.snapshot(host.name), view.now, behind(host), marked=host.name in marks)
            for host in view.hosts
        ]
        shown = [row for row in rows if matches(row, wanted)]
        count, said = self.query_one(".count", Label), f"{len(shown)} of {len(rows)}" if wanted else ""
        if count.content != said:  # it would lay out the whole screen again: 3 ms
            count.update(said)
        self.query_one(HostTable).show(shown, groups=groups_of(rows), filter_=wanted)
        self.set_class(len(marks) > 0, "-marked")
        self.query_one(Header).show(view, len(self.controller.questions.hosts()), marked=len(marks))
        self._show_detail()
        self.refresh_bindings()

    def tells(self, line: LogLine) -> bool:
        return self._in_row(line) or super().tells(line)

    def _in_row(self, line: LogLine) -> bool:
        """True if the host's row has the reason and the remedy, whole."""
        table = self.query_one(HostTable)
        name = next((name for name in table.in_sight if safe_text(name, 64) == line.host), None)
        if name is None:
            return False
        snapshot = self.controller.view.snapshot(name)
        parts = [safe_text(part, LONGEST).rstrip(".") for part in (snapshot.reason, snapshot.remedy) if part]
        shown = table.text_of(name)
        failure = getattr(line.event, "failure", None)
        told = failure is not None and (failure.reason, failure.remedy) == (snapshot.reason, snapshot.remedy)
        return told and all(part in shown for part in parts)

    def _show_detail(self) -> None:
        view = self.controller.view
        detail, log = self.query_one(HostDetail), self.query_one(EventPane)
        width, height = self.size
        heading = self.query_one(HostTable).heading
        if heading is None or self._needs is None or self._needs.width != width:
            self._needs = detail.show(
                view.host(self.selected), view.snapshot(self.selected or ""), view.now, width
            )
        needs = self._needs
        if not view.hosts:
            self._leave_room_for_welcome()
            return
        lines = share_lines(
            height - 3 if self.has_class("-filtered") else height - 2,
            rows=self.query_one(HostTable).height_of_all,
            facts=needs.facts,
            picture=needs.picture,
            events=len(self.controller.events.lines),
        )
        self.query_one(HostTable).styles.height = lines.table
        detail.styles.height = lines.detail
        detail.display = lines.detail > 0
        log.styles.height = lines.events
        log.display = lines.events > 0
        self.lift_toasts(lines.events)
        if heading is not None:
            facts = heading_facts(heading, self.controller.keys.key_of("mark"))
            detail.show_group(heading.group or NO_GROUP, facts)
        else:
            detail.lay_out(needs, lines.detail)

    def _leave_room_for_welcome(self) -> None:
        log = self.query_one(EventPane)
        lines = EVENTS if self.controller.events.lines else 0
        log.styles.height = lines
        log.display = lines > 0
        self.lift_toasts(lines)

    def on_host_table_moved(self) -> None:
        if self.selections:  # of the pane below: another host's words are there now
            self.clear_selection()
        self._show_detail()
        self.refresh_bindings()

    def on_host_table_folded(self) -> None:
        self._show_detail()

    def on_host_table_opened(self) -> None:
        self.action_open()

    def on_welcome_pane_chosen(self, event: WelcomePane.Chosen) -> None:
        ways = {"add": HostFormOpened, "import": ImportOpened, "demo": DemoChosen}
        self.post_message(ways[event.way]())

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value:  # a filter is never hidden
            self.add_class("-filtered")
        self.show(self.controller.view)

    def on_input_submitted(self) -> None:
        self.query_one(HostTable).focus()

    def action_open(self) -> None:
        if self._table is not None and (heading := self._table.heading):
            self._table.turn_fold(heading.group)
        elif name := self.selected:
            self.post_message(HostOpened(name))

    def action_mark(self) -> None:
        table = self._table
        if table is None:
            return
        heading = table.heading
        if heading is not None:
            self.controller.mark(table.hosts_of(heading.group))
        else:
            super().action_mark()
            table.action_move(1)

    def action_mark_shown(self) -> None:
        if self._table is not None and (shown := self._table.unfolded):
            self.controller.turn_marks(shown)

    def action_wall(self) -> None:
        if names := self._shown_names():
            self.post_message(WallOpened(self.query_one(Input).value, names, self.selected))

    def action_connect_all(self) -> None:
        if names := self._shown_names():
            self.controller.connect_all(names)

    def action_wall_window(self) -> None:
        if names := self._shown_names():
            self.post_message(WallWindowOpened(names))

    def _shown_names(self) -> tuple[str, ...]:
        """The hosts that the filter shows, in the list's order; where it shows none, that is said."""
        names = () if self._table is None else tuple(row.name for row in self._table.rows)
        if not names:
            words = self.query_one(Input).value.strip()
            clears = self.controller.keys.key_of("unfilter")
            none = f"no host matches {safe_text(words, 60)!r}; {clears} clears the filter"
            self.controller.say(none if words else "no host is listed", severity="warning")
        return names

    def action_columns(self) -> None:
        self.query_one(HostTable).turn_columns()

    def action_reload(self) -> None:
        self.controller.reload(asked=True)

    def action_add(self) -> None:
        self.post_message(HostFormOpened())

    def action_import(self) -> None:
        self.post_message(ImportOpened())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the filter itself a slash is a letter; escape is a key where there is one to close."""
        if action == "filter" and self.is_mounted:
            return not isinstance(self.focused, Input)
        if action == "unfilter":
            return self.has_class("-filtered") or bool(self.controller.marks)
        return super().check_action(action, parameters)

    def action_filter(self) -> None:
        # At once, not by `focus`, which waits its turn: letters typed right behind the slash belong here.
        self.add_class("-filtered")
        filter_line = self.query_one(Input)
        filter_line.disabled = False
        self.set_focus(filter_line)

    def action_unfilter(self) -> None:
        if not self.has_class("-filtered"):
            self.controller.mark_only(())
            return
        filter_line = self.query_one(Input)
        filter_line.value = ""
        filter_line.disabled = True
        self.remove_class("-filtered")
        self.query_one(HostTable).focus()
        self.refresh_bindings()
