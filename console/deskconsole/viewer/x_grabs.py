"""The grabs of the console's keyboard: the host key while a window only shows, else all keys on request."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from Xlib import X
from Xlib.error import CatchError, XError

from .x_focus import ASYNC_GRAB, XFocus
from .x_keyboard import KeyReader

if TYPE_CHECKING:
    from Xlib.xobject.drawable import Window as XWindow

_AGAIN = 0.5
"""Seconds until a grab is tried again that another program prevents."""


class HostKeyGrab:
    """Grabs the host key while the window only shows: highgui hears of presses alone.

    The server gives its press, its release and all between them to this connection then.
    """

    def __init__(self, parent: XWindow, keys: KeyReader, parts: tuple[frozenset[int], ...]) -> None:
        """`parts`: sets of codes; the host key is one key of each."""
        self._parent = parent
        self._keys = keys
        self._parts = parts

    def begin(self) -> None:
        """Grabs the keys that are the host key by the present keymap, and no others."""
        self.end()
        modifiers: tuple[int, ...] = (X.AnyModifier,)
        if len(self._parts) > 1:
            locks = (0, X.LockMask, X.Mod2Mask, X.LockMask | X.Mod2Mask)
            modifiers = tuple(other | lock for other in (X.ControlMask, X.Mod1Mask) for lock in locks)
        for keycode in self._keys.keycodes(frozenset().union(*self._parts)):
            for modifier in modifiers:
                self._parent.grab_key(keycode, modifier, *ASYNC_GRAB, onerror=CatchError(XError))

    def end(self) -> None:
        self._parent.ungrab_key(X.AnyKey, X.AnyModifier, onerror=CatchError(XError))


class KeyboardGrab:
    """Gives the host the local system's own keys too: in full screen, and where the user wants it.

    `say` takes a sentence to show.
    """

    def __init__(self, focus: XFocus, say: Callable[[str], None]) -> None:
        self._focus = focus
        self._say = say
        self._on = False
        self._wanted = False
        self._fullscreen = False
        self.due: float | None = None
        """The time of the next try of a grab that has failed."""

    def begin(self) -> None:
        """Keys go to the host from now on; the user has not wanted the system's own yet."""
        self._on, self._wanted = True, False
        self._follow()

    def end(self) -> None:
        """Lets the keyboard go."""
        self._on = False
        self._focus.want_grab(on=False)

    def fullscreen(self, *, on: bool) -> None:
        """The window has become as large as the screen, or not any more."""
        self._fullscreen = on
        self._follow()

    def toggle(self) -> None:
        """The user wants it, or does not want it any more."""
        self._wanted = not self._wanted
        if self._follow():
            self._say("all keys go to the host" if self._wanted else "the system's own keys stay here")

    def retry(self) -> None:
        """Tries a grab that has failed."""
        self._focus.follow_grab()
        self.look()

    def look(self) -> bool:
        """False where another program prevents the grab that is wanted now: that is said once."""
        if not self._focus.lacks_grab:
            self.due = None
            return True
        if self.due is None:
            self._say("another program has the keyboard")
        self.due = time.monotonic() + _AGAIN
        return False

    def _follow(self) -> bool:
        if self._on:
            self._focus.want_grab(on=self._wanted or self._fullscreen)
        return self.look()
