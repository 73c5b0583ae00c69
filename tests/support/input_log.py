"""A window of the tests' own that keeps every key and button it gets."""

from __future__ import annotations

from typing import Any, NamedTuple

from Xlib import X

from deskx11.connection import connect
from support.xvfb import wait_for

_EVENTS = X.KeyPressMask | X.KeyReleaseMask | X.ButtonPressMask | X.ButtonReleaseMask
_KINDS = {
    X.KeyPress: "key down",
    X.KeyRelease: "key up",
    X.ButtonPress: "button down",
    X.ButtonRelease: "button up",
}


class LoggedInput(NamedTuple):
    """One event."""

    kind: str
    number: int
    """A keycode or a button."""
    x: int
    y: int


class InputLog:
    """Opens a window over the whole screen of the server that DISPLAY names, above everything else."""

    def __init__(self) -> None:
        self._display: Any = connect()
        screen = self._display.screen()
        self._window: Any = screen.root.create_window(
            0, 0, screen.width_in_pixels, screen.height_in_pixels, 0, X.CopyFromParent,
            override_redirect=True, event_mask=_EVENTS,
        )  # fmt: skip
        self._window.map()
        self._display.sync()
        self._seen: list[LoggedInput] = []

    def events(self, kind: str, count: int) -> list[tuple[int, int, int]]:
        """Waits for so many events of a kind; returns all of them: number and place."""
        wait_for(lambda: len(self._of(kind)) >= count, what=f"{count} times {kind}")
        return [(event.number, event.x, event.y) for event in self._of(kind)]

    def _of(self, kind: str) -> list[LoggedInput]:
        self._display.sync()
        while self._display.pending_events():
            event = self._display.next_event()
            if event.type in _KINDS:
                self._seen.append(LoggedInput(_KINDS[event.type], event.detail, event.root_x, event.root_y))
        return [event for event in self._seen if event.kind == kind]

    def close(self) -> None:
        """Closes the window."""
        self._display.close()


def held_keycodes() -> list[int]:
    """The keys and buttons that the server holds down: keycodes, and the buttons' bits negative."""
    display = connect()
    try:
        keys = display.query_keymap()
        mask = display.screen().root.query_pointer().mask
        held = [keycode for keycode in range(256) if keys[keycode >> 3] >> (keycode & 7) & 1]
        return held + ([-mask] if mask & 0x1FFF & ~(X.LockMask | X.Mod2Mask) else [])
    finally:
        display.close()
