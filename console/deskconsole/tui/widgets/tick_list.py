"""A list in which several entries can be ticked: `[ ]` and `[x]`.

Textual's SelectionList tells them apart by a colour only.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

T = TypeVar("T", bound=Hashable)


class TickList(OptionList, Generic[T], inherit_bindings=False):
    """Entries of type T; space ticks one, `a` all or none. Enter posts `Done`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", "Tick"),
        Binding("a", "tick_all", "All or none"),
        Binding("enter", "done", "Done", show=False),
        Binding("down,j", "cursor_down", "Down", show=False),
        Binding("up,k", "cursor_up", "Up", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
    ]

    class Changed(Message):
        """Other entries are ticked now."""

    class Done(Message):
        """The person has ticked what was to be ticked."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._entries: dict[T, tuple[str, ...]] = {}
        self._ticked: set[T] = set()

    @property
    def ticked(self) -> list[T]:
        """In the order of the list."""
        return [entry for entry in self._entries if entry in self._ticked]

    def show(self, entries: Iterable[tuple[T, tuple[str, ...]]]) -> None:
        """Shows these entries, each with its lines (safe text); what stays keeps its tick."""
        wanted = dict(entries)
        if wanted == self._entries:
            return
        at = self.highlighted
        self._entries = wanted
        self._ticked &= set(wanted)
        self.clear_options()
        self.add_options(Option(self._content(entry)) for entry in wanted)
        self.highlighted = min(at or 0, len(wanted) - 1) if wanted else None

    def action_tick(self) -> None:
        if self.highlighted is not None:
            self._tick([list(self._entries)[self.highlighted]])

    def action_tick_all(self) -> None:
        rest = [entry for entry in self._entries if entry not in self._ticked]
        self._tick(rest or list(self._entries))

    def action_done(self) -> None:
        self.post_message(self.Done())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click ticks."""
        event.stop()
        self._tick([list(self._entries)[event.option_index]])

    def _tick(self, entries: list[T]) -> None:
        self._ticked ^= set(entries)
        places = {entry: index for index, entry in enumerate(self._entries)}
        for entry in entries:
            self.replace_option_prompt_at_index(places[entry], self._content(entry))
        self.post_message(self.Changed())

    def _content(self, entry: T) -> Content:
        sign = "[x]" if entry in self._ticked else "[ ]"
        head, *more = self._entries[entry]
        return Content("\n".join([f"{sign} {head}", *(f"    {line}" for line in more)]))
