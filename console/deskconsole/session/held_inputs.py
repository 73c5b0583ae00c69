"""The keys and buttons that this console holds down on a host."""

from __future__ import annotations

from collections.abc import Callable

HOLD_LASTS = 1.2
"""Seconds after which a held key or button goes up unless `hold` was called: a window whose process stands
still, or waits for its X server, hears no release."""


class HeldInputs:
    """Books what goes down and up, and for how long it may stay down. It keeps no lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._keys: set[int] = set()
        self._buttons: set[int] = set()
        self._until = 0.0

    def __bool__(self) -> bool:
        return bool(self._keys or self._buttons)

    @property
    def lapsed(self) -> bool:
        """True if something is down for which `hold` was not called for HOLD_LASTS seconds."""
        return bool(self) and self._clock() > self._until

    def has_key(self, code: int) -> bool:
        """True if the key at this position is down."""
        return code in self._keys

    def hold(self) -> None:
        """Keeps down what is down, for HOLD_LASTS seconds more."""
        self._until = self._clock() + HOLD_LASTS

    def key(self, code: int, *, down: bool) -> None:
        """A key goes down or up."""
        self._book(self._keys, code, down=down)

    def button(self, button: int, *, down: bool) -> None:
        """A button goes down or up."""
        self._book(self._buttons, button, down=down)

    def clear(self) -> None:
        """Everything is up."""
        self._keys.clear()
        self._buttons.clear()

    def _book(self, held: set[int], code: int, *, down: bool) -> None:
        # Only the first that goes down has HOLD_LASTS seconds without `hold`: strokes of the type mode must
        # not keep down what a frozen window left.
        if down and not self:
            self.hold()
        (held.add if down else held.discard)(code)
