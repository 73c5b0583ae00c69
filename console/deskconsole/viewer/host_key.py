"""The host key: the key by which a window's user takes and gives control, and gives orders meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from deskwire.keys import ALT, CONTROLS

from .keys import Action, HostKeyName, chord_action

_TWICE = 0.4
"""Seconds in which a second tap means that the host is to get the key."""

_PARTS: Final[Mapping[HostKeyName, tuple[frozenset[int], ...]]] = MappingProxyType(
    {
        "right ctrl": (frozenset({0xE01D}),),
        "scroll lock": (frozenset({0x46}),),
        "pause": (frozenset({0xE11D}),),
        "ctrl+alt": (CONTROLS, frozenset({ALT})),
    }
)
"""Keys that make up each host key; one of each set must be held."""


class KeyAnswer(NamedTuple):
    """The decision about one key: an action here, or on to the host."""

    passes: bool
    """The key goes to the host, where that is controlled."""
    action: Action | None = None
    began: bool = False
    """The host key is held from now on: what the host has of other keys has to go up."""


_PASSES, _TAKEN = KeyAnswer(passes=True), KeyAnswer(passes=False)


class HostKey:
    """Looks at every key of the window. Tapped alone the host key means `Action.CONTROL`; held, it makes the
    next keys the window's own.

    While the host is controlled the first tap is answered by `due` and `late`, as a second one may follow.
    """

    def __init__(self, name: HostKeyName) -> None:
        self.name: HostKeyName = name
        self._parts = _PARTS[name]
        self._down: set[int] = set()
        """Keys of the host key that are held."""
        self._taken: set[int] = set()
        """Other keys that went down meanwhile: the host does not get them before they are up."""
        self._alone = False
        self._tapped_at: float | None = None
        self.held = False
        """All keys of the host key are held."""

    @property
    def parts(self) -> tuple[frozenset[int], ...]:
        """Sets of codes; one key of each must be held."""
        return self._parts

    @property
    def due(self) -> float | None:
        """The time at which `late` has to be called; None: no tap waits for a second one."""
        return None if self._tapped_at is None else self._tapped_at + _TWICE

    def key(
        self, code: int, text: str, *, down: bool, now: float, controlled: bool, repeat: bool = False
    ) -> KeyAnswer:
        """A key went down, repeats, or went up; `code` is its position, `text` what it gives."""
        if any(code in part for part in self._parts):
            return self._own(code, down=down, now=now, controlled=controlled)
        if not down:
            passes = code not in self._taken
            self._taken.discard(code)
            return KeyAnswer(passes)
        if not repeat:
            # It was up before, though its release may not have been heard: what is held when the host key
            # goes down again is passed over.
            self._taken.discard(code)
        if self.held:
            repeats = code in self._taken
            self._taken.add(code)
            self._alone = False
            self._tapped_at = None
            return _TAKEN if repeats else KeyAnswer(passes=False, action=chord_action(code, text))
        if self._tapped_at is not None:
            # The tap was a single one and ends control: this key is not for the host.
            self._tapped_at = None
            self._taken.add(code)
            return KeyAnswer(passes=False, action=Action.CONTROL)
        return _TAKEN if code in self._taken else _PASSES

    def button(self) -> None:
        """A button went down: with it the host key is no tap."""
        self._alone = False

    def late(self, now: float) -> Action | None:
        """The action of a tap after which no second one came."""
        if self.due is None or now < self.due:
            return None
        self._tapped_at = None
        return Action.CONTROL

    def nothing_before(self) -> None:
        """No part of it was held before the key that comes now."""
        if len(self._parts) > 1:
            self._down.clear()

    def forget(self) -> None:
        """The window has lost the keyboard: nothing is known of what is held."""
        self._down.clear()
        self._taken.clear()
        self.held = self._alone = False
        self._tapped_at = None

    def _own(self, code: int, *, down: bool, now: float, controlled: bool) -> KeyAnswer:
        if down:
            self._down.add(code)
            if self.held:
                return _TAKEN
            self.held = self._alone = all(part & self._down for part in self._parts)
            return KeyAnswer(passes=not self.held, began=self.held)
        self._down.discard(code)
        if not self.held:
            # The second key of two comes up after the first: the host has been told that all are up.
            return KeyAnswer(passes=len(self._parts) > 1)
        self.held = False
        if not self._alone:
            return _TAKEN
        if not controlled:
            return KeyAnswer(passes=False, action=Action.CONTROL)
        if self._tapped_at is not None and now <= self._tapped_at + _TWICE:
            self._tapped_at = None
            return KeyAnswer(passes=False, action=Action.SEND_HOST_KEY)
        self._tapped_at = now
        return _TAKEN
