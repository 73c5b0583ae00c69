"""The input device of a synthetic desktop: a PC's keyboard with the US layout, and a pointer."""

from __future__ import annotations

from typing import Final

from deskagent.capture.scenes.actions import Action, ButtonAction, KeyAction, PointerAction, TextAction
from deskagent.capture.scenes.us_keyboard import CHARACTERS, LETTERS
from deskagent.capture.synthetic_desktop import SyntheticDesktop
from deskagent.input.device import InputBlocked, KeyboardLayout
from deskwire.control import ChordName

_LAYOUT: Final = KeyboardLayout(characters=CHARACTERS, capitals=LETTERS)


class SyntheticDevice:
    """An InputDevice over a desktop that people use."""

    repeats = True

    def __init__(self, desktop: SyntheticDesktop) -> None:
        self._desktop = desktop

    def keyboard(self) -> tuple[KeyboardLayout, int]:
        """The US layout, and the locks that were toggled by their keys."""
        return _LAYOUT, self._desktop.state.locks

    def press(self, code: int, *, down: bool) -> None:
        """A key goes down or up."""
        self._act(KeyAction(code, down))

    def write(self, text: str) -> None:
        """Types characters that no key here gives."""
        self._act(TextAction(text))

    def move(self, x: int, y: int) -> None:
        """Moves the pointer to a pixel."""
        self._act(PointerAction(x, y))

    def button(self, number: int, *, down: bool, x: int, y: int) -> None:
        """A button goes down or up there."""
        self._act(ButtonAction(number, down, x, y))

    def wheel(self, right: int, down: int, x: int, y: int) -> None:  # noqa: ARG002
        """The pointer moves there; nothing on this desktop scrolls."""
        self.move(x, y)

    def chord(self, name: ChordName) -> None:  # noqa: ARG002
        """Raises InputBlocked: there is no system behind this desktop."""
        raise InputBlocked("this desktop is only drawn, for a demo or a test: a real host would do that")

    def release_all(self) -> None:
        """Every key and button goes up."""
        state = self._desktop.state
        for code in sorted(state.held):
            self.press(code, down=False)
        for button in sorted(state.buttons):
            self.button(button, down=False, x=state.pointer[0], y=state.pointer[1])

    def close(self) -> None:
        """Nothing is held."""

    def _act(self, action: Action) -> None:
        self._desktop.act(action)
