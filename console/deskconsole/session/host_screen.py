"""A host's screen that cannot be seen: how that is said, how long it is waited for, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from deskwire.messages import ScreenState

NO_PICTURE_AFTER = 4.0
"""Seconds for which a host may say that it has no picture before it is believed: the agent keeps trying."""

ANSWERED_AFTER = 35.0
"""Seconds after which a question at the host is over: the person there has 30."""

SCREEN_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        ScreenState.LOCKED: "Unlock it there, or answer the prompt that it shows.",
        ScreenState.NO_USER: "Log on there.",
        ScreenState.DISCONNECTED: "Connect to that remote-desktop session again, or log in at the console.",
        ScreenState.DISPLAY_OFF: "Wake it up: move its mouse or press a key there.",
        ScreenState.ASKING: "Wait: the person at the host has 30 s to answer.",
        ScreenState.REFUSED: "Talk to the person at the host, then connect again.",
        ScreenState.GRAB_FAILED: "Check which display is wanted, and look at the host's desktop.",
    }
)
"""A person can do this where the host says that its screen cannot be seen; then the picture comes back."""


def no_picture(host: str, state: str, reason: str) -> str:
    """The sentence for it; `reason` is in the host's own words, or empty."""
    return f"{host} has no picture, {state}{f': {reason}' if reason else ''}"
