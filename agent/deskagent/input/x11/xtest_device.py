"""The input device of an X server: XTEST for keys and pointer, borrowed keycodes for what no key has."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

from Xlib import X

from deskagent.input.device import (
    ALTGR_LEVEL,
    SHIFT_LEVEL,
    DeviceGone,
    InputBlocked,
    KeyboardLayout,
)
from deskwire.control import ChordName
from deskwire.keys import ALT, ALTGR, BY_CODE, CONTROL, DELETE, ESCAPE, PRINT, SHIFT
from deskx11.connection import FAULTS, connect, pass_grabs
from deskx11.packed_request import PackedRequest
from deskx11.xkb import LOCK_MASK, Keymap, XKeyboard

from .key_places import KeyPlaces, key_places, layout_of
from .screen_lock import lock_screen
from .spare_keys import SpareKeys

EXTENSION: Final = "XTEST"

_BUTTONS: Final = {1: 1, 2: 2, 3: 3, 4: 8, 5: 9}
"""Button numbers of the wire to those of the server, where 4 to 7 are the wheel."""
_WHEEL_UP, _WHEEL_DOWN, _WHEEL_LEFT, _WHEEL_RIGHT = 4, 5, 6, 7
_NOTCH: Final = 120
_KEYCODES: Final = 256

_FAKE_INPUT: Final = struct.Struct("=BBH BBxx II 8x hh 8x")
_FAKE_INPUT_CODE: Final = 2

_Place = tuple[int, int]


class _Speaking:
    """A server that is gone is a device that is gone."""

    def __enter__(self) -> None:
        """Begins to speak with the server."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, FAULTS):
            raise DeviceGone(f"the X server is gone: {type(error).__name__}") from error


_SPEAKING: Final = _Speaking()
"""One for all calls: it has no state, and to make a generator for each move costs more than the move."""


class XTestDevice:
    """Acts on the desktop of the server that DISPLAY names."""

    repeats = False
    """The server repeats held keys."""

    def __init__(self) -> None:
        """Raises DeviceGone where the server lets no program act."""
        try:
            self._display: Any = connect()
        except FAULTS as error:
            raise DeviceGone(f"the X server does not answer: {error}") from error
        try:
            if not self._display.has_extension(EXTENSION):
                why = f"the X server has no {EXTENSION}, by which programs type and click"
                raise DeviceGone(why, has_none=True)
            self._keyboard = XKeyboard(self._display)
            # A menu that has grabbed the server would hold us up, too.
            pass_grabs(self._display)
            self._read_keymap()
            self._spare = SpareKeys()
            self._spare.adopt(self._display, self._keymap)
        except (DeviceGone, *FAULTS) as error:
            with contextlib.suppress(*FAULTS):
                self._display.close()
            if isinstance(error, DeviceGone):
                raise
            # A LookupError says what the server lacks.
            why = str(error) if isinstance(error, LookupError) else f"the X server does not answer: {error}"
            raise DeviceGone(why) from error
        self._opcode: int = self._display.display.get_extension_major(EXTENSION)
        self._turned = [0, 0]
        """The part of a notch that is left, to the right and down."""
        self._pressed: dict[int, int] = {}
        """The keycode of each key that is down: the map may have become another one since."""

    def keyboard(self) -> tuple[KeyboardLayout, int]:
        """The layout that is active and the locks that are on; one round trip while the layout is known."""
        with _SPEAKING:
            state = self._keyboard.state()
            layout = self._layout(state.group)
            masks = self._places.lock_masks
            return layout, sum(lock for lock, mask in masks.items() if state.locked & mask)

    def _layout(self, group: int) -> KeyboardLayout:
        self._note_changes()
        known = self._layouts.get(group)
        if known is None:
            known = layout_of(self._keymap, self._places, group)
            self._layouts[group] = known
        return known

    def _note_changes(self) -> None:
        changed = False
        while self._display.pending_events():
            changed |= self._keyboard.is_new_map(self._display.next_event())
        if changed:
            self._read_keymap()

    def _read_keymap(self) -> None:
        self._keymap: Keymap = self._keyboard.keymap()
        self._places: KeyPlaces = key_places(self._keymap)
        self._layouts: dict[int, KeyboardLayout] = {}

    def press(self, code: int, *, down: bool) -> None:
        """Presses or releases a key by its place."""
        keycode = self._places.keycodes.get(code)
        if not down:
            # What a killed agent pressed goes up by the map of now.
            keycode = self._pressed.pop(code, keycode)
        if keycode is None:
            if down:
                name = f"'{BY_CODE[code].name}'" if code in BY_CODE else f"{code:#x}"
                raise InputBlocked(f"the host's keyboard has no key {name}")
            return
        with _SPEAKING:
            self._fake_key(keycode, down=down)
            if down:
                self._pressed[code] = keycode
            self._display.sync()

    def write(self, text: str) -> None:
        """Types characters: by the keys that have them, the others by borrowed keycodes."""
        with _SPEAKING, self._spare.kept():
            # A program makes a capital of a borrowed key's letter where Caps Lock is on.
            caps = self._keyboard.state().locked & LOCK_MASK
            if caps:
                self._keyboard.lock(LOCK_MASK, on=False)
            try:
                while text:
                    # Another program may have loaded another map since the piece before.
                    layout = self._layout(self._keyboard.state().group)
                    places = {character: layout.find(character, 0, caps=False) for character in set(text)}
                    piece = self._piece(text, places)
                    self._write_piece(piece, places)
                    text = text[len(piece) :]
            finally:
                if caps:
                    self._keyboard.lock(LOCK_MASK, on=True)
                self._display.sync()

    def _piece(self, text: str, places: Mapping[str, _Place | None]) -> str:
        """The begin of a text, up to where more characters would need a keycode than there are."""
        unknown = [character for character in dict.fromkeys(text) if not places[character]]
        if not unknown:
            return text
        room = self._spare.room(self._keymap)
        if not room:
            raise InputBlocked(f"no key of the host has {unknown[0]!r}, and none is spare for it")
        return text if len(unknown) <= room else text[: text.index(unknown[room])]

    def _write_piece(self, text: str, places: Mapping[str, _Place | None]) -> None:
        unknown = [character for character in dict.fromkeys(text) if not places[character]]
        lent = self._spare.lend(unknown, self._keymap) if unknown else {}
        for character in text:
            place = places[character]
            if place is None:
                self._tap(lent[character], 0)
            else:
                self._tap(self._places.keycodes[place[0]], place[1])
        self._display.sync()
        if unknown:
            self._spare.used(unknown)

    def _tap(self, keycode: int, level: int) -> None:
        keycodes = [keycode]
        if level & ALTGR_LEVEL:
            keycodes.insert(0, self._places.keycodes[ALTGR])
        if level & SHIFT_LEVEL:
            keycodes.insert(0, self._places.keycodes[SHIFT])
        for one in keycodes:
            self._fake_key(one, down=True)
        for one in reversed(keycodes):
            self._fake_key(one, down=False)

    def _fake_key(self, keycode: int, *, down: bool) -> None:
        self._fake(X.KeyPress if down else X.KeyRelease, detail=keycode)

    def _fake_button(self, number: int, *, down: bool) -> None:
        self._fake(X.ButtonPress if down else X.ButtonRelease, detail=number)

    def _fake_move(self, x: int, y: int) -> None:
        self._fake(X.MotionNotify, x=x, y=y)

    def _fake(self, kind: int, *, detail: int = 0, x: int = 0, y: int = 0) -> None:
        # Declared, as python-xlib has it, 60 of them a second take 0.4 % of a core more.
        code, length = _FAKE_INPUT_CODE, _FAKE_INPUT.size // 4
        binary = _FAKE_INPUT.pack(self._opcode, code, length, kind, detail, X.CurrentTime, X.NONE, x, y)
        PackedRequest(self._display.display, binary)

    def move(self, x: int, y: int) -> None:
        """Moves the pointer to a pixel of the screen."""
        with _SPEAKING:
            self._fake_move(x, y)
            # No round trip: of 60 moves a second each costs 0.13 ms less, and the next press has one.
            self._display.flush()

    def button(self, number: int, *, down: bool, x: int, y: int) -> None:
        """A button goes down or up there: both requests go out together."""
        with _SPEAKING:
            self._fake_move(x, y)
            self._fake_button(_BUTTONS[number], down=down)
            self._display.sync()

    def wheel(self, right: int, down: int, x: int, y: int) -> None:
        """The wheel turns there; parts of a notch wait until they make a whole one."""
        with _SPEAKING:
            self._fake_move(x, y)
            for axis, turn, buttons in (
                (0, right, (_WHEEL_LEFT, _WHEEL_RIGHT)),
                (1, down, (_WHEEL_UP, _WHEEL_DOWN)),
            ):
                # A user who turns back begins at 0: half a notch of the other direction is forgotten.
                kept = self._turned[axis] if self._turned[axis] * turn >= 0 else 0
                notches = int((kept + turn) / _NOTCH)
                self._turned[axis] = kept + turn - notches * _NOTCH
                for _ in range(abs(notches)):
                    self._fake_button(buttons[notches > 0], down=True)
                    self._fake_button(buttons[notches > 0], down=False)
            self._display.sync()

    def chord(self, name: ChordName) -> None:
        """All but the lock are keys here; what they do depends on the desktop."""
        match name:
            case ChordName.CTRL_ALT_DEL:
                self._tap_together(CONTROL, ALT, DELETE)
            case ChordName.PRINT:
                self._tap_together(PRINT)
            case ChordName.LOCK:
                lock_screen()
            case ChordName.TASK_MANAGER:
                self._tap_together(CONTROL, SHIFT, ESCAPE)

    def _tap_together(self, *codes: int) -> None:
        """Presses keys in this order and releases them in the opposite one; what is held stays held."""
        pressed = [code for code in codes if code not in self._pressed]
        with contextlib.ExitStack() as releases:
            for code in pressed:
                self.press(code, down=True)
                releases.callback(self.press, code, down=False)

    def release_all(self) -> None:
        """Releases whatever the server says is down: a killed agent's keys stay down for ever."""
        with _SPEAKING:
            keymap = self._display.query_keymap()
            down = [keycode for keycode in range(_KEYCODES) if keymap[keycode >> 3] >> (keycode & 7) & 1]
            for keycode in sorted(down, key=lambda one: self._keymap.modifiers.get(one, 0) != 0):
                self._fake_key(keycode, down=False)
            for button in _BUTTONS.values():
                self._fake_button(button, down=False)
            self._display.sync()
        self._turned = [0, 0]
        self._pressed.clear()

    def close(self) -> None:
        """Gives the borrowed keycodes and the connection back."""
        with contextlib.suppress(*FAULTS):
            self._spare.close()
        with contextlib.suppress(*FAULTS):
            self._display.close()
