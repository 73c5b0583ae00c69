"""The sign of a synthetic desktop: a line in its picture. No person sits there to click on it."""

from __future__ import annotations

from collections.abc import Callable

from deskagent.capture.scenes.actions import SignAction
from deskagent.capture.scenes.wallpaper import sign_place
from deskagent.capture.synthetic_desktop import SyntheticDesktop
from deskwire.geometry import Rectangle


class SyntheticSign:
    """A Sign on a desktop that people use."""

    def __init__(self, desktop: SyntheticDesktop, clicked: Callable[[], None]) -> None:  # noqa: ARG002
        self._desktop = desktop

    def show(self, text: str) -> None:
        """Shows this text from now on."""
        self._desktop.act(SignAction(text))

    def hide(self) -> None:
        """Hides the line."""
        self._desktop.act(SignAction(""))

    @property
    def area(self) -> Rectangle | None:
        """The line's place on the drawn desktop while it is there."""
        text = self._desktop.state.sign
        return sign_place(text, self._desktop.room.width) if text else None

    @property
    def gone(self) -> bool:
        """False: no program closes it."""
        return False

    def close(self) -> None:
        """Hides the line."""
        self.hide()
