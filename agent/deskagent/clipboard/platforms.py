"""The platforms whose clipboard can be reached: each a row here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, NamedTuple

from .system_clipboard import ClipboardOpener, SystemClipboard


class ClipboardPlatform(NamedTuple):
    """A platform, and what opens its clipboard."""

    is_here: Callable[[], bool]
    open: ClipboardOpener


def _open_windows() -> SystemClipboard:
    from .windows import WindowsClipboard

    return WindowsClipboard()


def _open_x11() -> SystemClipboard:
    from .x11 import open_x11_clipboard

    return open_x11_clipboard()


PLATFORMS: Final = (
    ClipboardPlatform(lambda: sys.platform == "win32", _open_windows),
    ClipboardPlatform(lambda: True, _open_x11),
)
"""The first row that fits this host counts; the last row fits every host."""


def clipboard_opener() -> ClipboardOpener:
    """Returns what opens the clipboard of this host's desktop, on the thread that uses it."""
    return next(one for one in PLATFORMS if one.is_here()).open
