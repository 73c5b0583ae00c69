"""Tells whether Enter was pressed on the terminal of a running command, without waiting for it."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt

    def enter_pressed() -> bool:
        """True if Enter was pressed since the last call; other keys are forgotten."""
        pressed = False
        while sys.stdin is not None and sys.stdin.isatty() and msvcrt.kbhit():
            pressed |= msvcrt.getwch() in "\r\n"
        return pressed

else:
    import contextlib
    import os
    import select

    def enter_pressed() -> bool:
        """True if Enter was pressed since the last call; what was typed before it is forgotten."""
        pressed = False
        # A terminal that is not the process's own (setsid), or that has gone.
        with contextlib.suppress(OSError):
            # A program in the background that reads its terminal would be stopped.
            if sys.stdin is None or not os.isatty(0) or os.tcgetpgrp(0) != os.getpgrp():
                return False
            # A terminal has a line when Enter was pressed, and hangs up with an empty one. What was typed
            # before it need not be text.
            while select.select([0], [], [], 0)[0]:
                if not os.read(0, 4096):
                    break
                pressed = True
        return pressed
