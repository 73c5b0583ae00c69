"""Adding or changing a host: one line a field, each checked where it stands."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from deskconsole.common.safe_text import safe_text
from deskconsole.inventory.host import Host, same_way
from deskconsole.session.state import SETTLED
from deskconsole.tui.controller import Controller
from deskconsole.tui.host_edits import save
from deskconsole.tui.text.host_fields import FIELDS, Field, read, texts
from deskconsole.tui.widgets.choice import Choice
from deskconsole.tui.widgets.fields import PlainInput
from deskconsole.wording.status import WHOLE

SAVES = "enter or ctrl+s saves, escape cancels"
SAVES_AND_CONNECTS = "enter or ctrl+s saves and connects again, escape cancels"


class HostForm(ModalScreen[None]):
    """A form for `host`, or for a new one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", tooltip="Leave everything as it was"),
        Binding("ctrl+s,enter", "save", "Save"),
        # With priority: else letters typed right behind a tab still go to the field before.
        Binding("tab,down", "app.focus_next", "Next field", show=False, priority=True),
        Binding("shift+tab,up", "app.focus_previous", "Field before", show=False, priority=True),
    ]

    def __init__(self, controller: Controller, host: Host | None) -> None:
        super().__init__()
        self._controller = controller
        self._host = host
        self.keys_wait = False

    def compose(self) -> ComposeResult:
        at_first = texts(self._host)
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = (
                "Add a host" if self._host is None else Content(safe_text(self._host.name, 64))
            )
            dialog.border_subtitle = SAVES
            with VerticalScroll(can_focus=False):
                for field in FIELDS:
                    with Vertical(classes="field"):
                        with Horizontal(classes="field"):
                            yield Label(field.label, classes="label", markup=False)
                            yield _line(field, at_first[field.name])
                        yield Static("", classes="wrong", id=f"{field.name}-wrong", markup=False)
            yield Static("", classes="wrong", id="form-wrong", markup=False)
            yield Horizontal(
                Button("Cancel", id="cancel", compact=True),
                Button("Save", id="save", variant="primary", compact=True),
                classes="buttons",
            )

    def on_mount(self) -> None:
        self.query_one("#name").focus()

    def _read(self) -> tuple[Host | None, dict[str, str]]:
        typed = {field.name: self._typed(field) for field in FIELDS}
        own = self._host.name if self._host else None
        return read(typed, {host.name for host in self._controller.view.hosts} - {own}, self._host)

    def _typed(self, field: Field) -> str:
        line = self.query_one(f"#{field.name}")
        return line.value if isinstance(line, Input | Choice) else ""

    def on_input_changed(self, event: Input.Changed) -> None:
        """A complaint goes as soon as what it complained of is gone; new ones wait for leaving the field."""
        host, wrong = self._read()
        self._foretell(host)
        field = event.input.id or ""
        if field not in wrong:
            self._complain(field, "")

    def on_input_blurred(self, event: Input.Blurred) -> None:
        field = event.input.id or ""
        if event.input.value or field != "name":
            self._complain(field, self._read()[1].get(field, ""))

    def on_descendant_focus(self) -> None:
        self._foretell(self._read()[0])

    def _foretell(self, host: Host | None) -> None:
        """Says beforehand if saving ends the session and begins another one."""
        before = self._host
        active = before is not None and self._controller.view.snapshot(before.name).state not in SETTLED
        again = active and before is not None and host is not None and not same_way(before, host)
        self.query_one(".dialog").border_subtitle = SAVES_AND_CONNECTS if again else SAVES

    def on_input_submitted(self) -> None:
        self.action_save()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self.action_save()
        else:
            self.dismiss()

    def action_cancel(self) -> None:
        self.dismiss()

    def action_save(self) -> None:
        host, wrong = self._read()
        for field in FIELDS:
            self._complain(field.name, wrong.get(field.name, ""))
        if host is None:
            self.query_one(f"#{next(field.name for field in FIELDS if field.name in wrong)}").focus()
        elif not self.keys_wait:
            self.keys_wait = True
            self._save(host)

    @work(exclusive=True)
    async def _save(self, host: Host) -> None:
        error = await save(self._controller, self._host, host)
        self.keys_wait = False
        if error is None:
            self.dismiss()
        else:
            self._complain("form", safe_text(error.whole, WHOLE))

    def _complain(self, field: str, words: str) -> None:
        label = self.query_one(f"#{field}-wrong", Static)
        label.update(words)
        label.set_class(bool(words), "-shown")


def _line(field: Field, value: str) -> PlainInput | Choice:
    """The widget that a field is filled in with."""
    if field.choices:
        return Choice(value, field.choices, id=field.name)
    return PlainInput(value, placeholder=field.hint, id=field.name, compact=True)
