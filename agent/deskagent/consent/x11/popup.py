"""A window above all others that no window manager looks after: it takes no focus and cannot be lost."""

from __future__ import annotations

import contextlib
from typing import Any, Final

from Xlib import X, Xatom
from Xlib.error import XError
from Xlib.ext import randr

from deskwire.geometry import Rectangle
from deskx11.connection import connect
from deskx11.events import XEvents
from deskx11.monitors import monitors

from .core_font import CoreFont

LOOK: Final = 0.5
"""Seconds between two looks at what covers it. With a compositor the server says nothing of that."""

_SAVER: Final = "MIT-SCREEN-SAVER"
_SAVER_ON: Final = 1


class Popup:
    """One such window, on a separate connection and for one thread. Raises what python-xlib raises."""

    def __init__(self, name: str, paper: tuple[int, int, int]) -> None:
        self.connection: Any = connect()
        self.events = XEvents(self.connection)
        try:
            self._open(name, paper)
        except BaseException:
            self.events.close()
            raise

    def _open(self, name: str, paper: tuple[int, int, int]) -> None:
        # Other windows may go while they are looked at; python-xlib would print each fault.
        self.connection.set_error_handler(lambda _error, _request: None)
        self._screen: Any = self.connection.screen()
        self._root: Any = self._screen.root
        self.font = CoreFont(self.connection)
        self.window: Any = self._root.create_window(
            0, 0, 1, 1, 1, self._screen.root_depth,
            override_redirect=True,
            background_pixel=self.colour(paper),
            border_pixel=self.colour((0, 0, 0)),
            event_mask=X.ExposureMask | X.ButtonPressMask | X.ButtonReleaseMask | X.KeyPressMask,
        )  # fmt: skip
        self.window.set_wm_name(name)
        kind = self.connection.intern_atom("_NET_WM_WINDOW_TYPE_NOTIFICATION")
        self.window.change_property(
            self.connection.intern_atom("_NET_WM_WINDOW_TYPE"), Xatom.ATOM, 32, [kind]
        )
        self._root.change_attributes(event_mask=X.StructureNotifyMask)
        if self.connection.has_extension(randr.extname):
            self._root.xrandr_select_input(randr.RRScreenChangeNotifyMask)

    def colour(self, levels: tuple[int, int, int]) -> int:
        """The pixel of red, green, blue from 0 to 255."""
        red, green, blue = (level * 257 for level in levels)
        return int(self._screen.default_colormap.alloc_color(red, green, blue).pixel)

    def context(self, ink: tuple[int, int, int], paper: tuple[int, int, int]) -> Any:
        """Returns what writes and draws on it with these colours."""
        return self.window.create_gc(
            font=self.font.font, foreground=self.colour(ink), background=self.colour(paper)
        )

    def first_monitor(self) -> Rectangle:
        """Asks the server for the first monitor's present place."""
        return self._monitors()[0]

    def pointer_monitor(self) -> Rectangle:
        """The monitor on which the pointer is: the person looks there."""
        pointer = self._root.query_pointer()
        here, found = Rectangle(pointer.root_x, pointer.root_y, 1, 1), self._monitors()
        return next((one for one in found if one.common(here)), found[0])

    def _monitors(self) -> list[Rectangle]:
        found = monitors(self.connection)[1:]
        return [Rectangle(one["left"], one["top"], one["width"], one["height"]) for one in found]

    def screen_changed(self, event: Any) -> bool:
        """True if this event says that monitors or the screen have changed."""
        resized = event.type == X.ConfigureNotify and event.window.id == self._root.id
        return resized or type(event).__name__ == "ScreenChangeNotify"

    def show(self, place: Rectangle) -> None:
        """Shows the window above all others."""
        self.window.configure(
            x=place.x, y=place.y, width=place.width, height=place.height, stack_mode=X.Above
        )
        self.window.map()

    def hide(self) -> None:
        """Hides the window."""
        self.window.unmap()

    def keep_on_top(self) -> None:
        """Raises it where another window covers a part of it; a lock's window stays above."""
        place = self._place(self.window)
        above = self._above()
        if place is None or any(self._is_lock(one) for one in above):
            return
        if any((other := self._place(one)) is not None and place.common(other) for one in above):
            self.window.configure(stack_mode=X.Above)

    def is_locked(self) -> bool:
        """True if no person can answer: the screen saver is on, or a lock covers everything."""
        if self.connection.has_extension(_SAVER):
            saver = self._root.screensaver_query_info()
            if saver.state == _SAVER_ON:
                return True
        return any(self._is_lock(one) for one in self._above(all_windows=True))

    def close(self) -> None:
        """Closes the window and its connection."""
        self.events.close()

    def _above(self, *, all_windows: bool = False) -> list[Any]:
        """The windows above it, or all others, that can be seen; from the bottom to the top."""
        children = self._root.query_tree().children
        numbers = [child.id for child in children]
        first = 0
        if self.window.id in numbers and not all_windows:
            first = numbers.index(self.window.id) + 1
        return [one for one in children[first:] if one.id != self.window.id and self._place(one) is not None]

    def _place(self, window: Any) -> Rectangle | None:
        """The place of a window; None where it is not to be seen, or gone."""
        with contextlib.suppress(XError):
            if window.get_attributes().map_state == X.IsViewable:
                place = window.get_geometry()
                return Rectangle(place.x, place.y, place.width, place.height)
        return None

    def _is_lock(self, window: Any) -> bool:
        """True if the window covers the whole screen and is under no window manager's care."""
        try:
            said = window.get_attributes()
            if not said.override_redirect or said.win_class == X.InputOnly:
                return False
            place, root = window.get_geometry(), self._root.get_geometry()
            whole = place.x <= 0 and place.y <= 0
            whole &= place.x + place.width >= root.width and place.y + place.height >= root.height
            return whole and not self._is_managed(window)
        except XError:
            return False

    def _is_managed(self, window: Any) -> bool:
        """True if a window manager's frame has its program's window inside, which bears WM_STATE."""
        state = self.connection.intern_atom("WM_STATE")
        inside = window.query_tree().children
        deeper = [below for one in inside for below in one.query_tree().children]
        return any(
            one.get_property(state, X.AnyPropertyType, 0, 1) is not None for one in (window, *inside, *deeper)
        )
