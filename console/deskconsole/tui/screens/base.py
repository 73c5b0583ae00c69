"""What can be done to the selected host: the keys shared by the fleet screen and the host screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen

from deskconsole.session.state import SETTLED, State
from deskconsole.tui.text.log_line import LogLine
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.event_pane import EventPane

if TYPE_CHECKING:
    from deskconsole.tui.app import DeskconsoleApp


class ConsoleScreen(Screen[None]):
    """A screen that shows the fleet's latest view whenever it is handed one."""

    @property
    def console(self) -> DeskconsoleApp:
        return cast("DeskconsoleApp", self.app)

    def show(self, view: FleetView) -> None:
        """Shows `view`; called once a second and whenever something happened."""
        raise NotImplementedError

    def tells(self, line: LogLine) -> bool:
        """The line can be read on this screen: its pane of events shows the newest ones."""
        return bool(self.wanted([line])) and any(
            log.display and log.size.height and log.is_vertical_scroll_end for log in self.query(EventPane)
        )

    def lift_toasts(self, lines: int) -> None:
        """Keeps what is shown for a moment off the last `lines` above the keys."""
        for rack in self.query("ToastRack"):
            rack.styles.margin = (0, 0, lines + 1, 0)

    def wanted(self, lines: list[LogLine]) -> list[LogLine]:
        """Which of the events this screen's log shows: all."""
        return lines


_OF_A_HOST = frozenset(
    {"view", "connect", "deploy", "disconnect", "refresh", "check", "doctor", "edit", "undeploy", "remove"}
)


class HostActions(ConsoleScreen):
    """Keys that act on `selected`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "View", tooltip="Open the desktop in a window"),
        Binding("c", "connect", "Connect", tooltip="Connect the host"),
        Binding("d", "deploy", "Deploy", tooltip="Connect, and see each step of the way"),
        Binding("x", "disconnect", "Disconnect", tooltip="End the session; the host stays listed"),
        Binding("r", "refresh", "Refresh", show=False, tooltip="Send the whole picture again"),
        Binding("D", "check", "Check exactness", show=False, tooltip="Compare the host's picture with ours"),
        Binding("o", "doctor", "Doctor", tooltip="Look for what is wrong, step by step"),
        Binding("e", "edit", "Edit", show=False, tooltip="Change how the host is reached"),
        Binding("u", "undeploy", "Undeploy", show=False, tooltip="Remove agent and files from the host"),
        Binding("minus,delete", "remove", "Remove", show=False, tooltip="Take the host off the list"),
    ]

    @property
    def selected(self) -> str | None:
        """The host that the keys act on."""
        raise NotImplementedError

    @property
    def visible_hosts(self) -> tuple[str, ...]:
        """The hosts that can be seen besides."""
        return ()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """What cannot be done to this host now is greyed in the footer."""
        if action in _OF_A_HOST:
            view = self.console.view
            if self.selected is None or view.host(self.selected) is None:
                return None
            state = view.snapshot(self.selected).state
            settled = state in SETTLED
            if action in ("disconnect", "refresh", "check"):
                return None if settled else True
            if action == "connect":  # a session that waits to try again does so at once
                return True if settled or state is State.RETRYING else None
        return True

    def action_view(self) -> None:
        if name := self.selected:
            self.console.offers.awaited(name)
            self.console.act(name, lambda fleet: fleet.view(name))

    def action_connect(self) -> None:
        if name := self.selected:
            self.console.offers.awaited(name)
            self.console.act(name, lambda fleet: fleet.connect(name))

    def action_deploy(self) -> None:
        if name := self.selected:
            self.console.deploy_host(name)

    def action_doctor(self) -> None:
        if name := self.selected:
            self.console.examine_host(name)

    def action_disconnect(self) -> None:
        if name := self.selected:
            self.console.cancel_session(name)

    def action_refresh(self) -> None:
        if name := self.selected:
            self.console.ask_host(name, "refresh")

    def action_check(self) -> None:
        if name := self.selected:
            self.console.ask_host(name, "check")

    def action_edit(self) -> None:
        if name := self.selected:
            self.console.edit_host(name)

    def action_undeploy(self) -> None:
        if name := self.selected:
            self.console.undeploy_host(name)

    def action_remove(self) -> None:
        if name := self.selected:
            self.console.remove_host(name)
