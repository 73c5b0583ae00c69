"""The way of one host from nothing to its first picture, step by step; it can be cancelled or put aside."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from deskconsole.common.safe_text import safe_text
from deskconsole.session.state import LIVE, SETTLED, State
from deskconsole.tui.controller import Controller
from deskconsole.tui.messages import DoctorOpened
from deskconsole.tui.text.deploy_steps import beside, steps, summary, words
from deskconsole.tui.view import FleetView
from deskconsole.tui.widgets.lines import Lines

from .base import ConsoleScreen

EVERY = 0.5
"""Seconds between two looks while it is open: bytes go quickly."""

CHOICES = {
    "hide": ("Hide", "escape"),
    "cancel": ("Cancel", "x"),
    "close": ("Close", "escape"),
    "doctor": ("Doctor", "o"),
    "again": ("Try again", "c"),
    "view": ("View", "v"),
}
"""The buttons: what each says, and its key."""


class DeployScreen(ConsoleScreen, ModalScreen[None]):
    """Opened by a key it stays until it is closed; `unasked` it goes away with the first picture."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,h,d", "hide", "Hide", tooltip="Closes; what is under way continues behind it"),
        Binding("x", "leave", "Cancel", tooltip="Ends what is under way, and closes; no harm is done"),
        Binding("o", "doctor", "Doctor", tooltip="Look for what is wrong, step by step"),
        Binding("c", "again", "Try again", tooltip="Connects once more"),
        Binding("v", "view", "View", tooltip="Open the desktop in a window"),
        Binding("left", "app.focus_previous", "Button before", show=False),
        Binding("right", "app.focus_next", "Next button", show=False),
    ]

    def __init__(self, controller: Controller, name: str, *, unasked: bool = False) -> None:
        super().__init__(controller)
        self.host = name
        self._unasked = unasked
        self._offered: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Deploy {safe_text(self.host, 64)}")
            with VerticalScroll(can_focus=False):
                yield Lines("steps")
                yield Lines("words")
            yield Lines("summary")
            yield Static("", classes="beside quiet", markup=False)
            with Horizontal(classes="buttons"):
                for name, (label, key) in CHOICES.items():
                    shown = self.app.get_key_display(Binding(key, ""))
                    yield Button(Content(f"{label}  {shown}"), id=name, compact=True)

    def on_mount(self) -> None:
        self.set_interval(EVERY, self.controller.pull)

    def show(self, view: FleetView) -> None:
        if view.host(self.host) is None:  # removed, or renamed
            self._close()
            return
        snapshot = view.snapshot(self.host)
        if self._unasked and snapshot.state in LIVE:
            self._close()
            return
        scroll = self.query_one(VerticalScroll)
        width = scroll.scrollable_content_region.width
        at_end = scroll.is_vertical_scroll_end
        self.query_one(".steps", Lines).show(steps(snapshot, width))
        self.query_one(".words", Lines).show(words(snapshot, view.now))
        self.query_one(".summary", Lines).show([summary(snapshot)])
        self.query_one(".beside", Static).update(Content(beside(view, self.host, width)))
        if at_end:
            scroll.scroll_end(animate=False)
        self._offer(snapshot.state)

    def _offer(self, state: State) -> None:
        """Shows the buttons that make sense now; the first of them is harmless and has the focus."""
        offered: tuple[str, ...] = ("hide", "cancel")
        if state in LIVE:
            offered = ("close", "view")
        elif not _goes_on(state):
            offered = ("close", "doctor", "again")
        if offered != self._offered:
            self._offered = offered
            for name in CHOICES:
                self.query_one(f"#{name}").display = name in offered
            self.query_one(f"#{offered[0]}").focus()
            self.refresh_bindings()

    def _close(self) -> None:
        if self.is_active:
            self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """A key does what a button that is shown does."""
        if action == "leave":
            return "cancel" in self._offered
        return action not in ("doctor", "again", "view") or action in self._offered

    def on_button_pressed(self, event: Button.Pressed) -> None:
        ways = {
            "cancel": self.action_leave,
            "doctor": self.action_doctor,
            "again": self.action_again,
            "view": self.action_view,
        }
        ways.get(event.button.id or "", self.action_hide)()

    def action_leave(self) -> None:
        state = self.controller.view.snapshot(self.host).state
        if state not in LIVE and _goes_on(state):
            self.controller.cancel(self.host)
        self._close()

    def action_hide(self) -> None:
        self._close()

    def action_doctor(self) -> None:
        self.post_message(DoctorOpened(self.host))
        self._close()

    def action_again(self) -> None:
        self.controller.act(self.host, lambda fleet: fleet.connect(self.host))

    def action_view(self) -> None:
        self._close()
        self.controller.act(self.host, lambda fleet: fleet.view(self.host))


def _goes_on(state: State) -> bool:
    """True if there is something to be cancelled; a host that is idle here has just been told to connect."""
    return state is State.IDLE or state not in SETTLED
