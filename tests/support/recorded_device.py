"""An input device that only records what it is told."""

from __future__ import annotations

from deskagent.input.device import KeyboardLayout
from deskwire.control import ChordName


class RecordedDevice:
    """Keeps every call as a tuple, and knows what is down."""

    repeats = False

    def __init__(self, layout: KeyboardLayout | None = None) -> None:
        self._layout = layout or KeyboardLayout()
        self.locks = 0
        self.calls: list[tuple[object, ...]] = []
        self.keys_down: set[int] = set()
        self.buttons_down: set[int] = set()

    def keyboard(self) -> tuple[KeyboardLayout, int]:
        return self._layout, self.locks

    def press(self, code: int, *, down: bool) -> None:
        self.calls.append(("press", code, down))
        (self.keys_down.add if down else self.keys_down.discard)(code)

    def write(self, text: str) -> None:
        self.calls.append(("write", text))

    def move(self, x: int, y: int) -> None:
        self.calls.append(("move", x, y))

    def button(self, number: int, *, down: bool, x: int, y: int) -> None:
        self.calls.append(("button", number, down, x, y))
        (self.buttons_down.add if down else self.buttons_down.discard)(number)

    def wheel(self, right: int, down: int, x: int, y: int) -> None:
        self.calls.append(("wheel", right, down, x, y))

    def chord(self, name: ChordName) -> None:
        self.calls.append(("chord", name))

    def release_all(self) -> None:
        self.calls.append(("release_all",))
        self.keys_down.clear()
        self.buttons_down.clear()

    def close(self) -> None:
        self.calls.append(("close",))
