"""The dialog before something is destroyed, taken from another console, or typed without a way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host
from deskconsole.tui.bulk import BulkAction
from deskconsole.tui.text.amount import amount

from .question import Dialog, buttons, text

NAMED = 40
"""Hosts that are named before an action on many; more would not fit beside the buttons."""

Confirmed = Literal["yes", "also"]


class ConfirmScreen(Dialog[Confirmed]):
    """Dismisses with the button that was chosen: `also` is one that destroys more; None keeps everything."""

    KIND = "-danger"

    def __init__(
        self, title: str, destroys: str, keeps: str, *, yes: str, also: str = "", no: str = "Keep"
    ) -> None:
        super().__init__(title)
        self._also = also
        self._destroys = destroys
        self._keeps = keeps
        self._yes = yes
        self._no = no

    def body(self) -> Iterable[Widget]:
        yield text(self._destroys)
        yield text(self._keeps, "quiet")
        choices = [
            Button(self._no, id="no", compact=True),
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


def confirm_bulk(action: BulkAction, hosts: Sequence[Host]) -> ConfirmScreen:
    """The one dialog before an action on many hosts; it names all of them."""
    number = f"{len(hosts)} host{'' if len(hosts) == 1 else 's'}"
    names = ", ".join(safe_text(host.name, 64) for host in hosts[:NAMED])
    more = f" and {len(hosts) - NAMED} more" if len(hosts) > NAMED else ""
    return ConfirmScreen(
        f"{action.title} {number}",
        f"{action.title} {number}: {names}{more}?\n\n{action.destroys}",
        action.keeps,
        yes=f"{action.title} {len(hosts)}",
        no="Cancel",
    )


def confirm_force(name: str, holder: str) -> ConfirmScreen:
    """The dialog about taking control from another console."""
    other = safe_text(holder, 64) or "another console"
    return ConfirmScreen(
        f"Control {safe_text(name, 64)}",
        f"{other} controls this host. Take control over?",
        f"What {other} holds down goes up, and that console is told who took over.",
        yes="Take over",
        no="Leave it",
    )


def confirm_paste(name: str, text: str) -> ConfirmScreen:
    """The dialog about typing a long text, or one with several lines."""
    lines = text.count("\n") + 1
    begins = safe_text(text.strip().partition("\n")[0], 60)
    return ConfirmScreen(
        f"Type into {safe_text(name, 64)}",
        f"Type the pasted text: {amount(text)}?",
        f"It begins with: {begins}" + (" Each line end is an Enter." if lines > 1 else ""),
        yes="Type it",
        no="Cancel",
    )


def _named(host: Host) -> str:
    label = safe_text(host.name, 64)
    return label if host.target == host.name else f"{label} ({safe_text(host.target, 120)})"
