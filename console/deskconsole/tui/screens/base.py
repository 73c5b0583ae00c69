"""The base of the console's screens, and the keys that act on the selected host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from deskconsole.session.on_screen import OnScreen
from deskconsole.session.state import LIVE, SETTLED, State
from deskconsole.tui.controller import Controller
from deskconsole.tui.messages import (
    BulkAsked,
    BulkReportOpened,
    ChordsOpened,
    ClipFetchAsked,
    ClipPutAsked,
    ControlToggled,
    DeployOpened,
    DoctorOpened,
    HistoryOpened,
    HostFormOpened,
    PictureAsked,
    PictureOpened,
    RemoteDesktopAsked,
    RemoveAsked,
    ShellAsked,
    TypingOpened,
    UndeployAsked,
    WakeAsked,
)
from deskconsole.tui.text.log_line import LogLine
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.event_pane import EventPane
from deskwire.control import ControlState

_TOO_SMALL = "the terminal is too small: {} columns and {} lines are the least"


class ConsoleScreen(Screen[None]):
    """Shows the fleet's newest view and the newest events for as long as it is mounted.

    A question or a toast may come over it at any time, unless it is not `interruptible`.
    """

    interruptible: ClassVar[bool] = True
    typing: ClassVar[bool] = False
    """The selected host is typed into here, and its picture is wanted at once."""
    full: ClassVar[bool] = False
    """The selected host fills the screen: its full stream is wanted."""
    wall: ClassVar[bool] = False
    """The pictures of the visible hosts are shown, and no others are wanted."""
    least: ClassVar[tuple[int, int]] = (40, 10)
    """Columns and lines below which nothing of it could be read, and a sentence says so."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.controller = controller
        if not isinstance(self, ModalScreen):  # keys of dialogs stay as they are
            self._bindings = controller.keys.applied(self._bindings)

    def on_mount(self) -> None:
        """Runs behind the `on_mount` of the derived class."""
        if any(self.least):
            self.mount(Static(_TOO_SMALL.format(*self.least), classes="too-small", markup=False))
        self.controller.view_changed.subscribe(self, self._show)
        self.controller.events_arrived.subscribe(self, self.add_events)
        self._show(self.controller.view)

    def on_screen_resume(self) -> None:
        # Over a screen that is not active there is another one, which makes itself the foreground.
        if self.is_active and self.interruptible:
            self.controller.foreground = self
        self._show_newest()

    def on_screen_suspend(self) -> None:
        # A dialog above it shows the same toasts; the rack comes back with the next ones, or on top again.
        for rack in self.query("ToastRack"):
            rack.display = False

    def on_resize(self) -> None:
        self.set_class(self.size.width < self.least[0] or self.size.height < self.least[1], "-too-small")
        # Behind the layout, and as a callback of the screen: it may be gone by then.
        self.call_after_refresh(self.call_next, self._show_newest)

    def _show_newest(self) -> None:
        self._show(self.controller.view)

    def _show(self, view: FleetView) -> None:
        if self.controller.fleet is None or self._covered:
            return
        # An old view is shown too: a host that was saved in it is selected before the newer one comes.
        self.show(view)
        if self.is_active:
            self._say_what_is_seen()

    def _say_what_is_seen(self) -> None:
        self.controller.look_at(
            OnScreen(self.selected, self.visible_hosts, typing=self.typing, wall=self.wall, full=self.full)
        )

    @property
    def _covered(self) -> bool:
        """True if another screen lies over this one and lets nothing through."""
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else []
        return any(screen.styles.background.a == 1 for screen in above)

    @property
    def selected(self) -> str | None:
        """The host that the keys act on."""
        return None

    @property
    def visible_hosts(self) -> tuple[str, ...]:
        """The hosts that can be seen besides."""
        return ()

    def show(self, view: FleetView) -> None:
        """Shows `view`; called once a second and whenever something happened."""

    def add_events(self, lines: Sequence[LogLine]) -> None:
        """Shows new events below the others."""
        for pane in self.query(EventPane):
            pane.extend(self.wanted(lines))

    def wanted(self, lines: Sequence[LogLine]) -> Sequence[LogLine]:
        """Those of the events that this screen's log shows: all."""
        return lines

    def tells(self, line: LogLine) -> bool:
        """True if the line can be read on this screen: its pane of events shows the newest ones."""
        return bool(self.wanted([line])) and any(log.tells(line) for log in self.query(EventPane))

    def due_deploy(self, view: FleetView) -> str | None:  # noqa: ARG002
        """The host whose deploy is to be shown over this screen now, if any; each is named once."""
        return None

    def lift_toasts(self, lines: int) -> None:
        """Keeps what is shown for a moment off the last `lines` above the keys."""
        for rack in self.query("ToastRack"):
            rack.styles.margin = (0, 0, lines + 1, 0)


_OF_A_CONTROLLED = frozenset({"control", "type", "chords", "fetch_clip", "put_clip"})
"""Actions that need a host whose agent can be asked."""

_OF_A_CONNECTED = _OF_A_CONTROLLED | {"disconnect", "refresh", "check", "save_picture"}

_OF_A_HOST = _OF_A_CONNECTED | {
    "view",
    "view_controlled",
    "record",
    "picture",
    "connect",
    "deploy",
    "doctor",
    "shell",
    "remote_desktop",
    "wake",
    "edit",
    "undeploy",
    "remove",
}


ON_MARKED: set[str] = {"record", "stop_recording"}
"""The actions that act on all marked hosts."""


def on_marked(act: Callable[[HostActions], None]) -> Callable[[HostActions], None]:
    """Lets an action act on all marked hosts, by the bulk action of its name (`bulk_actions.py`).

    Where no host is marked, or the screen is about one host, it acts on the selected one as it is written.
    """
    name = act.__name__.removeprefix("action_")
    ON_MARKED.add(name)

    @wraps(act)
    def act_on_all(self: HostActions) -> None:
        if marked := self.marked:
            self.post_message(BulkAsked(name, marked))
        else:
            act(self)

    return act_on_all


class HostActions(ConsoleScreen):
    """Keys that act on `selected`, or on all marked hosts."""

    acts_on_marked: ClassVar[bool] = False
    """The keys that can act on the marked hosts, where any is marked; else this screen is about one host."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", show=False, tooltip="Mark the host: keys act on all marked hosts"),
        Binding("v", "view", "View", tooltip="Open the desktop in a window"),
        Binding(
            "V", "view_controlled", "View and control", show=False, tooltip="Open the window with control on"
        ),
        Binding("z", "picture", "Full size", show=False, tooltip="The picture alone, as large as it gets"),
        Binding("t", "type", "Type", tooltip="Type into the host from this terminal"),
        Binding("T", "control", "Control", show=False, tooltip="Take control of the host, or give it back"),
        Binding("K", "chords", "Send keys", show=False, tooltip="Send Ctrl+Alt+Del, Win, Alt+Tab and others"),
        Binding(
            "y", "fetch_clip", "Copy clipboard", show=False, tooltip="Copy the host's clipboard to this one"
        ),
        Binding("p", "put_clip", "Put clipboard", show=False, tooltip="Put a text into the host's clipboard"),
        Binding("c", "connect", "Connect", tooltip="Connect the host"),
        Binding("d", "deploy", "Deploy", tooltip="Connect, and see each step of the way"),
        Binding("x", "disconnect", "Disconnect", tooltip="End the session; the host stays listed"),
        Binding("r", "refresh", "Refresh", show=False, tooltip="Send the whole picture again"),
        Binding("D", "check", "Check exactness", show=False, tooltip="Compare the host's picture with ours"),
        Binding("S", "save_picture", "Save picture", show=False, tooltip="Save the host's picture in a file"),
        Binding("f9", "record", "Record", show=False, tooltip="Record the host's stream, or end that"),
        Binding("o", "doctor", "Doctor", tooltip="Look for what is wrong, step by step"),
        Binding("s", "shell", "Shell", show=False, tooltip="Open a shell on the host, by ssh"),
        Binding("R", "remote_desktop", "Remote Desktop", show=False, tooltip="Open it in an RDP client"),
        Binding("O", "wake", "Wake", show=False, tooltip="Switch the host on (wake-on-LAN)"),
        Binding(
            "H", "history", "Statistics", show=False, tooltip="What each day brought: live, outages, bytes"
        ),
        Binding("e", "edit", "Edit", show=False, tooltip="Change how the host is reached"),
        Binding("u", "undeploy", "Undeploy", show=False, tooltip="Remove agent and files from the host"),
        Binding("minus,delete", "remove", "Remove", show=False, tooltip="Take the host off the list"),
        Binding("b", "bulk_report", "Report", show=False, tooltip="The last action on marked hosts"),
    ]

    @property
    def marked(self) -> tuple[str, ...]:
        """The hosts that the keys act on together; empty where they act on the selected one."""
        return self.controller.marked if self.acts_on_marked else ()

    @property
    def _on_many(self) -> bool:
        """True if the keys act on marked hosts. The order of these is not looked for: it is asked often."""
        return self.acts_on_marked and bool(self.controller.marked)

    def due_deploy(self, view: FleetView) -> str | None:
        return self.controller.auto_open.due(view, self.selected)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Greys in the footer what cannot be done to this host now."""
        if action in ON_MARKED and self._on_many:
            return True
        if action in _OF_A_HOST:
            name = self.selected
            if name is None or self.controller.view.host(name) is None or self._obstacle(action, name):
                return None
        return True

    def on_key(self, event: events.Key) -> None:
        """Says why a key that is grey does nothing."""
        if (pressed := self.active_bindings.get(event.key)) is None:
            return
        action = pressed.binding.action
        if action not in _OF_A_HOST or pressed.enabled or (action in ON_MARKED and self._on_many):
            return
        name = self.selected
        if obstacle := self.no_host if name is None else self._obstacle(action, name):
            self.controller.say(obstacle, name or "", severity="warning")

    @property
    def no_host(self) -> str:
        """The sentence on a key that acts on a host, where none is selected; empty: none."""
        return ""

    def _obstacle(self, action: str, name: str) -> str:
        """Why this cannot be done to the host now, and the key that helps; empty where it can."""
        state, key_of = self.controller.view.snapshot(name).state, self.controller.keys.key_of
        settled = state in SETTLED
        if action in _OF_A_CONTROLLED and state in LIVE:
            # The view may be of the moment between the Welcome and what control made of it.
            status = self.controller.operator.status(name)
            return f"no control: {status.reason}" if status.state is ControlState.OFF else ""
        if action == "disconnect" and settled:
            return "not connected"
        if action in _OF_A_CONNECTED and settled:
            return f"not connected; {key_of('connect')} connects it"
        if action in _OF_A_CONTROLLED or (action == "save_picture" and state not in LIVE):
            return f"not connected yet; {key_of('deploy')} shows each step of the way"
        # A session that waits to try again does so at once.
        if action == "connect" and not settled and state is not State.RETRYING:
            under_way = f"on its way already; {key_of('deploy')} shows each step of it"
            return "connected already" if state in LIVE else under_way
        return ""

    def action_mark(self) -> None:
        if name := self.selected:
            self.controller.mark([name])

    def action_bulk_report(self) -> None:
        self.post_message(BulkReportOpened())

    @on_marked
    def action_view(self) -> None:
        self.action_view_selected()

    def action_view_selected(self) -> None:
        """Opens this one, whatever is marked: its picture was clicked."""
        if name := self.selected:
            self.controller.view_host(name)

    def action_view_controlled(self) -> None:
        if name := self.selected:
            self.controller.view_host(name, control=True)

    def action_picture(self) -> None:
        if name := self.selected:
            self.post_message(PictureOpened(name))

    def action_type(self) -> None:
        if name := self.selected:
            self.post_message(TypingOpened(name))

    def action_control(self) -> None:
        if name := self.selected:
            self.post_message(ControlToggled(name))

    def action_chords(self) -> None:
        if name := self.selected:
            self.post_message(ChordsOpened(name))

    def action_fetch_clip(self) -> None:
        if name := self.selected:
            self.post_message(ClipFetchAsked(name))

    def action_put_clip(self) -> None:
        if name := self.selected:
            self.post_message(ClipPutAsked(name))

    @on_marked
    def action_connect(self) -> None:
        if name := self.selected:
            self.controller.connect(name)

    @on_marked
    def action_deploy(self) -> None:
        if name := self.selected:
            self.controller.deploy(name)
            self.post_message(DeployOpened(name))

    @on_marked
    def action_doctor(self) -> None:
        if name := self.selected:
            self.post_message(DoctorOpened(name))

    @on_marked
    def action_save_picture(self) -> None:
        if name := self.selected:
            self.post_message(PictureAsked(name))

    def action_record(self) -> None:
        if marked := self.marked:
            running = all(self.controller.view.snapshot(name).recording_since for name in marked)
            self.post_message(BulkAsked("stop_recording" if running else "record", marked))
        elif name := self.selected:
            self.controller.record(name)

    def action_history(self) -> None:
        self.post_message(HistoryOpened(self.selected))

    @on_marked
    def action_disconnect(self) -> None:
        if name := self.selected:
            self.controller.cancel(name)

    def action_refresh(self) -> None:
        if name := self.selected:
            self.controller.ask_host(name, "refresh")

    def action_check(self) -> None:
        if name := self.selected:
            self.controller.ask_host(name, "check")

    def action_shell(self) -> None:
        if name := self.selected:
            self.post_message(ShellAsked(name))

    def action_remote_desktop(self) -> None:
        if name := self.selected:
            self.post_message(RemoteDesktopAsked(name))

    @on_marked
    def action_wake(self) -> None:
        if name := self.selected:
            self.post_message(WakeAsked(name))

    def action_edit(self) -> None:
        if name := self.selected:
            self.post_message(HostFormOpened(name))

    @on_marked
    def action_undeploy(self) -> None:
        if name := self.selected:
            self.post_message(UndeployAsked(name))

    @on_marked
    def action_remove(self) -> None:
        if name := self.selected:
            self.post_message(RemoveAsked(name))
