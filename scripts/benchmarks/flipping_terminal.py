"""A program for a terminal: every key that it gets swaps the terminal's background between two colours.

`python flipping_terminal.py RRGGBB RRGGBB`. The first one is there from the beginning.
"""

from __future__ import annotations

import itertools
import os
import sys
import termios
import tty


def main() -> None:
    """Until its input ends."""
    settings = termios.tcgetattr(0)
    tty.setcbreak(0)
    silent = termios.tcgetattr(0)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(0, termios.TCSANOW, silent)
    try:
        for colour in itertools.cycle(sys.argv[1:3]):
            os.write(1, f"\x1b]11;#{colour}\x07\x1b[2J\x1b[?25l".encode())
            if not os.read(0, 1):
                return
    finally:
        termios.tcsetattr(0, termios.TCSANOW, settings)


if __name__ == "__main__":
    main()
