"""Turns the console's inputs into what a device understands, and lets go of everything again."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from deskwire.control import CAPS_LOCK, NUM_LOCK, ChordName, Key
from deskwire.keys import CONTROL, LOCK_KEYS

from .device import InputBlocked, InputDevice, KeyboardLayout
from .held_keys import MODIFIERS, HeldKeys
from .key_router import ENTER, TAB, KeyRouter, RouteStep, TextStep

_FOLLOWED: Final = CAPS_LOCK | NUM_LOCK
"""The console's locks that the host follows; Scroll Lock is a key as any other."""
_PIECES: Final = re.compile(r"\r\n|[\r\n\t]|[^\x00-\x1f\x7f-\x9f]+")


class Injector:
    """Acts on one device, from one thread only. Each method may raise InputBlocked or DeviceGone."""

    def __init__(self, device: InputDevice) -> None:
        self._device = device
        self._keys = HeldKeys()
        self._router = KeyRouter(self._keys)
        self._buttons: set[int] = set()
        self._place = (0, 0)
        self._locks: int | None = None

    @property
    def held(self) -> bool:
        """True if a key or a button is down."""
        return bool(self._keys or self._buttons)

    def begin(self) -> None:
        """A console begins to act: the locks are remembered, and modifiers that are down go up."""
        with contextlib.suppress(InputBlocked):
            _, self._locks = self._device.keyboard()
        for code in MODIFIERS:
            with contextlib.suppress(InputBlocked):
                self._device.press(code, down=False)

    def end(self) -> None:
        """The console does not act any more: everything goes up, and the locks are as they were."""
        locks, self._locks = self._locks, None
        with contextlib.suppress(InputBlocked):
            self.release_all()
        if locks is not None:
            with contextlib.suppress(InputBlocked):
                self._set_locks(*self._device.keyboard(), locks, sum(LOCK_KEYS.values()))

    def key(self, key: Key) -> None:
        """A key of the console went down or up."""
        with self._all_or_nothing():
            for step in self._steps(key):
                self._take(step)

    @contextlib.contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Takes a key's steps; if one fails, those before it must not leave keys down."""
        try:
            yield
        except InputBlocked:
            with contextlib.suppress(InputBlocked):
                self.release_all()
            raise

    def _steps(self, key: Key) -> Iterator[RouteStep]:
        layout, locks = self._device.keyboard() if key.down else (KeyboardLayout(), 0)
        if key.down and key.code not in LOCK_KEYS:
            locks = self._set_locks(layout, locks, key.locks, _FOLLOWED)
        return self._router.route(key, layout, locks, repeats=self._device.repeats)

    def _take(self, step: RouteStep) -> None:
        if isinstance(step, TextStep):
            self._device.write(step.text)
        else:
            self._device.press(step.code, down=step.down)

    def _set_locks(self, layout: KeyboardLayout, locks: int, wanted: int, followed: int) -> int:
        """Toggles the host's locks that differ; returns those that are on then."""
        for code, lock in LOCK_KEYS.items():
            if (locks ^ wanted) & followed & lock and code in layout.toggles:
                self._tap(code)
                locks ^= lock
        return locks

    def type(self, text: str) -> None:
        """Types characters, whatever is held: the modifiers are down again afterwards."""
        modifiers = self._keys.modifiers
        with self._all_or_nothing():
            self._mask_menu()
            for code in modifiers:
                self._device.press(code, down=False)
            for piece in _PIECES.findall(text):
                if piece == "\t":
                    self._tap(TAB)
                elif piece in ("\n", "\r", "\r\n"):
                    self._tap(ENTER)
                else:
                    self._device.write(piece)
            for code in modifiers:
                self._device.press(code, down=True)

    def move(self, x: int, y: int) -> None:
        """Moves the pointer to a pixel, in the system's own coordinates."""
        self._place = (x, y)
        self._device.move(x, y)

    def button(self, number: int, *, down: bool, x: int, y: int) -> None:
        """A button of the pointer goes down or up there."""
        self._place = (x, y)
        self._device.button(number, down=down, x=x, y=y)
        (self._buttons.add if down else self._buttons.discard)(number)

    def wheel(self, right: int, down: int, x: int, y: int) -> None:
        """The wheel turns there, by 120ths of a notch."""
        self._place = (x, y)
        self._device.wheel(right, down, x, y)

    def chord(self, name: ChordName) -> None:
        """Hands the chord to the device; keys that are held stay as they are."""
        self._device.chord(name)

    def release_all(self) -> None:
        """Everything goes up: what is held, and what an agent that was killed has left.

        Each release is tried, also where the system blocks the one before; InputBlocked comes at the end.
        """
        self._release(self._device.release_all)

    def release_held(self) -> None:
        """Releases the keys and buttons of this injector, and none that another agent may hold."""
        self._release()

    def _release(self, *more: Callable[[], None]) -> None:
        self._router.forget()
        buttons, self._buttons = self._buttons, set()
        x, y = self._place
        # This key only masks the menu: where it is blocked, the releases matter more.
        with contextlib.suppress(InputBlocked):
            self._mask_menu()
        blocked: InputBlocked | None = None
        releases: list[Callable[[], None]] = [
            *(partial(self._device.press, code, down=False) for code in self._keys.let_all_go()),
            *(partial(self._device.button, number, down=False, x=x, y=y) for number in buttons),
            *more,
        ]
        for release in releases:
            try:
                release()
            except InputBlocked as error:
                blocked = error
        if blocked is not None:
            raise blocked

    def _mask_menu(self) -> None:
        """Alt or Win that goes up alone opens a menu; not after another key, and Ctrl alone does nothing."""
        if self._keys.opens_menu:
            self._tap(CONTROL)
            self._keys.tapped()

    def _tap(self, code: int) -> None:
        self._device.press(code, down=True)
        self._device.press(code, down=False)

    def close(self) -> None:
        """Gives the device back; may be called again."""
        self._device.close()
