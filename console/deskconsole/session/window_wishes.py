"""The wishes of a window's user that concern the console: another display, figures, windows side by side."""

from __future__ import annotations

from collections.abc import Callable

from deskconsole.viewer.messages import ArrangeWish, DisplayWish, FiguresWish, WindowWish
from deskwire.geometry import Rectangle

from .host_window import HostWindow
from .shown_display import ShownDisplay


class WindowWishes:
    """Grants the wishes, at once and from any thread.

    `open_again` ends the link, so that the next one has the display that was chosen; `arrange` puts all
    windows of the console side by side on a monitor.
    """

    def __init__(
        self,
        window: HostWindow,
        display: ShownDisplay,
        open_again: Callable[[], None],
        arrange: Callable[[Rectangle], None],
    ) -> None:
        self._window = window
        self._display = display
        self._open_again = open_again
        self._arrange = arrange

    def grant(self, wish: WindowWish) -> None:
        """Does what the window's user wants."""
        match wish:
            case DisplayWish():
                chosen = self._display.choose_next()
                self._window.say(self._display.words if chosen else "this host has only one display")
                if chosen:
                    self._open_again()
            case FiguresWish(on):
                self._window.show_figures(on=on)
            case ArrangeWish(x, y, width, height):
                self._arrange(Rectangle(x, y, width, height))
