"""The lock of a desktop on X11: a selection, which the server takes back from a client that is gone."""

from __future__ import annotations

import contextlib
from typing import Any, Final

from Xlib import X

from deskagent.input.device import DeviceGone
from deskx11.connection import FAULTS, connect, pass_grabs

from .desktop_lock import DesktopTaken

_SELECTION: Final = "_DESKCONSOLE_CONTROL"
"""The selection, and the property of its owner's window that has the holder's name."""

_LONGEST_NAME: Final = 64


class X11Lock:
    """Owns the selection, on a separate connection, while a console acts."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._window: Any = None
        self._atom = self._utf8 = 0

    def acquire(self, holder: str, *, force: bool) -> None:
        try:
            if self._connection is None:
                self._connect()
            # The server is held, so that no other agent takes the lock between the look and the taking.
            self._connection.grab_server()
            try:
                if (name := self._other_holder()) is not None and not force:
                    raise DesktopTaken(name)
                self._window.change_property(self._atom, self._utf8, 8, holder[:_LONGEST_NAME].encode())
                self._window.set_selection_owner(self._atom, X.CurrentTime)
            finally:
                self._connection.ungrab_server()
                self._connection.sync()
        except FAULTS as error:
            self.release()
            raise DeviceGone(f"the X server does not answer: {error}") from error
        except DesktopTaken:
            self.release()
            raise

    def taken_by(self) -> str | None:
        try:
            # The server tells of it: this is asked ten times a second, and a question takes a round trip.
            while self._connection.pending_events():
                if self._connection.next_event().type == X.SelectionClear:
                    return self._other_holder() or ""
            return None
        except FAULTS as error:
            raise DeviceGone(f"the X server is gone: {error}") from error

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*FAULTS):
                connection.close()

    def _connect(self) -> None:
        connection = connect()
        self._connection = connection
        connection.set_error_handler(lambda _error, _request: None)
        pass_grabs(connection)
        self._atom = connection.intern_atom(_SELECTION)
        self._utf8 = connection.intern_atom("UTF8_STRING")
        self._window = connection.screen().root.create_window(0, 0, 1, 1, 0, 0, X.InputOnly)

    def _other_holder(self) -> str | None:
        """The name of the console whose agent has the lock; None where that is this agent or none."""
        owner = self._connection.get_selection_owner(self._atom)
        if owner in (X.NONE, self._window):
            return None
        with contextlib.suppress(*FAULTS):
            found = owner.get_full_property(self._atom, self._utf8)
            if found is not None:
                name = bytes(found.value).decode(errors="replace")[:_LONGEST_NAME]
                return "".join(one for one in name if one.isprintable())
        return ""
