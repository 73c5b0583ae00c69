"""An application's dealings with its terminal: title, notifications, signals, and a lost terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from functools import partial
from types import FrameType
from typing import Generic, TypeVar

from textual.driver import Driver
from textual.screen import Screen

from deskconsole.common.signals import has_job_control

from .lost_terminal import is_lost
from .ordered_keys import OrderedKeysApp
from .text.terminal_news import DownHosts, Notification, down_text, notification_sequence, title_of
from .view import FleetView

T = TypeVar("T")

TERMINAL_CHECK = 1.0
"""Seconds between two looks at whether the terminal is still there."""


class TerminalApp(OrderedKeysApp[T], Generic[T]):
    """An app that says in its terminal's title how the fleet is, and `notifies` when a host goes down."""

    notifies: Notification = "off"

    def __init__(self) -> None:
        super().__init__()
        self._down_hosts = DownHosts()

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver; on Linux and macOS with a parser that no input can make fall over."""
        usual = super().get_driver_class()
        if sys.platform == "win32":
            return usual
        from textual.drivers.linux_driver import LinuxDriver

        from .terminal_driver import TerminalDriver

        return TerminalDriver if usual is LinuxDriver else usual

    @property
    def _background_screens(self) -> list[Screen[object]]:
        """Textual's screens that shine through the one on top: none below one that lets nothing through.

        Textual takes the next one for such a screen in any case, and for each change in it draws the whole of
        the top again, for ever: a megabyte a second where the wall lay over the list.
        """
        return [] if self.screen.styles.background.a == 1 else super()._background_screens

    @property
    def lends_terminal(self) -> bool:
        """True while a program that the app started has the terminal, and its ctrl+c."""
        return False

    def watch_terminal(self) -> None:
        """Ends the app as `q` does when it is told to, or when its terminal is gone."""
        loop = asyncio.get_running_loop()
        # Not on Windows, nor where an application runs beside the main thread, as under test.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(signal.SIGINT, self._told_to_leave, signal.SIGINT)
            if sys.platform != "win32" and not self.is_headless:
                for number in (signal.SIGHUP, signal.SIGTERM):
                    signal.signal(number, partial(self._arrived, loop))
        # Behind ctrl+z and fg the terminal is empty, and Textual draws only what changes from then on.
        self.app_resume_signal.subscribe(self, lambda _app: self.refresh(layout=True), immediate=True)
        if not self.is_headless:  # a terminal may be gone before the fleet is opened
            self.set_interval(TERMINAL_CHECK, self._leave_if_lost)

    def _arrived(self, loop: asyncio.AbstractEventLoop, number: int, _frame: FrameType | None) -> None:
        # A handler of the loop would go with the loop: while the hosts are closed behind it, a terminal that
        # is closed too would end the process, and leave agents and folders behind.
        with contextlib.suppress(RuntimeError):  # it has ended
            loop.call_soon_threadsafe(self._told_to_leave, number)

    def _told_to_leave(self, number: int) -> None:
        if number != signal.SIGINT or not self.lends_terminal:
            self.leave()

    def _leave_if_lost(self) -> None:
        if is_lost():
            self.leave()

    def leave(self) -> None:
        """Ends the app."""
        self.exit()

    def tell_terminal(self, view: FleetView) -> None:
        """Shows in the title how the fleet is; notifies of hosts that went down since the last call."""
        down = self._down_hosts.take(view)
        if self._driver is None or self.is_headless or self.lends_terminal:
            return
        if (set_title := getattr(self._driver, "set_title", None)) is not None:
            set_title(title_of(view))
        if down:
            in_tmux = "TMUX" in os.environ
            self._driver.write(notification_sequence(self.notifies, down_text(down), in_tmux=in_tmux))

    def action_suspend_process(self) -> None:
        """Gives the terminal back to the shell, if there is a shell that can continue the console later."""
        if has_job_control():
            super().action_suspend_process()
        else:
            self.notify("Cannot suspend: not started from a shell with job control.", markup=False)

    def key_ctrl_z(self) -> None:
        """Bindings end at a dialog; this key does not."""
        self.action_suspend_process()
