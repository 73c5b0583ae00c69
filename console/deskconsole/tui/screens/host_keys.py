"""Questions about host keys: one that is new, one that has changed, and lists of several of either."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Label, Static

from deskconsole.common.safe_text import safe_text
from deskconsole.ssh.prompts import ChangedHostKey, UnknownHostKey
from deskconsole.tui.questions import PendingQuestion
from deskconsole.tui.widgets.breakpoints import KEY_LINE
from deskconsole.tui.widgets.tick_list import TickList

from .question import QuestionScreen, buttons, text

KeyQuestion = UnknownHostKey | ChangedHostKey

_COMPARE = (
    "Compare with what the host itself prints:\n\n  ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub\n"
    "  (Windows keeps them in C:\\ProgramData\\ssh)"
)


def key_screen(asked: KeyQuestion, waiting: Sequence[PendingQuestion]) -> QuestionScreen:
    """The dialog for a question about a host key; a list where several wait."""
    several = len(_distinct(waiting, type(asked))) > 1
    if isinstance(asked, ChangedHostKey):
        return ForgetListScreen(waiting) if several else ChangedKeyScreen(asked, waiting)
    return TrustListScreen(waiting) if several else TrustScreen(asked, waiting)


class OneKeyScreen(QuestionScreen):
    """One host key. It gives way to a list as soon as there is another."""

    def __init__(self, title: str, question: KeyQuestion, waiting: Sequence[PendingQuestion]) -> None:
        super().__init__(f"{title}: {safe_text(question.host, 64)}", [])
        self._kind = type(question)
        self.goes_on(waiting)

    def goes_on(self, waiting: Sequence[PendingQuestion]) -> bool:
        distinct = _distinct(waiting, self._kind)
        before, self._asked = self._asked, next(iter(distinct.values()), [])
        # Questions about the same key may join; those about another one do not.
        return len(distinct) == 1 and (not before or any(pending in before for pending in self._asked))

    def on_mount(self) -> None:
        self.query_one("#no").focus()


class TrustScreen(OneKeyScreen):
    """An unknown host key: its fingerprint in full, to be compared."""

    def __init__(self, question: UnknownHostKey, waiting: Sequence[PendingQuestion]) -> None:
        super().__init__("Unknown host key", question, waiting)
        self._question = question

    def body(self) -> Iterable[Widget]:
        question = self._question
        address = safe_text(question.address, 120)
        yield text(f"{address} has not been seen before. Its {safe_text(question.algorithm, 40)} key is")
        yield _fingerprint(question.fingerprint)
        yield text(f"{_COMPARE}\n\nIf it differs, someone may be intercepting the connection.", "quiet")
        yield buttons(
            Button("Do not trust", id="no", compact=True), Button("Trust and connect", id="yes", compact=True)
        )


class ChangedKeyScreen(OneKeyScreen):
    """A host shows another key than before: both, to be compared; the old one can be forgotten."""

    KIND = "-danger"

    def __init__(self, question: ChangedHostKey, waiting: Sequence[PendingQuestion]) -> None:
        super().__init__("The host key has changed", question, waiting)
        self._question = question

    def body(self) -> Iterable[Widget]:
        question = self._question
        yield text(f"{safe_text(question.address, 120)} does not show the key that you trusted.")
        for algorithm, known in question.known:
            yield text(f"Trusted until now ({safe_text(algorithm, 40)}):", "key-kind")
            yield _fingerprint(known)
        yield text(f"Shown now ({safe_text(question.algorithm, 40)}):", "key-kind")
        yield _fingerprint(question.fingerprint)
        yield text(
            "Somebody may stand between you and the host. Forget the old key only if you know why it "
            f"changed, such as a new installation. {_COMPARE}\n\nThe new key is asked about next.",
            "quiet",
        )
        yield buttons(
            Button("Keep it, do not connect", id="no", compact=True),
            Button("Forget the old key", id="yes", variant="error", compact=True),
        )


class KeyListScreen(QuestionScreen):
    """Several host keys: each is compared and ticked, and those that are ticked get a yes."""

    ABOUT: ClassVar[type[KeyQuestion]]
    INTRODUCTION: ClassVar[str]
    RESULT: ClassVar[str]
    VERB: ClassVar[str]

    def __init__(self, title: str, waiting: Sequence[PendingQuestion]) -> None:
        self._keys = _distinct(waiting, self.ABOUT)
        super().__init__(title, _all(self._keys))

    def goes_on(self, waiting: Sequence[PendingQuestion]) -> bool:
        self._keys = _distinct(waiting, self.ABOUT)
        self._asked = _all(self._keys)
        self._show()
        return bool(self._keys)

    def body(self) -> Iterable[Widget]:
        yield text(self.INTRODUCTION)
        yield TickList[KeyQuestion]()
        yield text(
            f"{self.RESULT} Compare with what each host itself prints: "
            "ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub (Windows: C:\\ProgramData\\ssh)",
            "quiet",
        )
        yield Horizontal(
            Label(f"space: tick  a: all  enter: {self.VERB.lower()}", classes="keys", markup=False),
            Button(f"{self.VERB} none", id="no", compact=True),
            Button(f"{self.VERB} 0", id="yes", compact=True, disabled=True),
            classes="buttons",
        )

    @abstractmethod
    def lines(self, question: KeyQuestion, head: str) -> tuple[str, ...]:
        """The entry of a key in the list: host and address as `head`, and its fingerprints."""

    def on_mount(self) -> None:
        self.query_one(TickList).focus()
        self._show()

    def on_resize(self) -> None:
        self._show()

    def on_tick_list_changed(self) -> None:
        number = len(self.query_one(TickList).ticked)
        button = self.query_one("#yes", Button)
        button.label = f"{self.VERB} {number}"
        button.disabled = number == 0

    def on_tick_list_done(self) -> None:
        if self.query_one(TickList).ticked:
            self._take_ticked()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._take_ticked()
        else:
            self.decide(False)  # noqa: FBT003

    def _take_ticked(self) -> None:
        ticked = set(self.query_one(TickList).ticked)
        self.dismiss({pending: key in ticked for key, asked in self._keys.items() for pending in asked})

    def _show(self) -> None:
        if not self.is_mounted or not self._keys:
            return
        wide = self.app.size.width >= KEY_LINE
        self.query_one(".dialog").set_class(wide, "-wide")
        rows = [(safe_text(key.host, 30), safe_text(key.address, 40)) for key in self._keys]
        columns = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
        entries = []
        for key, row in zip(self._keys, rows, strict=True):
            head = "  ".join(set_cell_size(cell, width) for cell, width in zip(row, columns, strict=True))
            lines = self.lines(key, head)
            entries.append((key, ("  ".join(lines),) if wide and len(lines) == 2 else lines))
        self.query_one(TickList).show(entries)
        self.on_tick_list_changed()


class TrustListScreen(KeyListScreen):
    """Several unknown host keys."""

    ABOUT = UnknownHostKey
    INTRODUCTION = "These hosts are new here. Tick those whose fingerprint is right."
    RESULT = "What is not ticked is not trusted."
    VERB = "Trust"

    def __init__(self, waiting: Sequence[PendingQuestion]) -> None:
        super().__init__("Unknown host keys", waiting)

    def lines(self, question: KeyQuestion, head: str) -> tuple[str, ...]:
        head = f"{head}  {safe_text(question.algorithm, 20)}"
        return head, safe_text(question.fingerprint)


class ForgetListScreen(KeyListScreen):
    """Several hosts whose key has changed."""

    KIND = "-danger"
    ABOUT = ChangedHostKey
    INTRODUCTION = (
        "Not the keys that you trusted: someone may be intercepting, or the hosts were installed again. "
        "Tick whose old key to forget."
    )
    RESULT = "The new keys are asked about next."
    VERB = "Forget"

    def __init__(self, waiting: Sequence[PendingQuestion]) -> None:
        super().__init__("Host keys have changed", waiting)

    def lines(self, question: KeyQuestion, head: str) -> tuple[str, ...]:
        known = question.known if isinstance(question, ChangedHostKey) else ()
        kinds = ", ".join(dict.fromkeys(safe_text(kind, 20) for kind, _ in known))
        old = [f"old  {safe_text(print_)}" for _, print_ in known]
        new = f"new  {safe_text(question.fingerprint)}"
        return (f"{head}  {kinds} -> {safe_text(question.algorithm, 20)}", *old, new)


def _distinct(
    waiting: Sequence[PendingQuestion], kind: type[KeyQuestion]
) -> dict[KeyQuestion, list[PendingQuestion]]:
    """Each key once, with all that ask about it: one jump host may stand before many hosts."""
    keys: dict[KeyQuestion, list[PendingQuestion]] = {}
    for pending in waiting:
        if isinstance(pending.asked, kind):
            keys.setdefault(replace(pending.asked, connecting=""), []).append(pending)
    return keys


def _all(keys: dict[KeyQuestion, list[PendingQuestion]]) -> list[PendingQuestion]:
    return [pending for asked in keys.values() for pending in asked]


def _fingerprint(words: str) -> Static:
    """A fingerprint as ssh-keygen prints it: groups of its own could not be searched for or pasted."""
    return Static(Content(safe_text(words)), classes="fingerprint")
