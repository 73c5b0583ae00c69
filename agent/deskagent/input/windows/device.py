"""The input device of a Windows desktop: SendInput for keys, text and pointer."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, suppress
from ctypes import byref
from ctypes.wintypes import MSG
from types import MappingProxyType
from typing import Final, NamedTuple

from deskagent.input.device import DeviceGone, InputBlocked, KeyboardLayout
from deskwin32.calls import failed, last_error, windows
from deskwin32.desktop import ACCESS_DENIED, VISIBLE_STATION, be_dpi_aware, own_station, virtual_screen
from deskwin32.input_event import (
    KEY_UNICODE,
    KEY_UP,
    MOUSE_ABSOLUTE,
    MOUSE_HORIZONTAL_WHEEL,
    MOUSE_MOVE,
    MOUSE_VIRTUAL_DESKTOP,
    MOUSE_WHEEL,
    InputEvent,
    key_event,
    mouse_event,
)
from deskwire.control import CAPS_LOCK, NUM_LOCK, SCROLL_LOCK, ChordName
from deskwire.keys import ALT, ALTGR, CONTROL, CONTROLS, ESCAPE, KEYS, PRINT, SHIFT, SHIFTS, SUPERS

from .foreground import SECURE_DESKTOP, ForegroundRights
from .key_stroke import DELETE_KEYS, UNNOTICED, KeyStroke, key_stroke
from .late_releases import LateReleases
from .pointer_place import absolute
from .system_layout import SystemLayouts

CTRL_ALT_DEL: Final = (
    "Windows takes ctrl+alt+del from its own keyboard only, never from a program;"
    " the chords `task manager` and `lock` do what it is mostly needed for"
)

_LOCKS: Final = MappingProxyType({0x14: CAPS_LOCK, 0x90: NUM_LOCK, 0x91: SCROLL_LOCK})
"""Virtual keys of the locks."""
_L_KEY: Final = 0x4C
_MENU_KEYS: Final = frozenset({ALT, ALTGR}) | SUPERS
"""Keys whose release opens a menu where nothing else was pressed meanwhile."""
_MODIFIERS: Final = _MENU_KEYS | CONTROLS | SHIFTS
_IS_DOWN: Final = 0x8000
_SWAPPED_BUTTONS: Final = 23
"""SM_SWAPBUTTON."""
_AT_ONCE: Final = 500
"""Records in one call of SendInput; the queue of a program takes 10,000 messages."""


class _PointerButton(NamedTuple):
    """A button of the device, which the user's setting may swap with another."""

    down: int
    up: int
    data: int
    virtual_key: int


_BUTTONS: Final = MappingProxyType(
    {
        1: _PointerButton(0x2, 0x4, 0, 0x01),
        2: _PointerButton(0x20, 0x40, 0, 0x04),
        3: _PointerButton(0x8, 0x10, 0, 0x02),
        4: _PointerButton(0x80, 0x100, 1, 0x05),
        5: _PointerButton(0x80, 0x100, 2, 0x06),
    }
)
"""Buttons by the number that the wire gives them: left, middle, right, back, forward."""
_SWAPPED: Final = MappingProxyType({1: 3, 3: 1})


class WindowsInput:
    """Acts on the desktop of the session that the agent runs in."""

    repeats = True
    """Windows repeats only what a real keyboard sends."""

    def __init__(self) -> None:
        be_dpi_aware()
        station = own_station()
        if station.casefold() != VISIBLE_STATION.casefold():
            why = f"the agent runs on the window station '{station}', which no screen shows"
            raise DeviceGone(why, has_none=True)
        self._foreground = ForegroundRights()
        self._late = _LATE_RELEASES
        self._layouts = SystemLayouts()
        self._keys: dict[int, KeyStroke] = {}
        self._buttons: dict[int, _PointerButton] = {}

    def keyboard(self) -> tuple[KeyboardLayout, int]:
        """The layout of the window in front, a few microseconds while it is a known one, and the locks."""
        # A thread's view of the keyboard follows the messages that it reads; this thread gets no others.
        windows("PeekMessageW")(byref(MSG()), None, 0, 0, 0)
        locks = sum(bit for virtual_key, bit in _LOCKS.items() if windows("GetKeyState")(virtual_key) & 1)
        return self._layouts.current().keys, locks

    def press(self, code: int, *, down: bool) -> None:
        """Presses or releases a key; a release is that of what was pressed, whatever the layout is now."""
        stroke = self._keys.get(code) or self._stroke(code)
        if stroke is None:
            if down:
                raise InputBlocked(f"a PC's keyboard has no key {code:#x}")
            return
        if not down:
            # A program would see the release of a key that it never saw go down.
            held = self._keys.pop(code, None) is not None
            if held or _is_down(stroke.virtual_key):
                self._release(_ups([stroke]))
            return
        self._check()
        if code in DELETE_KEYS and self._holds(CONTROLS) and self._holds({ALT, ALTGR}):
            raise InputBlocked(CTRL_ALT_DEL)
        if stroke.virtual_key == _L_KEY and self._holds(SUPERS):
            # Windows does not lock itself for an injected Win+L (AutoHotkey's documentation).
            self.chord(ChordName.LOCK)
            return
        self._late.forget(stroke.virtual_key)
        _send([stroke.event(down=True)])
        self._keys[code] = stroke

    def write(self, text: str) -> None:
        """Types characters; programs get each as it is, whatever modifiers are held."""
        self._check()
        units = text.encode("utf-16-le", "surrogatepass")
        events = []
        for at in range(0, len(units), 2):
            unit = int.from_bytes(units[at : at + 2], "little")
            events += [
                key_event(scan=unit, flags=KEY_UNICODE),
                key_event(scan=unit, flags=KEY_UNICODE | KEY_UP),
            ]
        _send(events)

    def move(self, x: int, y: int) -> None:
        """Moves the pointer to a pixel of the virtual screen."""
        _send([_move(x, y)])

    def button(self, number: int, *, down: bool, x: int, y: int) -> None:
        """A button goes down or up there; Windows lets no other event between the records of one call."""
        pressed = self._buttons.get(number) or _button(number)
        if not down:
            up = mouse_event(data=pressed.data, flags=pressed.up)
            self._buttons.pop(number, None)
            self._release({pressed.virtual_key: up}, [_move(x, y), up])
            return
        self._check()
        self._late.forget(pressed.virtual_key)
        _send([_move(x, y), mouse_event(data=pressed.data, flags=pressed.down)])
        self._buttons[number] = pressed

    def wheel(self, right: int, down: int, x: int, y: int) -> None:
        """The wheel turns there; Windows hands fractions of a notch to the program, which adds them up."""
        self._check()
        turns = [
            mouse_event(data=amount, flags=flags)
            for amount, flags in ((-down, MOUSE_WHEEL), (right, MOUSE_HORIZONTAL_WHEEL))
            if amount
        ]
        _send([_move(x, y), *turns])

    def chord(self, name: ChordName) -> None:
        """Presses or asks Windows; raises InputBlocked for Ctrl+Alt+Del, and says what to take instead."""
        match name:
            case ChordName.CTRL_ALT_DEL:
                raise InputBlocked(CTRL_ALT_DEL)
            case ChordName.LOCK:
                try:
                    windows("LockWorkStation")()
                except OSError as error:
                    raise InputBlocked(f"Windows does not lock the session: {error.strerror}") from error
            case ChordName.TASK_MANAGER:
                self._tap(CONTROL, SHIFT, ESCAPE)
            case ChordName.PRINT:
                self._tap(PRINT)

    def release_all(self) -> None:
        """Releases what this device holds, and whatever else Windows believes to be down."""
        keys = self._keys | self._down_by_windows()
        pressed = {*self._buttons.values(), *(one for one in _BUTTONS.values() if _is_down(one.virtual_key))}
        ups = {one.virtual_key: mouse_event(data=one.data, flags=one.up) for one in pressed}
        ups |= _ups(stroke for code, stroke in keys.items() if code not in _MODIFIERS)
        menu = (
            () if _MENU_KEYS.isdisjoint(keys) else (UNNOTICED.event(down=True), UNNOTICED.event(down=False))
        )
        modifiers = _ups(stroke for code, stroke in keys.items() if code in _MODIFIERS)
        self._keys.clear()
        self._buttons.clear()
        self._release(ups | modifiers, [*ups.values(), *menu, *modifiers.values()])

    def close(self) -> None:
        """Releases what this device holds."""
        held = _ups(self._keys.values())
        held |= {one.virtual_key: mouse_event(data=one.data, flags=one.up) for one in self._buttons.values()}
        self._keys.clear()
        self._buttons.clear()
        with suppress(InputBlocked):
            self._release(held)

    def _check(self) -> None:
        if reason := self._foreground.reason():
            raise InputBlocked(reason)

    def _release(self, releases: Mapping[int, InputEvent], events: Sequence[InputEvent] = ()) -> None:
        """Sends releases, in `events` or alone, and has those repeated that Windows may have dropped."""
        blocked = bool(self._foreground.reason())
        try:
            _send(events or [*releases.values()])
        except InputBlocked:
            blocked = True
            raise
        finally:
            if blocked:
                self._late.add(releases)

    def _stroke(self, code: int) -> KeyStroke | None:
        return key_stroke(code, held=self._keys, layout_keys=self._layouts.current().virtual_keys)

    def _down_by_windows(self) -> dict[int, KeyStroke]:
        layout_keys = self._layouts.current().virtual_keys
        strokes = {key.code: key_stroke(key.code, held=(), layout_keys=layout_keys) for key in KEYS}
        return {code: stroke for code, stroke in strokes.items() if stroke and _is_down(stroke.virtual_key)}

    def _holds(self, codes: AbstractSet[int]) -> bool:
        return not codes.isdisjoint(self._keys)

    def _tap(self, *codes: int) -> None:
        """Presses keys in this order and releases them in the opposite one; what is held stays held."""
        pressed = [code for code in codes if code not in self._keys]
        with ExitStack() as releases:
            for code in pressed:
                self.press(code, down=True)
                releases.callback(self.press, code, down=False)


def _ups(strokes: Iterable[KeyStroke]) -> dict[int, InputEvent]:
    return {stroke.virtual_key: stroke.event(down=False) for stroke in strokes}


def _send(events: Sequence[InputEvent]) -> None:
    for at in range(0, len(events), _AT_ONCE):
        part = events[at : at + _AT_ONCE]
        records = (InputEvent * len(part))(*part)
        if windows("SendInput")(len(part), records, ctypes.sizeof(InputEvent)) == len(part):
            continue
        code = last_error()
        if code == ACCESS_DENIED:
            raise InputBlocked(SECURE_DESKTOP)
        raise InputBlocked(f"Windows takes no input: {failed('SendInput', code).strerror}")


_LATE_RELEASES: Final = LateReleases(lambda: bool(ForegroundRights().reason()), _send)
"""One for all devices of the process: an older device's release lets go no key that a later one presses."""


def _move(x: int, y: int) -> InputEvent:
    across, along = absolute(x, y, virtual_screen())
    return mouse_event(x=across, y=along, flags=MOUSE_MOVE | MOUSE_ABSOLUTE | MOUSE_VIRTUAL_DESKTOP)


def _button(number: int) -> _PointerButton:
    """The button of that number; Windows swaps injected buttons too, where the user has swapped them."""
    if windows("GetSystemMetrics")(_SWAPPED_BUTTONS):
        number = _SWAPPED.get(number, number)
    return _BUTTONS[number]


def _is_down(virtual_key: int) -> bool:
    return bool(virtual_key and windows("GetAsyncKeyState")(virtual_key) & _IS_DOWN)
