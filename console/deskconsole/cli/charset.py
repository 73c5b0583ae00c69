"""The terminal's character set: the console is drawn in UTF-8, and some terminals take that for Latin-1."""

from __future__ import annotations

import os
import re
import select
import sys
import time
from collections.abc import Mapping

from deskconsole.common.errors import ConfigurationError

_PROBE = "\N{LATIN SMALL LETTER G WITH DOT ABOVE}"
"""One cell in UTF-8, in East Asian terminals too; its two bytes are two cells of Latin-1."""

_TERMINAL_TIMEOUT = 1.0
"""Seconds in which a terminal, on the other side of a slow link too, says where its cursor is."""


def require_utf8() -> None:
    """Raises ConfigurationError where the terminal certainly shows something else.

    It is asked only where the locale does not name UTF-8: LC_ALL=C in tmux or in a Linux console is right.
    A terminal that does not answer is taken for one that does.
    """
    if sys.platform == "win32" or _names_utf8(os.environ):
        return
    if _column_behind(_PROBE) == 3:
        raise ConfigurationError(
            "this terminal does not show UTF-8, which the console is drawn in",
            remedy="Start the terminal with a UTF-8 locale, such as LANG=C.UTF-8. "
            "`deskconsole --help` lists the commands that need none.",
        )


def _names_utf8(environment: Mapping[str, str]) -> bool:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := environment.get(name):
            # Python sets this one itself where the locale is C (PEP 538): nothing is known of the terminal.
            coerced = name == "LC_CTYPE" and value == "C.UTF-8"
            return not coerced and "utf" in value.casefold()
    return False


def _column_behind(text: str) -> int | None:
    """The column of the terminal's cursor, from 1, behind `text` at the beginning of a line."""
    if sys.platform == "win32":
        return None
    import termios
    import tty

    before = termios.tcgetattr(0)
    try:
        tty.setcbreak(0, termios.TCSANOW)
        os.write(2, b"\r" + text.encode() + b"\x1b[6n")
        answer, end = b"", time.monotonic() + _TERMINAL_TIMEOUT
        while (found := re.search(rb"\x1b\[\d+;(\d+)R", answer)) is None:
            readable, _, _ = select.select([0], [], [], max(0.0, end - time.monotonic()))
            part = os.read(0, 1024) if readable else b""
            if not part:
                return None
            answer += part
        return int(found[1])
    finally:
        os.write(2, b"\r\x1b[K")
        termios.tcsetattr(0, termios.TCSANOW, before)
