"""The platforms that can be acted on: each a folder of `input/` and a row here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, NamedTuple

from .device import DeviceOpener, InputDevice


def _x_device() -> InputDevice:
    # A host that is only looked at may be without python-xlib.
    from .x11.xtest_device import XTestDevice

    return XTestDevice()


def _windows_device() -> InputDevice:
    from .windows.device import WindowsInput

    return WindowsInput()


class InputPlatform(NamedTuple):
    """A platform, and what opens its desktop's device."""

    is_here: Callable[[], bool]
    opener: DeviceOpener


PLATFORMS: Final = (
    InputPlatform(lambda: sys.platform == "win32", _windows_device),
    InputPlatform(lambda: True, _x_device),
)
"""The first row that fits this host counts; the last row fits every host."""


def device_opener() -> DeviceOpener:
    """Returns what opens the device of this host's desktop."""
    return next(one for one in PLATFORMS if one.is_here()).opener
