"""The locks of a desktop on X11: selections, which the server takes back from a client that is gone."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any, Final

from Xlib import X
from Xlib.error import BadAccess, CatchError
from Xlib.ext import xfixes

from deskx11.connection import FAULTS, connect, pass_grabs

from .desktop_lock import DesktopTaken, LockGone, LockPurpose

_LONGEST_NAME: Final = 64

_ALONE_WITHIN: Final = 1.0
"""Seconds to wait for another agent that is just taking a lock. A program that has what keeps the others out
for a use of its own keeps no agent from acting."""
_ALONE_AGAIN: Final = 0.005

_OWNER_CHANGES: Final = (
    xfixes.XFixesSetSelectionOwnerNotifyMask
    | xfixes.XFixesSelectionWindowDestroyNotifyMask
    | xfixes.XFixesSelectionClientCloseNotifyMask
)


class X11Lock:
    """Owns the selection on a connection of its own."""

    def __init__(self, purpose: LockPurpose) -> None:
        self._name = f"_DESKCONSOLE_{purpose.upper()}"
        """The selection; also the property of its owner's window that has the holder's name."""
        self._connection: Any = None
        self._window: Any = None
        self._atom = self._utf8 = 0
        self._lost = False
        """The server told that another agent has taken the lock, and `taken_by` was not asked since."""
        self._tells = False
        """The server tells of each change of the lock's owner."""
        self._held: bool | None = None
        """An agent has the lock, as the server told last; None: the server has to be asked."""

    def acquire(self, holder: str, *, force: bool) -> None:
        try:
            self._connect()
            with self._alone():
                if (name := self._other_holder()) is not None and not force:
                    raise DesktopTaken(name)
                self._window.change_property(self._atom, self._utf8, 8, holder[:_LONGEST_NAME].encode())
                self._window.set_selection_owner(self._atom, X.CurrentTime)
        except FAULTS as error:
            self.release()
            raise LockGone(f"the X server does not answer: {error}") from error
        except DesktopTaken:
            self.release()
            raise

    def taken_by(self) -> str | None:
        try:
            self._take_events()
            lost, self._lost = self._lost, False
            return self._other_holder() or "" if lost and not self._owns() else None
        except FAULTS as error:
            raise LockGone(f"the X server is gone: {error}") from error

    def is_held(self) -> bool:
        try:
            self._connect()
            self._take_events()
            if self._held is None:
                self._held = bool(self._connection.get_selection_owner(self._atom) != X.NONE)
            return self._held
        except FAULTS as error:
            self.release()
            raise LockGone(f"the X server is gone: {error}") from error

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*FAULTS):
                connection.close()

    def _connect(self) -> None:
        if self._connection is not None:
            return
        connection = connect()
        self._connection = connection
        connection.set_error_handler(lambda _error, _request: None)
        pass_grabs(connection)
        self._atom = connection.intern_atom(self._name)
        self._utf8 = connection.intern_atom("UTF8_STRING")
        self._window = connection.screen().root.create_window(0, 0, 1, 1, 0, 0, X.InputOnly)
        self._tells = connection.has_extension(xfixes.extname)
        if self._tells:
            connection.xfixes_query_version()
            connection.xfixes_select_selection_input(self._window, self._atom, _OWNER_CHANGES)
        self._lost, self._held = False, None

    def _take_events(self) -> None:
        """Takes what the server told: a question takes a round trip, and ten a second are asked."""
        if not self._tells:
            self._held = None
        while self._connection.pending_events():
            self._lost |= self._connection.next_event().type == X.SelectionClear
            self._held = None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Between the look at the owner and the taking no other agent does the same.

        Not by a grab of the server: that waits for the end of any menu's, even on a connection that such a
        grab does not stop. The server lets one client alone select this event of a window, until that client
        is gone; it never comes, as the root window is never resized by a request.
        """
        end = time.monotonic() + _ALONE_WITHIN
        while not self._select(X.ResizeRedirectMask) and time.monotonic() < end:
            time.sleep(_ALONE_AGAIN)
        try:
            yield
        finally:
            self._select(X.NoEventMask)

    def _select(self, mask: int) -> bool:
        """Selects these events of the root window. False: another client has them."""
        refused = CatchError(BadAccess)
        self._connection.screen().root.change_attributes(event_mask=mask, onerror=refused)
        self._connection.sync()
        return refused.get_error() is None

    def _owns(self) -> bool:
        """True if this agent has the lock: it may have taken it back since the server told of its loss."""
        return bool(self._connection.get_selection_owner(self._atom) == self._window)

    def _other_holder(self) -> str | None:
        """The name of the console whose agent has the lock; None where that is this agent or none."""
        owner = self._connection.get_selection_owner(self._atom)
        if owner in (X.NONE, self._window):
            return None
        with contextlib.suppress(*FAULTS):
            # Any program may have written it, and as much as it likes.
            found = owner.get_property(self._atom, self._utf8, 0, _LONGEST_NAME)
            if found is not None:
                name = bytes(found.value).decode(errors="replace")[:_LONGEST_NAME]
                return "".join(one for one in name if one.isprintable())
        return ""
