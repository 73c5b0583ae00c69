"""The dialog that takes a text for a host's clipboard: no terminal lets a program read its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from deskconsole.common.figures import count
from deskconsole.common.safe_text import safe_lines, safe_text
from deskconsole.tui.text.amount import amount
from deskwire.clip_text import with_line_feeds
from deskwire.limits import MAX_CLIP

from .question import Dialog, text

SHOWN = 6
"""Lines of the text that are shown."""


class ClipInput(Dialog[str]):
    """Dismisses with the text that was pasted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "put", "Put", tooltip="Into the host's clipboard")
    ]

    def __init__(self, name: str) -> None:
        super().__init__(f"Clipboard of {safe_text(name, 64)}")
        self._text = ""

    def body(self) -> Iterable[Widget]:
        yield text("Paste the text into this terminal (often ctrl+shift+v, or the right button).")
        yield text("Control characters in it are left out.")
        yield Static("", classes="text pasted", markup=False)

    def on_mount(self) -> None:
        self._say("nothing pasted yet")

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        pasted = with_line_feeds(event.text)
        if len(pasted) > MAX_CLIP:
            self._say(f"too long: {count(len(pasted))} characters, {count(MAX_CLIP)} at most", wrong=True)
            return
        self._text = pasted
        if pasted:
            self._say(f"{safe_lines(pasted, 400, SHOWN)}\n\n{amount(pasted)}")

    def action_put(self) -> None:
        if self._text:
            self.dismiss(self._text)

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self.query_one(".pasted", Static).update(Content.styled(words, "$warning" if wrong else ""))
        ready = "enter: put it there  " if self._text else ""
        self.query_one(".dialog").border_subtitle = f"{ready}esc: cancel"
