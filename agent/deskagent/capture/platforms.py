"""The platforms whose screens can be grabbed: each a folder of `capture/` and a row here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, NamedTuple

from .source import GrabberOpener
from .windows.opener import windows_opener
from .x11.opener import x11_opener

Report = Callable[[str], None]


class CapturePlatform(NamedTuple):
    """A platform, and what opens its screens."""

    is_here: Callable[[], bool]
    opener: Callable[[Report], GrabberOpener]
    """Loads the system's libraries, and returns what opens a display. It reports by which means the screen
    is grabbed, each time that changes."""


PLATFORMS: Final = (
    CapturePlatform(lambda: sys.platform == "win32", windows_opener),
    CapturePlatform(lambda: True, x11_opener),
)
"""The first that is here is the one; the last takes what is left."""


def screen_opener(report: Report = lambda _means: None) -> GrabberOpener:
    """Returns what opens the displays of this host, on any thread."""
    return next(one for one in PLATFORMS if one.is_here()).opener(report)
