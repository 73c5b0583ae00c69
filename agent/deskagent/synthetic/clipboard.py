"""The clipboard of a synthetic desktop; its notepad copies to it and pastes from it."""

from __future__ import annotations

from deskagent.capture.scenes.actions import ClipAction
from deskagent.capture.synthetic_desktop import SyntheticDesktop
from deskagent.clipboard.text import from_wire, to_wire


class SyntheticClipboard:
    """A SystemClipboard over a desktop that people use."""

    def __init__(self, desktop: SyntheticDesktop) -> None:
        self._desktop = desktop

    def fetch(self) -> str:
        """The text that was copied or put. Raises ClipRefused where there is nothing."""
        return to_wire(self._desktop.state.clip)

    def put(self, text: str) -> None:
        """Ctrl+V in the notepad gives this text. Raises ClipRefused where it is too long."""
        self._desktop.act(ClipAction(from_wire(text)))

    def close(self) -> None:
        """Nothing is held."""
