"""The keyboard of the console's X server: a key event becomes its position and what it gives there."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from Xlib import XK, X

from deskwire.control import CAPS_LOCK, NUM_LOCK, SCROLL_LOCK
from deskwire.keys import BY_CODE, BY_X_NAME
from deskx11.xkb import LOCK_MASK, Keymap, XKeyboard

from .messages import KeyInput

if TYPE_CHECKING:
    from Xlib.display import Display
    from Xlib.protocol.rq import Event

_XK_SCROLL_LOCK = 0xFF14
_NOWHERE = 0


class KeyReader:
    """Knows which keys are held. Raises LookupError where the server cannot tell repeats from presses."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._keyboard = XKeyboard(display)
        if not self._keyboard.detect_repeat():
            raise LookupError("the X server does not tell a key that repeats from one that is pressed again")
        self._keymap: Keymap | None = None
        self._locks: tuple[tuple[int, int], ...] = ()
        self._down: dict[int, KeyInput] = {}
        """The keys that were pressed, by keycode."""
        self._passed_over: set[int] = set()
        """The keys that were held before: neither their repeats nor their release mean anything."""

    @property
    def held(self) -> bool:
        """True if a key that counts is down."""
        return bool(self._down)

    def is_new_map(self, event: Event) -> bool:
        """True where this event says that keys give something else now: they are read again."""
        if self._keyboard.is_new_map(event):
            self._keymap = None
            return True
        return False

    def keycodes(self, codes: Iterable[int]) -> list[int]:
        """The server's codes of the keys at these positions."""
        names = {BY_CODE[code].x_name for code in codes}
        return [keycode for keycode, name in self._map().names.items() if name in names]

    def look_at_held(self) -> None:
        """Begins with the keys that are held now: they count only after they have gone up."""
        self._down.clear()
        self._passed_over = self._held()

    def pass_over(self, *, but: frozenset[int]) -> None:
        """The host has nothing of what is held any more; keys at the positions `but` are still heard."""
        self._pass_over({keycode for keycode, key in self._down.items() if key.code not in but})

    def unsent(self, press: KeyInput, *, but: frozenset[int]) -> None:
        """The host did not get this press: it is to get no repeat of it, and no release."""
        if press.code not in but:
            self._pass_over({keycode for keycode, key in self._down.items() if key is press})

    def gone_up(self) -> list[KeyInput]:
        """The releases of keys that went up while another window heard of it."""
        held = self._held()
        self._passed_over &= held
        return [self._release(keycode) for keycode in list(self._down) if keycode not in held]

    def read(self, event: Event) -> KeyInput | None:
        """The key of a KeyPress or KeyRelease; None where it says nothing."""
        keycode = event.detail
        if event.type == X.KeyRelease:
            self._passed_over.discard(keycode)
            return self._release(keycode) if keycode in self._down else None
        if keycode in self._passed_over:
            return None
        keymap = self._map()
        place = BY_X_NAME.get(keymap.names.get(keycode, ""))
        text, dead = keymap.text(keycode, event.state)
        if place is None and not text:
            return None
        key = KeyInput(
            time.monotonic(),
            _NOWHERE if place is None else place.code,
            down=True,
            text=text[:8],
            dead=dead,
            locks=sum(bit for mask, bit in self._locks if event.state & mask),
            repeat=keycode in self._down,
        )
        self._down[keycode] = key
        return key

    def _pass_over(self, keycodes: set[int]) -> None:
        self._passed_over |= keycodes
        for keycode in keycodes:
            del self._down[keycode]

    def _release(self, keycode: int) -> KeyInput:
        pressed = self._down.pop(keycode)
        return KeyInput(time.monotonic(), pressed.code, down=False, text=pressed.text, locks=pressed.locks)

    def _held(self) -> set[int]:
        bits = self._display.query_keymap()
        return {keycode for keycode in range(256) if bits[keycode // 8] >> keycode % 8 & 1}

    def _map(self) -> Keymap:
        if self._keymap is None:
            self._keymap = self._keyboard.keymap()
            # No server says which modifier Scroll Lock has; mostly it has none.
            self._locks = (
                (LOCK_MASK, CAPS_LOCK),
                (self._keymap.modifiers_of(XK.XK_Num_Lock), NUM_LOCK),
                (self._keymap.modifiers_of(_XK_SCROLL_LOCK), SCROLL_LOCK),
            )
        return self._keymap
