"""What has to be asked: is this the host's key, what is the secret, shall this be destroyed.

In each the safe answer has the focus, and escape gives it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from ...safe_text import safe_text
from ...ssh.questions import SecretRequest, UnknownHostKey


class Dialog(ModalScreen[bool | str | None]):
    """A framed question. Escape dismisses it with None: the safe answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "no", "No", tooltip="The safe answer"),
        Binding("left,right", "other", "Other button", show=False),
    ]
    KIND = "-question"

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes=f"dialog {self.KIND}") as dialog:
            dialog.border_title = Content(self._title)
            yield from self.body()

    def body(self) -> Iterable[Widget]:
        """What stands inside the frame."""
        raise NotImplementedError

    def action_no(self) -> None:
        self.dismiss(None)

    def action_other(self) -> None:
        self.focus_next(Button)


class TrustScreen(Dialog):
    """An unknown host key: its fingerprint in full, to be compared."""

    def __init__(self, question: UnknownHostKey) -> None:
        super().__init__(f"unknown host key: {safe_text(question.host, 64)}")
        self._question = question

    def body(self) -> Iterable[Widget]:
        question = self._question
        address = safe_text(question.address, 120)
        yield text(f"{address} has not been seen before. Its {safe_text(question.algorithm, 40)} key is")
        yield Static(Content(grouped(question.fingerprint)), classes="fingerprint")
        yield text(
            "Compare it with what the host itself prints:\n\n  ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub\n"
            "  (Windows keeps them in C:\\ProgramData\\ssh)\n\n"
            "If it differs, somebody may stand between you and the host.",
            "quiet",
        )
        yield buttons(
            Button("Do not trust", id="no", compact=True), Button("Trust and connect", id="yes", compact=True)
        )

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


class SecretScreen(Dialog):
    """A password, passphrase or code: shown as dots, used once, never stored."""

    def __init__(self, request: SecretRequest) -> None:
        super().__init__(f"{safe_text(request.kind, 20)} for {safe_text(request.host, 64)}")
        self._request = request

    def body(self) -> Iterable[Widget]:
        request = self._request
        if request.attempt > 1:
            yield Static(
                Content.styled(f"That was not accepted. Attempt {request.attempt}.", "$warning"),
                classes="text",
            )
        yield text(safe_text(request.prompt))
        yield Input(password=True, compact=True)
        yield Horizontal(
            Label("enter goes on, escape calls it off", classes="keys", markup=False), classes="buttons"
        )

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class ConfirmScreen(Dialog):
    """Something will be destroyed: what, and what not."""

    KIND = "-danger"

    def __init__(self, title: str, destroys: str, keeps: str, *, yes: str) -> None:
        super().__init__(title)
        self._destroys = destroys
        self._keeps = keeps
        self._yes = yes

    def body(self) -> Iterable[Widget]:
        yield text(self._destroys)
        yield text(self._keeps, "quiet")
        yield buttons(
            Button("Keep", id="no", compact=True),
            Button(Content(self._yes), id="yes", variant="error", compact=True),
        )

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


QuestionScreen = TrustScreen | SecretScreen


def question_screen(asked: UnknownHostKey | SecretRequest) -> QuestionScreen:
    """The dialog for a question."""
    return TrustScreen(asked) if isinstance(asked, UnknownHostKey) else SecretScreen(asked)


def grouped(fingerprint: str) -> str:
    """`SHA256:` and then groups of eight, the whole of it, so that eyes can hold on to a place."""
    scheme, colon, digits = safe_text(fingerprint).rpartition(":")
    groups = [digits[start : start + 8] for start in range(0, len(digits), 8)]
    return f"{scheme}{colon} {' '.join(groups)}".strip()


def text(words: str, kind: str = "") -> Static:
    return Static(Content(words), classes=f"text {kind}")


def buttons(*choices: Button) -> Horizontal:
    return Horizontal(*choices, classes="buttons")
