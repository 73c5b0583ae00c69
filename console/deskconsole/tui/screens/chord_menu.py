"""The menu of keys that a terminal cannot send."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from deskconsole.common.safe_text import safe_text
from deskconsole.tui.chords import CHORDS, MenuChord
from deskconsole.tui.text.colours import MUTED

from .question import Dialog


class ChordMenu(Dialog[MenuChord]):
    """Dismisses with the chord that was chosen."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Send keys to {safe_text(name, 64)}")

    def body(self) -> Iterable[Widget]:
        width = max(len(chord.label) for chord in CHORDS) + 2
        lines = [Content.assemble(chord.label.ljust(width), (chord.does, MUTED)) for chord in CHORDS]
        yield OptionList(*(Option(line) for line in lines), markup=False)

    def on_mount(self) -> None:
        self.query_one(".dialog").border_subtitle = "enter: send  esc: cancel"
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(CHORDS[event.option_index])
