"""The platforms on which the person at the host can be asked, and sees who acts: each a row here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, NamedTuple

from .question import Asker, AskerOpener
from .sign import Sign, SignOpener


class ConsentPlatform(NamedTuple):
    """A platform, and what opens its question and its sign."""

    is_here: Callable[[], bool]
    open_asker: AskerOpener
    open_sign: SignOpener


def _open_windows_asker() -> Asker:
    from .windows.asker import WindowsAsker

    return WindowsAsker()


def _open_windows_sign(clicked: Callable[[], None]) -> Sign:
    from .windows.sign import WindowsSign

    return WindowsSign(clicked)


def _open_x11_asker() -> Asker:
    from .x11.asker import X11Asker

    return X11Asker()


def _open_x11_sign(clicked: Callable[[], None]) -> Sign:
    from .x11.sign import X11Sign

    return X11Sign(clicked)


PLATFORMS: Final = (
    ConsentPlatform(lambda: sys.platform == "win32", _open_windows_asker, _open_windows_sign),
    ConsentPlatform(lambda: True, _open_x11_asker, _open_x11_sign),
)
"""The first row that fits this host counts; the last row fits every host."""


def asker_opener() -> AskerOpener:
    """Returns what opens the question of this host's desktop."""
    return _here().open_asker


def sign_opener() -> SignOpener:
    """Returns what opens the sign of this host's desktop."""
    return _here().open_sign


def _here() -> ConsentPlatform:
    return next(one for one in PLATFORMS if one.is_here())
