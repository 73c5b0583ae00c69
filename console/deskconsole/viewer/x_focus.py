"""The keyboard's focus on the window's child, and the grab that brings the local system's keys too.

Seen with highgui's Qt window, bare and under openbox: the child hears presses and releases as soon as it has
the focus, and highgui hears no key then. A click makes the window manager focus the parent again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING

from Xlib import X
from Xlib.error import CatchError, XError

if TYPE_CHECKING:
    from Xlib.display import Display
    from Xlib.protocol.rq import Event
    from Xlib.xobject.drawable import Window as XWindow

ASYNC_GRAB = False, X.GrabModeAsync, X.GrabModeAsync
"""All events go to the window that grabs, and none has to wait."""


class FocusChange(Enum):
    """A change of who hears the keyboard."""

    CAME = auto()
    RETURNED = auto()
    """The parent had the focus for a moment: releases meanwhile were not heard."""
    LEFT = auto()
    TAKEN = auto()
    """Another program has grabbed the keyboard."""


class XFocus:
    """Holds the focus on `child`, a window inside `parent`, from `begin` to `end`."""

    def __init__(self, display: Display, parent: XWindow, child: XWindow) -> None:
        self._display = display
        self._parent = parent
        self._child = child
        self._on = False
        self._has_it = False
        self._inside = False
        self._wants_grab = False
        self._grabbed = False

    @property
    def has_it(self) -> bool:
        """True if the child has the focus."""
        return self._has_it

    @property
    def inside(self) -> bool:
        """True if the pointer is in the window."""
        return self._inside

    @property
    def lacks_grab(self) -> bool:
        """True if another program has the keyboard that is to be grabbed here now."""
        return self._on and self._wants_grab and self._inside and self._has_it and not self._grabbed

    def begin(self) -> bool:
        """Takes the focus where the parent has it, or no window has; True where it came."""
        self._on = True
        self._inside = self._is_inside()
        self._take_from(self._parent.id, self._child.id, *self._nothing)
        return self._has_it

    def typed(self) -> bool:
        """Says whether a key that came here may go to the host: the focus must be here, or nothing tells when
        the keys go elsewhere.

        While no window has the focus, keys come to the window under the pointer: it is taken then.
        """
        if not self._has_it:
            self._take_from(self._child.id, *self._nothing)
        return self._has_it

    def end(self) -> None:
        """Gives it back to the parent."""
        self._on = False
        self.want_grab(on=False)
        with self._undisturbed():
            if self._focused() == self._child.id:
                self._focus(self._parent)
        self._has_it = False

    def want_grab(self, *, on: bool) -> None:
        """The grab is held while the pointer is inside, and the focus here; `lacks_grab` where it failed."""
        self._wants_grab = on
        self.follow_grab()

    def click(self, at: int) -> FocusChange | None:
        """The user pressed a button inside; without a window manager nothing moves the focus then.

        `at` is the server's time of that: a window that has got the focus since keeps it.
        """
        if self._has_it:
            return None
        self._focus(self._child, at)
        self._has_it = self._focused() == self._child.id
        return FocusChange.CAME if self._has_it else None

    def handle(self, event: Event) -> FocusChange | None:
        """Takes a crossing or a change of the focus; what it means for what is held."""
        if event.type in {X.EnterNotify, X.LeaveNotify}:
            if event.mode == X.NotifyNormal:
                self._inside = event.type == X.EnterNotify
                self.follow_grab()
            return None
        if not self._on:
            return None
        if event.mode in {X.NotifyGrab, X.NotifyUngrab}:
            return self._grab_seen(event)
        if event.type == X.FocusIn:
            if event.window.id == self._parent.id and event.detail != X.NotifyInferior:
                return self._come_back()
            return None
        return self._come_back() if event.window.id == self._child.id else None

    def _grab_seen(self, event: Event) -> FocusChange | None:
        # While our grab is active there can be no other: these events are about our grab.
        if event.window.id != self._child.id or self._grabbed:
            return None
        if event.mode == X.NotifyGrab and event.type == X.FocusOut and self._has_it:
            self._has_it = False
            return FocusChange.TAKEN
        if event.mode == X.NotifyUngrab and event.type == X.FocusIn and not self._has_it:
            return self._come_back()
        return None

    def _come_back(self) -> FocusChange | None:
        """Looks where the focus is now and takes it from the parent."""
        had = self._has_it
        self._take_from(self._parent.id)
        self.follow_grab()
        if self._has_it:
            return FocusChange.RETURNED if had else FocusChange.CAME
        return FocusChange.LEFT if had else None

    @property
    def _nothing(self) -> tuple[int, ...]:
        """The values of the focus while no window has it."""
        return X.NONE, X.PointerRoot, self._display.screen().root.id

    def _take_from(self, *windows: int) -> None:
        """Takes the focus if one of these has it; any other window may just have asked for a password."""
        with self._undisturbed():
            focused = self._focused()
            if focused in windows:
                self._focus(self._child)
                focused = self._focused()
        self._has_it = focused == self._child.id

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Grabs the server: it does nothing for other programs meanwhile, so the focus cannot move."""
        self._display.grab_server()
        try:
            yield
        finally:
            self._display.ungrab_server()
            self._display.flush()

    def _focus(self, window: XWindow, at: int = X.CurrentTime) -> None:
        # A window that is not visible cannot have it, which is no reason to give up the surface.
        window.set_input_focus(X.RevertToParent, at, onerror=CatchError(XError))

    def _focused(self) -> int:
        focused = self._display.get_input_focus().focus
        return focused if isinstance(focused, int) else int(focused.id)

    def _is_inside(self) -> bool:
        at = self._parent.query_pointer()
        size = self._parent.get_geometry()
        return bool(at.same_screen) and 0 <= at.win_x < size.width and 0 <= at.win_y < size.height

    def follow_grab(self) -> None:
        """Grabs the keyboard or lets it go, as it has to be now."""
        if self._on and self._wants_grab and self._inside and self._has_it:
            if not self._grabbed:
                status = self._child.grab_keyboard(*ASYNC_GRAB, X.CurrentTime)
                self._grabbed = status == X.GrabSuccess
        elif self._grabbed:
            self._grabbed = False
            self._display.ungrab_keyboard(X.CurrentTime)
            self._display.flush()
