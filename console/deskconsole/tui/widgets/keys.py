"""The keys at the lower edge; on a narrow terminal those give way that the help and the menu still name."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

MINOR = frozenset({"deploy", "doctor"})
"""80 cells have no room for these beside the others; the pane of a host that is down names the doctor."""


class Keys(Footer):
    """Textual's footer, with the minor keys marked for the style sheet."""

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            if isinstance(widget, FooterKey) and widget.action in MINOR:
                widget.add_class("-minor")
            yield widget
