"""The dialog before something is destroyed: what will be, and what not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host

from .question import Dialog, buttons, text

Confirmed = Literal["yes", "also"]


class ConfirmScreen(Dialog[Confirmed]):
    """Dismisses with the button that was chosen: `also` is one that destroys more; None keeps everything."""

    KIND = "-danger"

    def __init__(self, title: str, destroys: str, keeps: str, *, yes: str, also: str = "") -> None:
        super().__init__(title)
        self._also = also
        self._destroys = destroys
        self._keeps = keeps
        self._yes = yes

    def body(self) -> Iterable[Widget]:
        yield text(self._destroys)
        yield text(self._keeps, "quiet")
        choices = [
            Button("Keep", id="no", compact=True),
            Button(Content(self._yes), id="yes", variant="error", compact=True),
        ]
        if self._also:
            choices.append(Button(Content(self._also), id="also", variant="error", compact=True))
        yield buttons(*choices)

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        choices: dict[str | None, Confirmed] = {"yes": "yes", "also": "also"}
        self.dismiss(choices.get(event.button.id))


def confirm_remove(host: Host) -> ConfirmScreen:
    """The dialog about taking the host off the list; `also` undeploys it before."""
    return ConfirmScreen(
        f"Remove {safe_text(host.name, 64)}",
        f"Take {_named(host)} off the list? Its settings are forgotten, its session ends.",
        "The agent and its files stay on the host itself, unless you undeploy it as well.",
        yes="Remove",
        also="Undeploy and remove",
    )


def confirm_undeploy(host: Host) -> ConfirmScreen:
    """The dialog about removing the agent and its files from the host."""
    return ConfirmScreen(
        f"Undeploy {safe_text(host.name, 64)}",
        f"The agent ends on {_named(host)}, for other consoles too, and all of its files there are "
        "deleted. The session here is closed.",
        "The host stays on the list; connecting deploys again.",
        yes="Undeploy",
    )


def _named(host: Host) -> str:
    label = safe_text(host.name, 64)
    return label if host.target == host.name else f"{label} ({safe_text(host.target, 120)})"
