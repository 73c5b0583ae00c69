"""The keys at the lower edge; on a narrow terminal those give way that the help and the menu still name."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

MINOR = frozenset({"deploy", "doctor", "log", "type", "wall"})
"""80 cells have no room for these beside the others; the pane of a host that is down names the doctor."""


class Keys(Footer):
    """Textual's footer, with the minor keys marked for the style sheet, made again only for other keys.

    Every host that the cursor comes to is asked what can be done to it. To take all the keys down and put
    them up again for that cost 50 ms of CPU a key, and as much a second.
    """

    def __init__(self, *, compact: bool) -> None:
        super().__init__(compact=compact)
        self._composed: list[object] = []

    def compose(self) -> ComposeResult:
        self._composed = self._shown(self.screen) if self._bindings_ready else []
        for widget in super().compose():
            if isinstance(widget, FooterKey) and widget.action in MINOR:
                widget.add_class("-minor")
            yield widget

    def bindings_changed(self, screen: Screen[object]) -> None:
        if not self._composed or self._shown(screen) != self._composed:
            super().bindings_changed(screen)
        elif screen is self.screen:
            enabled: dict[str, bool] = {}
            for active in screen.active_bindings.values():
                if self._is_shown(active.binding):
                    enabled.setdefault(active.binding.action, active.enabled)
            for key in self.query(FooterKey):
                key._disabled = disabled = not enabled.get(key.action, True)  # noqa: SLF001
                key.set_class(disabled, "-disabled")

    @staticmethod
    def _shown(screen: Screen[object]) -> list[object]:
        """Returns what the keys are made of, except for which of them are grey."""
        return [
            (active.binding, active.tooltip)
            for active in screen.active_bindings.values()
            if Keys._is_shown(active.binding)
        ]

    @staticmethod
    def _is_shown(binding: Binding) -> bool:
        return binding.show or binding.system
