"""The window's process: `python -m deskconsole.viewer`, spoken to on stdin, answering on stdout.

It ends when the window is closed, when it is told to, or when stdin ends because the console is gone.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import sys
from pathlib import Path

from deskconsole.common.errors import ConfigurationError, ViewerError
from deskconsole.common.paths import Paths
from deskconsole.common.settings import Settings

from .display import monitors, require_display
from .inbox import open_inbox
from .input_outbox import InputOutbox
from .mailbox import Mailbox
from .messages import Failed, Ready, to_window
from .wall_mailbox import WallMailbox
from .wall_messages import to_wall

PACKAGES = "libgl1 libglib2.0-0 libsm6 libx11-xcb1 xkb-data"
"""Debian packages (12) beyond a bare system that the window needs; the first three were found by
trying, one by one; the next is used below, and the last has the keyboard's tables."""


def _prefer_the_systems_x11() -> None:
    """Makes Qt use the system's libX11-xcb instead of the older one in OpenCV's wheel.

    The wheel brings that library but not libX11 itself, into whose private structures it writes: with
    libX11 1.8 it misses the field that gives the event queue to Qt (it sets offset 0x40, not 0x48). Then
    events are lost now and then, the Expose of a new window among them, and the window stays black for
    good: 10 of 86 starts measured on Debian 12, 0 of 80 with this. What is loaded first and for all is
    what Qt's symbols are bound to.
    """
    if sys.platform.startswith("linux"):
        # Without it on the system the wheel's own one is used, as before.
        with contextlib.suppress(OSError):
            ctypes.CDLL("libX11-xcb.so.1", mode=ctypes.RTLD_GLOBAL)


def main() -> int:
    """Shows the window until its end; 0 unless there could be none."""
    parser = argparse.ArgumentParser(prog="deskconsole.viewer", description=__doc__)
    parser.add_argument("--fullscreen", action="store_true")
    parser.add_argument("--hint", action="store_true", help="tell the keys when the window opens")
    parser.add_argument("--wall", action="store_true", help="it shows tiles of many hosts")
    parser.add_argument("--turn", type=float, default=10.0, help="seconds until the next page of tiles")
    parser.add_argument("--playing", action="store_true", help="it shows a recording")
    parser.add_argument("--host", default="", help="whose window it is")
    parser.add_argument("--places", type=Path, help="the file with size and place of each host's window")
    arguments = parser.parse_args()
    # Libraries that print must not speak to the console: what they print goes where stderr goes.
    outbox = InputOutbox(os.dup(1))
    os.dup2(2, 1)
    try:
        settings = Settings.load(Paths.default().settings)
        screen = require_display(os.environ)
    except (ConfigurationError, ViewerError) as fault:
        outbox.put(Failed(str(fault), fault.remedy))
        return fault.exit_code
    try:
        _prefer_the_systems_x11()
        from .frame import Frame
        from .toolkit_window import NAME
        from .wall_window import WallWindow
        from .window import Window
    except ImportError as fault:
        outbox.put(Failed(f"OpenCV cannot be loaded: {fault}.", f"Debian: apt-get install {PACKAGES}"))
        return ViewerError.exit_code
    frame = Frame(NAME, monitors(), host=arguments.host, places=arguments.places)
    depth = 24 if screen is None else screen.depth
    window: Window | WallWindow
    if arguments.wall:
        window = WallWindow(
            open_inbox(sys.stdin.fileno(), WallMailbox(), to_wall),
            outbox,
            frame,
            fullscreen=arguments.fullscreen,
            turn=arguments.turn,
            depth=depth,
        )
    else:
        window = Window(
            open_inbox(sys.stdin.fileno(), Mailbox(), to_window),
            outbox,
            frame,
            fullscreen=arguments.fullscreen,
            hint=arguments.hint,
            depth=depth,
            host_key=settings.host_key,
            playing=arguments.playing,
        )
    outbox.put(Ready())
    window.run()
    outbox.close()
    # Not through the interpreter's end: it has nothing to save, and a thread may be reading stdin.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
