"""Keycodes that give nothing, lent to characters that no key has.

A program reads the new map some time after it changed. Measured with xterm: a character that is typed at
once after its key was changed comes wrong, after 0.05 s it never did; a key that is changed back at once
loses its last character. So each character gets a keycode and keeps it while it is in use.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from Xlib import X, Xatom

from deskwire.keys import BY_X_NAME
from deskx11.connection import FAULTS, connect, pass_grabs
from deskx11.keysyms import character_of, keysym_of
from deskx11.xkb import Keymap

_SETTLE: Final = 0.06
"""Seconds from the change of the map until its keys may be pressed."""
_KEEP: Final = 0.3
"""Seconds after its last use for which a keycode keeps its character."""
_IDLE: Final = 2.0
"""Seconds after the last text, when everything is given back."""

_NOTE: Final = "_DESKCONSOLE_SPARE_KEYS"
"""The root window's property that names what is lent: keycode and keysym, each after the other."""
_LONGEST_NOTE: Final = 2 * 256
"""Numbers that are read of it: a server has at most 256 keycodes, and any program may have written it."""

_log = logging.getLogger(__name__)


class SpareKeys:
    """Lends keycodes to characters, and gives them back when none was used for a while.

    It has a separate connection while it lends, since the device may act when the timer runs out.
    Raises what python-xlib raises.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._display: Any = None
        self._lent: dict[str, int] = {}
        self._used: dict[str, float] = {}
        self._timer: threading.Timer | None = None

    def adopt(self, display: Any, keymap: Keymap) -> None:
        """Takes over what an agent that was killed has lent, so that it is given back.

        Only what was noted, and has not been changed since: the host's user may have given such keys a use.
        """
        left = {
            character_of(keysym): keycode
            for keycode, keysym in _noted(display).items()
            if keycode in keymap.keycodes and keymap.keysym(keycode, 0) == keysym and character_of(keysym)
        }
        with self._lock:
            self._lent.update(left)
            if left:
                self._start_timer()

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Gives nothing back meanwhile, and begins to wait for that at the end.

        A map is read here, counted in by `room` and changed by `lend`: all three must mean the same one.
        """
        with self._lock:
            self._stop_timer()
        try:
            yield
        finally:
            with self._lock:
                if self._lent:
                    self._start_timer()

    def room(self, keymap: Keymap) -> int:
        """Counts the characters that can have a keycode at the same time."""
        with self._lock:
            self._forget_changed(keymap)
            return len({*self._lent.values(), *_spare(keymap)})

    def lend(self, characters: Iterable[str], keymap: Keymap) -> Mapping[str, int]:
        """Each character's keycode, for at most `room` of them; they may be pressed when this returns."""
        with self._lock:
            self._forget_changed(keymap)
            wanted = dict.fromkeys(characters)
            missing = [character for character in wanted if character not in self._lent]
            if missing:
                keycodes = self._take(len(missing), set(wanted), keymap)
                self._lent.update(zip(missing, keycodes, strict=True))
                self._change({self._lent[character]: keysym_of(character) for character in missing})
                time.sleep(_SETTLE)
            return {character: self._lent[character] for character in wanted}

    def used(self, characters: Iterable[str]) -> None:
        """These characters' keys were pressed just now."""
        now = time.monotonic()
        with self._lock:
            self._used.update(dict.fromkeys(characters, now))

    def close(self) -> None:
        """Gives everything back, once the last character has been read."""
        with self._lock:
            self._stop_timer()
            self._wait_for(self._lent)
            self._give_back()

    def _take(self, count: int, kept: AbstractSet[str], keymap: Keymap) -> list[int]:
        """Takes so many keycodes: free ones, then those whose characters were not used for longest."""
        lent = set(self._lent.values())
        free = [keycode for keycode in _spare(keymap) if keycode not in lent]
        old = sorted(self._lent.keys() - kept, key=lambda character: self._used.get(character, 0.0))
        old = old[: max(0, count - len(free))]
        self._wait_for(old)
        for character in old:
            free.append(self._lent[character])
            self._forget(character)
        return free[:count]

    def _forget_changed(self, keymap: Keymap) -> None:
        """Forgets characters whose keycode has changed: another program may have loaded another map."""
        for character, keycode in [*self._lent.items()]:
            if keymap.keysym(keycode, 0) != keysym_of(character):
                self._forget(character)

    def _forget(self, character: str) -> None:
        del self._lent[character]
        self._used.pop(character, None)

    def _wait_for(self, characters: Iterable[str]) -> None:
        latest = max((self._used.get(character, 0.0) for character in characters), default=0.0)
        time.sleep(max(0.0, latest + _KEEP - time.monotonic()))

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = threading.Timer(_IDLE, self._idle)
        self._timer.daemon = True
        self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _idle(self) -> None:
        with self._lock:
            # It may have been stopped while it waited for the lock.
            if self._timer is threading.current_thread():
                self._timer = None
                self._give_back()

    def _give_back(self) -> None:
        lent = {keycode: keysym_of(character) for character, keycode in self._lent.items()}
        self._lent.clear()
        self._used.clear()
        try:
            if lent:
                self._change(dict.fromkeys(filter(lambda one: self._gives(one) == lent[one], lent), 0))
        except FAULTS as error:
            _log.info("keycodes were not given back: %s", error)
        display, self._display = self._display, None
        if display is not None:
            with contextlib.suppress(*FAULTS):
                display.close()

    def _gives(self, keycode: int) -> int:
        """The symbol that a keycode has now: its user may have changed it since."""
        symbols: list[int] = self._connection().get_keyboard_mapping(keycode, 1)[0]
        return symbols[0]

    def _connection(self) -> Any:
        if self._display is None:
            self._display = connect()
            pass_grabs(self._display)
        return self._display

    def _change(self, keysyms: Mapping[int, int]) -> None:
        """Changes what keycodes give; 0 for nothing. What is lent is in the note at each moment."""
        display = self._connection()
        noted = _noted(display)
        lent = {keycode: keysym for keycode, keysym in keysyms.items() if keysym}
        _write_note(display, noted | lent)
        for keycode, keysym in sorted(keysyms.items()):
            display.change_keyboard_mapping(keycode, [(keysym, keysym)])
        if lent.keys() != keysyms.keys():
            _write_note(display, {one: keysym for one, keysym in noted.items() if one not in keysyms} | lent)
        display.sync()


def _noted(display: Any) -> dict[int, int]:
    """The note of the keycodes that are lent on this server; a killed agent may have left it, out of date."""
    note = display.get_atom(_NOTE)
    found = display.screen().root.get_property(note, Xatom.CARDINAL, 0, _LONGEST_NOTE)
    numbers = [] if found is None or found.format != 32 else found.value
    return dict(zip(numbers[::2], numbers[1::2], strict=False))


def _write_note(display: Any, lent: Mapping[int, int]) -> None:
    root, name = display.screen().root, display.get_atom(_NOTE)
    if lent:
        numbers = [number for pair in lent.items() for number in pair]
        root.change_property(name, Xatom.CARDINAL, 32, numbers, X.PropModeReplace)
    else:
        root.delete_property(name)


def _spare(keymap: Keymap) -> list[int]:
    """The keycodes that give nothing and are at no place of a PC's keyboard, the highest first: the lowest is
    no key to Linux."""
    return [keycode for keycode in reversed(keymap.spare) if keymap.names.get(keycode) not in BY_X_NAME]
