"""A connection to an X server by python-xlib, with the cookies that every display manager writes."""

from __future__ import annotations

import contextlib
import socket
import traceback
from typing import Any, Final

from Xlib import display as xlib
from Xlib import xauth
from Xlib.error import ConnectionClosedError, DisplayError, XError, XNoAuthError
from Xlib.protocol import event

FAULTS: Final = (XError, ConnectionClosedError, DisplayError, OSError, LookupError, ValueError, TypeError)
"""Exceptions of python-xlib where a server refuses, goes away or lacks something; the last two are what its
parser makes of a connection that ends half way."""

_ANY_ADDRESS: Final = 65535
"""FamilyWild: the cookie is good for whatever address the host has now. python-xlib does not know it."""


def connect() -> Any:
    """Opens the display of DISPLAY with the cookie of XAUTHORITY. Raises what python-xlib raises."""
    # python-xlib has no other place to say where cookies come from, and what is a connection's own.
    vars(xauth)["Xauthority"] = _Cookies
    vars(xlib)["_BaseDisplay"] = _Connection
    return xlib.Display()


def pass_grabs(display: Any) -> None:
    """Lets a connection continue while another program, such as a menu, has grabbed the server."""
    if display.has_extension("XTEST"):
        display.xtest_grab_control(impervious=True)


class _Connection(xlib._BaseDisplay):  # noqa: SLF001
    """A connection that counts its events itself, and leaves no socket behind where it fails.

    python-xlib keeps one list of events for all servers: a second one that counts otherwise cannot be opened.
    """

    def __init__(self, *arguments: Any) -> None:
        self.event_classes: Any = event.event_class.copy()
        try:
            super().__init__(*arguments)
        except BaseException as error:
            # A server lets in 256 programs, and one that refuses is asked twice a second.
            fault: BaseException | None = error
            while fault is not None:
                for frame, _ in traceback.walk_tb(fault.__traceback__):
                    for held in (frame.f_locals.get("s"), vars(self).get("socket")):
                        if isinstance(held, socket.socket):
                            held.close()
                fault = fault.__context__
            raise


class _Cookies(xauth.Xauthority):
    """The cookies of an authority file, those for any address too."""

    def get_best_auth(
        self, family: Any, address: Any, dispno: Any, types: Any = (b"MIT-MAGIC-COOKIE-1",)
    ) -> tuple[bytes, bytes]:
        """The cookie of exactly this address, else one for any address; raises XNoAuthError."""
        with contextlib.suppress(XNoAuthError):
            return super().get_best_auth(family, address, dispno, types)
        number = str(dispno).encode()
        entries: Any = self.entries
        for entry_family, _address, entry_number, name, cookie in entries:
            if entry_family == _ANY_ADDRESS and entry_number in (b"", number) and name in types:
                return name, cookie
        raise XNoAuthError((family, address, dispno))
