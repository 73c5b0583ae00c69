"""A window of this process as the X server and the window manager know it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from Xlib import X
from Xlib.display import Display
from Xlib.error import XError
from Xlib.protocol.event import ClientMessage

if TYPE_CHECKING:
    from Xlib.xobject.drawable import Window as XWindow

_DEEPEST = 4
"""A window manager puts a frame or two around a window: further below the root there are only parts."""

_FROM_A_PERSON = 2
"""The source of _NET_ACTIVE_WINDOW (EWMH 1.5): a person asked for it. Requests of programs may be refused."""


def find_window(display: Display, title: str) -> XWindow | None:
    """This process's window with this title: a frame may have its title, not its process."""
    process = display.intern_atom("_NET_WM_PID")
    name = display.intern_atom("_NET_WM_NAME")
    for window in _below(display.screen().root, _DEEPEST):
        try:
            owner = window.get_full_property(process, X.AnyPropertyType)
            if owner is None or list(owner.value) != [os.getpid()]:
                continue
            said = window.get_full_property(name, X.AnyPropertyType)
        except XError:  # gone since it was listed
            continue
        if said is not None and bytes(said.value) == title.encode():
            return window
    return None


def bring_to_front(display: Display, window: XWindow) -> None:
    """Shows the window above all others, from an icon or another workspace too."""
    window.map()
    window.configure(stack_mode=X.Above)  # where there is no window manager
    root = display.screen().root
    request = ClientMessage(
        window=window,
        client_type=display.intern_atom("_NET_ACTIVE_WINDOW"),
        data=(32, [_FROM_A_PERSON, X.CurrentTime, 0, 0, 0]),
    )
    root.send_event(request, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
    display.sync()


def borders_of(display: Display, window: XWindow) -> tuple[int, int, int, int]:
    """Pixels of the frame that a window manager has put around the window: left, right, top, bottom."""
    found = window.get_full_property(display.intern_atom("_NET_FRAME_EXTENTS"), X.AnyPropertyType)
    if found is None or len(found.value) != 4:
        return 0, 0, 0, 0
    left, right, top, bottom = (int(edge) for edge in found.value)
    return left, right, top, bottom


def place_of(display: Display, window: XWindow) -> tuple[int, int]:
    """The point on the screen where the inside of the window begins."""
    corner = display.screen().root.translate_coords(window, 0, 0)
    return corner.x, corner.y


def _below(window: XWindow, levels: int) -> Iterator[XWindow]:
    """The windows inside of it, the nearest first, topmost first."""
    level = [window]
    for _ in range(levels):
        inside: list[XWindow] = []
        for one in level:
            try:
                inside += reversed(one.query_tree().children)
            except XError:  # gone meanwhile
                continue
        yield from inside
        level = inside
