"""XKB, declared for python-xlib, which lacks it: what the keys of an X server are called and give."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from Xlib.protocol import rq

from .extension import query_extension
from .keysyms import character_of, combining_of

EXTENSION: Final = "XKEYBOARD"
SHIFT_MASK, LOCK_MASK, CONTROL_MASK, MOD1_MASK = 1, 2, 4, 8
"""Modifiers of a core event's state; Mod2 to Mod5 follow."""

_CORE_KEYBOARD: Final = 0x100
_VERSION: Final = (1, 0)
_TYPES_SYMBOLS_MODIFIERS: Final = 0b111
_KEY_NAMES: Final = 1 << 9
_DETECTABLE_REPEAT: Final = 1
_NEW_KEYBOARD, _NEW_MAP = 0, 1
_MAP_EVENTS: Final = 1 << _NEW_KEYBOARD | 1 << _NEW_MAP
GROUP_SHIFT: Final = 13
_GROUPS: Final = 0x0F
_CLAMP, _REDIRECT = 0x40, 0x80


class _UseExtension(rq.ReplyRequest):
    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(0), rq.RequestLength(), rq.Card16("major"), rq.Card16("minor")
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Bool("supported"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card16("major"),
        rq.Card16("minor"),
        rq.Pad(20),
    )


class _SelectEvents(rq.Request):
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(1),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Card16("affected"),
        rq.Card16("clear"),
        rq.Card16("all"),
        rq.Card16("affected_parts"),
        rq.Card16("parts"),
    )


class _GetState(rq.ReplyRequest):
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(4), rq.RequestLength(), rq.Card16("device"), rq.Pad(2))
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card8("modifiers"),
        rq.Card8("base_modifiers"),
        rq.Card8("latched_modifiers"),
        rq.Card8("locked_modifiers"),
        rq.Card8("group"),
        rq.Card8("locked_group"),
        rq.Pad(18),
    )


class _LatchLockState(rq.Request):
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(5),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Card8("affected_locks"),
        rq.Card8("locks"),
        rq.Pad(8),
    )


class _GetMap(rq.ReplyRequest):
    # All of the kinds in `full` are asked for, so the numbers of first keys and types stay 0.
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(8),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Card16("full"),
        rq.Pad(20),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Pad(2),
        rq.Card8("first_keycode"),
        rq.Card8("last_keycode"),
        rq.Card16("present"),
        rq.Card8("first_type"),
        rq.Card8("types"),
        rq.Card8("all_types"),
        rq.Card8("first_symbols"),
        rq.Card16("all_symbols"),
        rq.Card8("symbols"),
        rq.Pad(12),
        rq.Card8("modifier_keys"),
        rq.Pad(6),
        rq.Binary("data"),
    )


class _GetNames(rq.ReplyRequest):
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(17),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Pad(2),
        rq.Card32("which"),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card32("which"),
        rq.Pad(6),
        rq.Card8("first_key"),
        rq.Card8("keys"),
        rq.Pad(12),
        rq.Binary("data"),
    )


class _PerClientFlags(rq.ReplyRequest):
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(21),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Pad(2),
        rq.Card32("change"),
        rq.Card32("value"),
        rq.Pad(12),
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card32("supported"),
        rq.Card32("value"),
        rq.Pad(16),
    )


class KeyboardState(NamedTuple):
    """The modifiers and the layout that are active, bits as in a core event's state."""

    modifiers: int
    locked: int
    """Modifiers that stay without a key, such as Caps Lock."""
    group: int
    """Counts from 0."""


class _KeyType(NamedTuple):
    """Says which level the modifiers choose on keys of this type."""

    mask: int
    """The modifiers that this type looks at."""
    levels: Mapping[int, tuple[int, int]]
    """Such modifiers to a level, and to those of them that still act, such as Lock for a capital."""


class _KeySymbols(NamedTuple):
    """The symbols of one key: those of a group's levels, then those of the next group's."""

    types: bytes
    """The number of each group's type."""
    groups: int
    """The number of groups, and in the upper bits the rule for a group beyond them."""
    width: int
    symbols: tuple[int, ...]


class Keymap:
    """The keys of an X server as of one moment: what each is called and what it gives."""

    def __init__(
        self,
        names: Mapping[int, str],
        types: tuple[_KeyType, ...],
        symbols: Mapping[int, _KeySymbols],
        modifiers: Mapping[int, int],
    ) -> None:
        self.names = names
        """Keycode to the key's name, such as AE01: the name of a place, whatever the layout is."""
        self.modifiers = modifiers
        """Keycode to the real modifiers that the key sets while it is held."""
        self._types = types
        self._symbols = symbols

    @property
    def keycodes(self) -> tuple[int, ...]:
        """All keycodes that the server has, ascending."""
        return tuple(self._symbols)

    @property
    def spare(self) -> tuple[int, ...]:
        """The keycodes that give nothing at all."""
        return tuple(code for code, of in self._symbols.items() if not any(of.symbols))

    def keysym(self, keycode: int, state: int) -> int:
        """The symbol that a key gives with the `state` of a core event, 0 for none."""
        return self._look_up(keycode, state)[0]

    def text(self, keycode: int, state: int) -> tuple[str, bool]:
        """The text that a key gives with the `state` of a core event, and whether it is a dead key: then the
        text is its combining character. Ctrl and Alt change nothing here."""
        keysym, acting = self._look_up(keycode, state)
        mark = combining_of(keysym)
        if mark:
            return mark, True
        character = character_of(keysym)
        if acting & LOCK_MASK:
            capital = character.upper()
            # The capital of the German sharp s is two characters.
            character = capital if len(capital) == 1 else character
        return character, False

    def modifiers_of(self, keysym: int) -> int:
        """The real modifiers that the keys with this symbol set, whatever group and level have the symbol."""
        found = 0
        for keycode, modifiers in self.modifiers.items():
            of = self._symbols.get(keycode)
            if of is not None and keysym in of.symbols:
                found |= modifiers
        return found

    def _look_up(self, keycode: int, state: int) -> tuple[int, int]:
        """The symbol and the modifiers that still act on it."""
        of = self._symbols.get(keycode)
        if of is None or not of.groups & _GROUPS:
            return 0, 0
        group = _effective_group(state >> GROUP_SHIFT & 3, of.groups)
        kind = self._types[of.types[group]]
        level, kept = kind.levels.get(state & kind.mask, (0, 0))
        at = group * of.width + level
        symbol = of.symbols[at] if level < of.width and at < len(of.symbols) else 0
        return symbol, kept | (state & ~kind.mask & 0xFF)


class XKeyboard:
    """The keyboard of the server of one connection, `display` of python-xlib. Raises Xlib.error.XError
    subclasses."""

    def __init__(self, display: Any) -> None:
        """Raises LookupError where the server does not have the extension."""
        known = query_extension(display, EXTENSION)
        self._request: dict[str, Any] = {"display": display.display, "opcode": known.major_opcode}
        major, minor = _VERSION
        if not _UseExtension(**self._request, major=major, minor=minor).supported:
            raise LookupError(f"the X server has another version of {EXTENSION}")
        self._request["device"] = _CORE_KEYBOARD
        self._event: int = known.first_event
        # A client that speaks XKB gets no MappingNotify any more.
        _SelectEvents(
            **self._request,
            affected=_MAP_EVENTS,
            clear=0,
            all=_MAP_EVENTS,
            affected_parts=_TYPES_SYMBOLS_MODIFIERS,
            parts=_TYPES_SYMBOLS_MODIFIERS,
        )

    def is_new_map(self, event: Any) -> bool:
        """Says whether an event of this connection means that `keymap` would be another one now."""
        return event.type == self._event and event.detail in (_NEW_KEYBOARD, _NEW_MAP)

    def state(self) -> KeyboardState:
        """The modifiers and the layout that are active now."""
        reply = _GetState(**self._request)
        return KeyboardState(reply.modifiers, reply.locked_modifiers, reply.group)

    def lock(self, modifiers: int, *, on: bool) -> None:
        """Locks modifiers or lets them go, without any key."""
        _LatchLockState(**self._request, affected_locks=modifiers, locks=modifiers if on else 0)

    def keymap(self) -> Keymap:
        """Reads what the keys are called and give; about 2 ms."""
        names = _GetNames(**self._request, which=_KEY_NAMES)
        keymap = _GetMap(**self._request, full=_TYPES_SYMBOLS_MODIFIERS)
        return Keymap(_names(names), *_types_symbols_modifiers(keymap))

    def detect_repeat(self) -> bool:
        """Asks for no release before each repetition of a held key; False where the server cannot."""
        flags = _PerClientFlags(**self._request, change=_DETECTABLE_REPEAT, value=_DETECTABLE_REPEAT)
        return bool(flags.value & _DETECTABLE_REPEAT)


def _effective_group(group: int, groups: int) -> int:
    """The group that acts on a key, which may have fewer than the keyboard."""
    count = groups & _GROUPS
    if group < count:
        return group
    if groups & _CLAMP:
        return count - 1
    if groups & _REDIRECT:
        target = groups >> 4 & 3
        return target if target < count else 0
    return group % count


def _names(reply: Any) -> dict[int, str]:
    names = {}
    for index in range(reply.keys):
        name = reply.data[4 * index : 4 * index + 4].rstrip(b"\0")
        if name:
            names[reply.first_key + index] = name.decode("latin-1")
    return names


def _types_symbols_modifiers(
    reply: Any,
) -> tuple[tuple[_KeyType, ...], dict[int, _KeySymbols], dict[int, int]]:
    """Takes the three lists of a map apart, which follow each other."""
    data = bytes(reply.data)
    types = []
    at = 0
    for _ in range(reply.types):
        mask, _mods, _virtual, _levels, entries, preserves = struct.unpack_from("=BBHBB?x", data, at)
        at += 8
        rows = [struct.unpack_from("=?BB5x", data, at + 8 * row) for row in range(entries)]
        at += 8 * entries
        kept = [0] * entries
        if preserves:
            kept = [data[at + 4 * row] for row in range(entries)]
            at += 4 * entries
        levels = {
            modifiers: (level, keep)
            for (active, modifiers, level), keep in zip(rows, kept, strict=True)
            if active
        }
        types.append(_KeyType(mask, levels))
    symbols = {}
    for keycode in range(reply.first_symbols, reply.first_symbols + reply.symbols):
        kinds, groups, width, count = struct.unpack_from("=4sBBH", data, at)
        symbols[keycode] = _KeySymbols(kinds, groups, width, struct.unpack_from(f"={count}I", data, at + 8))
        at += 8 + 4 * count
    keys = data[at : at + 2 * reply.modifier_keys]
    return tuple(types), symbols, dict(zip(keys[::2], keys[1::2], strict=True))
