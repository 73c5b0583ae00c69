"""The identity of this console: the name that people at hosts are shown, and what tells its process apart."""

from __future__ import annotations

import getpass
import os
import platform

from deskconsole.common.safe_text import safe_text

CONSOLE_ID = os.urandom(16)
"""Random for each process: after a reconnect it is the same console, and each other program is another."""

_LONGEST = 64
"""The most characters that the wire allows."""


def console_name() -> str:
    """`user@machine`, as far as the system tells."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # an account without a name, in a container for one
        user = "somebody"
    return safe_text(f"{user}@{platform.node() or 'console'}", _LONGEST)
