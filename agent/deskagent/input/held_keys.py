"""Remembers which keys of the host each held key of the console has pressed."""

from __future__ import annotations

from typing import Final

from deskwire.keys import ALT, ALTGR, CONTROLS, SHIFTS, SUPERS

MODIFIERS: Final = SHIFTS | CONTROLS | {ALT, ALTGR} | SUPERS
"""Keys that change what others do; they go up last."""


class HeldKeys:
    """Each key of the console that is down, with the host's key that it holds. The host's key goes up with
    the console's, whatever the layout has become."""

    def __init__(self) -> None:
        self._held: dict[int, int] = {}
        self._latest = 0

    def __bool__(self) -> bool:
        return bool(self._held)

    @property
    def codes(self) -> frozenset[int]:
        """The host's keys that are down."""
        return frozenset(self._held.values())

    @property
    def modifiers(self) -> tuple[int, ...]:
        """The host's modifiers that are down, in the order in which they went down."""
        return tuple(code for code in self._held.values() if code in MODIFIERS)

    @property
    def opens_menu(self) -> bool:
        """True where Alt or Win was the last key that went down: if it goes up alone, it opens a menu."""
        return self._latest in self.codes and self._latest in SUPERS | {ALT, ALTGR}

    def held_by(self, code: int) -> int | None:
        """The host's key that the console's key holds."""
        return self._held.get(code)

    def hold(self, code: int, host_code: int) -> None:
        """The console's key went down, and the host's key with it."""
        self._held[code] = host_code
        self._latest = host_code

    def tapped(self) -> None:
        """A key went down and up again."""
        self._latest = 0

    def let_go(self, code: int) -> int | None:
        """The console's key went up; returns the host's key that goes up with it, if it holds one."""
        return self._held.pop(code, None)

    def take_from(self, host_code: int) -> bool:
        """Another key needs the host's key: lets it go, and returns whether one held it."""
        holder = next((code for code, held in self._held.items() if held == host_code), None)
        if holder is not None:
            del self._held[holder]
        return holder is not None

    def let_all_go(self) -> tuple[int, ...]:
        """Holds nothing any more; returns the host's keys in the order in which they go up: the newest first,
        modifiers last."""
        newest_first = tuple(reversed(self._held.values()))
        self._held.clear()
        return tuple(sorted(newest_first, key=MODIFIERS.__contains__))
