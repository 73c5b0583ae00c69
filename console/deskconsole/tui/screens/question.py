"""The dialog for a password, passphrase or code; and the base of all dialogs.

In each the safe answer has the focus, and escape gives it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from deskconsole.common.safe_text import safe_lines, safe_text
from deskconsole.ssh.prompts import SecretRequest
from deskconsole.tui.questions import Answer, PendingQuestion
from deskconsole.tui.widgets.fields import AnswerInput
from deskconsole.tui.widgets.tick import Tick

Given = dict[PendingQuestion, Answer]
"""The decision of a dialog: an answer for each question that it answers."""

T = TypeVar("T")


class Dialog(ModalScreen[T], Generic[T]):
    """A framed question. Escape dismisses it with None: the safe answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "no", "No", tooltip="The safe answer"),
        Binding("left", "other(-1)", "Button before", show=False),
        Binding("right", "other(1)", "Next button", show=False),
    ]
    KIND = "-question"

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes=f"dialog {self.KIND}") as dialog:
            dialog.border_title = Content(self._title)
            yield from self.body()

    @abstractmethod
    def body(self) -> Iterable[Widget]:
        """The widgets inside the frame."""

    def action_no(self) -> None:
        self.dismiss(None)

    def action_other(self, by: int) -> None:
        if by > 0:
            self.focus_next(Button)
        else:
            self.focus_previous(Button)


class QuestionScreen(Dialog[Given]):
    """A dialog for questions of the queue."""

    def __init__(self, title: str, asked: Sequence[PendingQuestion]) -> None:
        super().__init__(title)
        self._asked = list(asked)

    def goes_on(self, waiting: Sequence[PendingQuestion]) -> bool:
        """True if the dialog is still the one for what waits now; it then shows what has changed."""
        return any(pending in waiting for pending in self._asked)

    def refusal(self) -> Given:
        """No to all that it asks."""
        return dict.fromkeys(self._asked)

    def decide(self, answer: Answer) -> None:
        """The same answer to all that it asks."""
        self.dismiss(dict.fromkeys(self._asked, answer))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.decide(event.button.id == "yes")


class SecretScreen(QuestionScreen):
    """A password, passphrase or code: for all that ask for the same, and for others if that is ticked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # At once: a key that first goes through the input arrives after the letters behind it.
        Binding("tab", "others", "Others", show=False, priority=True),
        Binding("pagedown", "scroll(1)", "Scroll", show=False),
        Binding("pageup", "scroll(-1)", "Scroll", show=False),
    ]

    def __init__(self, request: SecretRequest, waiting: Sequence[PendingQuestion]) -> None:
        account = safe_text(request.account.removesuffix(":22"), 80)
        name = account or ("a key file" if request.key_file else safe_text(request.host, 64))
        super().__init__(f"{name} - {safe_text(request.kind, 20)}", _alike(request, waiting))
        self._request = request
        self._others = _others(request, waiting)

    def goes_on(self, waiting: Sequence[PendingQuestion]) -> bool:
        self._asked = _alike(self._request, waiting)
        if not self._asked:
            return False
        # What is ticked is for those that were named then.
        still = self._others if self._ticked else _others(self._request, waiting)
        self._others = [pending for pending in still if pending in waiting]
        self._show()
        return True

    def body(self) -> Iterable[Widget]:
        request = self._request
        if request.attempt > 1:
            yield Static(
                Content.styled(f"That was not accepted. Attempt {request.attempt}.", "$warning"),
                classes="text",
            )
        yield text("", "quiet for")
        with_lines = Static(Content(safe_lines(request.prompt)))
        yield VerticalScroll(with_lines, classes="prompt", can_focus=False)
        yield AnswerInput(password=not request.echo, compact=True)
        tick = Tick(classes="others")
        names = VerticalScroll(text("", "quiet"), classes="others-named", can_focus=False)
        # Hidden from the first frame on where there are none.
        tick.display = names.display = bool(self._others)
        yield tick
        yield names
        yield Horizontal(Label("", classes="keys", markup=False), classes="buttons")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        others = self._others if self._ticked else []
        self.dismiss(dict.fromkeys((*self._asked, *others), event.value))

    def action_others(self) -> None:
        if self._others:
            self.query_one(Tick).action_tick()

    def action_scroll(self, pages: int) -> None:
        for part in self.query(VerticalScroll):
            part.scroll_relative(y=pages * max(1, part.size.height - 1), animate=False)

    @property
    def _ticked(self) -> bool:
        return self.is_mounted and self.query_one(Tick).ticked

    def _show(self) -> None:
        if not self.is_mounted:
            return
        self.query_one(".for", Static).update(Content(self._for_whom()))
        others = self._others
        tick = self.query_one(Tick)
        tick.display = bool(others)
        more = "the other host that asks" if len(others) == 1 else f"the {len(others)} others that ask"
        tick.label = f"Use it for {more} for a password now:"
        names = self.query_one(".others-named")
        names.display = bool(others)
        user = self._request.account.rpartition("@")[0]
        listed = ", ".join(_named(pending, user) for pending in others)
        names.query_one(Static).update(Content(listed))
        keys = "enter: continue   esc: cancel"
        if others:
            keys = f"tab: for the others too   {keys}"
        if any(part.max_scroll_y for part in self.query(VerticalScroll)):
            keys = f"page up, page down: scroll   {keys}"
        self.query_one(".keys", Label).update(keys)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def _for_whom(self) -> str:
        """The hosts that wait for the answer, in a sentence."""
        names = [safe_text(name, 64) for name in dict.fromkeys(pending.host for pending in self._asked)]
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        if self._request.key_file:
            return f"Needed for {shown}. It also serves every other host that uses this key file."
        asked = safe_text(self._request.host, 64)
        return f"Jump host {asked}, on the way to {shown}." if names != [asked] else f"Host {shown}."


def _alike(request: SecretRequest, waiting: Sequence[PendingQuestion]) -> list[PendingQuestion]:
    """Those that the same answer serves: the same key file, or a password of the same account."""
    found = []
    for pending in waiting:
        asked = pending.asked
        if not isinstance(asked, SecretRequest) or asked.kind != request.kind:
            continue
        same_file = bool(asked.key_file) and asked.key_file == request.key_file
        same_account = (
            asked.kind == "password"
            and bool(asked.account)
            and (asked.account, asked.prompt) == (request.account, request.prompt)
        )
        if asked is request or same_file or same_account:
            found.append(pending)
    return found


def _others(request: SecretRequest, waiting: Sequence[PendingQuestion]) -> list[PendingQuestion]:
    """Those that ask for a password of another account now."""
    alike = _alike(request, waiting)
    return [
        pending
        for pending in waiting
        if isinstance(pending.asked, SecretRequest)
        and pending.asked.kind == request.kind == "password"
        and pending not in alike
    ]


def _named(pending: PendingQuestion, user: str) -> str:
    """The host, and the account where that is another user's."""
    asked = pending.asked
    name = safe_text(asked.host, 64)
    account = asked.account if isinstance(asked, SecretRequest) else ""
    return name if account.rpartition("@")[0] == user else f"{name} ({safe_text(account, 80)})"


def text(words: str, kind: str = "") -> Static:
    return Static(Content(words), classes=f"text {kind}")


def buttons(*choices: Button) -> Horizontal:
    return Horizontal(*choices, classes="buttons")
