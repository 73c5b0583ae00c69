"""The pointer over the picture: where it is on the host, and how often the console is told."""

from __future__ import annotations

import time
from collections.abc import Callable

from .canvas import Canvas
from .messages import ButtonInput, PointerInput, WheelInput

_MOVE = 1 / 60
"""Seconds between two moves that are told."""

_NOTCH = 120
_BUTTONS = {1: 1, 2: 2, 3: 3, 8: 4, 9: 5}
"""Button numbers of X to those of the wire."""
_NOTCHES = {4: (0, -_NOTCH), 5: (0, _NOTCH), 6: (-_NOTCH, 0), 7: (_NOTCH, 0)}
"""Button numbers of X to turns of the wheel, right and down."""

Send = Callable[[PointerInput | ButtonInput | WheelInput], object]


class WindowPointer:
    """Turns places in the window into places on the host.

    Moves are merged to the newest of a sixtieth of a second, which is told before any key, button or wheel.
    Beside the picture a move is one along its edge; a press there is none.
    """

    def __init__(self, send: Send, clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._clock = clock
        self._moved: PointerInput | None = None
        self._told: tuple[int, int] | None = None
        self._told_at = 0.0
        self._held: set[int] = set()
        self._at = 0, 0
        """The last place of the window that was told, or is about to be."""
        self._missed: tuple[int, int] | None = None
        """A place of the window that the host is still to get."""

    @property
    def held(self) -> bool:
        """True if a button that was pressed on the picture is down."""
        return bool(self._held)

    @property
    def due(self) -> float | None:
        """The latest time at which `flush` has to be called; None: nothing waits."""
        return None if self._moved is None else self._told_at + _MOVE

    def moved(self, x: int, y: int, canvas: Canvas) -> None:
        """The pointer is at a place of the window."""
        self._at, self._missed = (x, y), None
        place = canvas.place(x, y)
        if place == self._told:
            self._moved = None
            return
        self._moved = PointerInput(self._clock(), *place)
        if self._clock() >= self._told_at + _MOVE:
            self.flush()

    def laid_out(self, canvas: Canvas) -> None:
        """The picture has another place or size: the pointer, unmoved, may be over another pixel."""
        if self._told is not None and not self._held:
            self.moved(*self._at, canvas)

    def missed(self, x: int, y: int) -> None:
        """Notes the pointer's place while the host takes no input: see `catch_up`."""
        self._missed = x, y

    def catch_up(self, canvas: Canvas) -> None:
        """Tells the place that the host has missed, if any: it takes input again."""
        if self._missed is not None:
            self.moved(*self._missed, canvas)

    def flush(self) -> None:
        """Tells the newest place, if it has not been told."""
        if self._moved is not None:
            self._told, self._told_at = (self._moved.x, self._moved.y), self._clock()
            self._send(self._moved)
            self._moved = None

    def pressed(self, button: int, x: int, y: int, canvas: Canvas) -> None:
        """A button of the X server went down, or its wheel was turned."""
        if not canvas.covers(x, y):
            return
        self.flush()
        self._at, self._missed = (x, y), None
        place = self._told = canvas.place(x, y)
        if button in _NOTCHES:
            self._send(WheelInput(self._clock(), *place, *_NOTCHES[button]))
        elif button in _BUTTONS:
            self._held.add(button)
            self._send(ButtonInput(self._clock(), *place, _BUTTONS[button], down=True))

    def let_go(self, button: int, x: int, y: int, canvas: Canvas) -> None:
        """A button of the X server went up; one that was not pressed on the picture does not count."""
        if button not in self._held:
            return
        self.flush()
        self._held.discard(button)
        self._at, self._missed = (x, y), None
        place = self._told = canvas.place(x, y)
        self._send(ButtonInput(self._clock(), *place, _BUTTONS[button], down=False))

    def forget(self) -> None:
        """Everything went up on the host; where its pointer is now is not known."""
        if self._moved is not None:
            self._missed = self._at
        self._held.clear()
        self._moved = self._told = None

    def begin(self) -> None:
        """The host takes input from now on, and has missed nothing."""
        self.forget()
        self._missed = None
