"""Finds out which graphics the terminal has, by asking it before Textual reads its answers."""

from __future__ import annotations

import contextlib
import os
import re
import select
import struct
import sys
import time
from typing import Final, Literal

from .graphics import Graphics, KittyGraphics, SixelGraphics

Setting = Literal["cells", "auto", "kitty", "sixel"]

ANSWERS_WITHIN: Final = 0.5
"""Seconds for the terminal's answer, also through a slow SSH; one that says nothing has no graphics."""

QUESTION: Final = b"\x1b_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[?2;4;0S\x1b[c"
"""Asks whether kitty's graphics work, how large a cell is and a sixel picture may be, and what it is; every
terminal answers the last."""

_USUAL: Final = (10, 20)
"""Width and height of a cell where nothing tells them."""

_IDENTITY: Final = re.compile(rb"\x1b\[\?([\d;]*)c")
_CELL: Final = re.compile(rb"\x1b\[6;(\d{1,3});(\d{1,3})t")
_MOST: Final = re.compile(rb"\x1b\[\?2;0;(\d{1,5});(\d{1,5})S")
_SIXEL: Final = b"4"


def terminal_graphics(setting: Setting) -> Graphics | None:
    """The graphics that `setting` allows and the terminal has; None for half cells.

    Sixel goes before kitty's: the terminals that have both lack the placeholders of the latter.
    """
    if setting == "cells":
        return None
    answer = _ask()
    cell = _CELL.search(answer)
    size = (int(cell[2]), int(cell[1])) if cell and int(cell[1]) and int(cell[2]) else _cell_of_system()
    identity = _IDENTITY.search(answer)
    if setting == "sixel" or (setting == "auto" and identity and _SIXEL in identity[1].split(b";")):
        most = _MOST.search(answer)
        return SixelGraphics(size, (int(most[1]), int(most[2])) if most else None)
    if setting == "kitty" or b"\x1b_Gi=1;OK\x1b\\" in answer:
        return KittyGraphics(size)
    return None


def _cell_of_system() -> tuple[int, int]:
    """Width and height of a cell by what the system knows of the terminal, for those that do not tell it.

    xterm, as it is installed, leaves the question without an answer. It counts its border of two pixels in.
    """
    if sys.platform != "win32":
        import fcntl
        import termios

        with contextlib.suppress(OSError):
            reply = fcntl.ioctl(1, termios.TIOCGWINSZ, bytes(8))
            lines, columns, width, height = struct.unpack("4H", reply)
            if lines and columns and width >= columns and height >= lines:
                return width // columns, height // lines
    return _USUAL


def _ask() -> bytes:
    """Asks QUESTION and returns the terminal's answer; empty where there is none."""
    if sys.platform == "win32":
        return b""
    import termios
    import tty

    answer = b""
    with contextlib.suppress(OSError, termios.error):
        before = termios.tcgetattr(0)
        try:
            tty.setcbreak(0, termios.TCSANOW)
            os.write(1, QUESTION)
            until = time.monotonic() + ANSWERS_WITHIN
            while not _IDENTITY.search(answer) and (left := until - time.monotonic()) > 0:
                if select.select([0], [], [], left)[0]:
                    answer += os.read(0, 1024)
        finally:
            termios.tcsetattr(0, termios.TCSANOW, before)
    return answer
