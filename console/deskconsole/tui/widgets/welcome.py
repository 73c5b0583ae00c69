"""The first start, with no hosts: one sentence and the ways to go on."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from deskconsole.tui.text.colours import MUTED

SENTENCE = "deskconsole shows the desktops of your machines, over nothing but SSH."


class WelcomePane(Container):
    """`Chosen` says which way: `add`, `import` or `demo`."""

    class Chosen(Message):
        """The person chose a way to begin."""

        def __init__(self, way: str) -> None:
            super().__init__()
            self.way = way

    def __init__(self, *, demo_offered: bool) -> None:
        super().__init__()
        self._demo_offered = demo_offered

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content.styled(SENTENCE, "bold"))
            yield Static("There are no hosts yet.", classes="quiet")
            yield OptionList(*self._options(), markup=False)

    def _options(self) -> list[Option]:
        options = [
            Option(_line("Add a host", "by name or address"), "add"),
            Option(_line("Import hosts", "from your SSH configuration"), "import"),
        ]
        if self._demo_offered:
            options.append(Option(_line("Try the demo", "three desktops inside this program"), "demo"))
        return options

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.post_message(self.Chosen(event.option_id))


def _line(what: str, how: str) -> Content:
    return Content.assemble(f"{what:<16}", (how, MUTED))
