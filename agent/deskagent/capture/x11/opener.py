"""Opens X screens: by DAMAGE where the server has it, by mss where it does not."""

from __future__ import annotations

import logging
from collections.abc import Callable

from deskagent.capture.source import Grabber, GrabberOpener, GrabError, UnreadableScreen

_log = logging.getLogger(__name__)


def x11_opener(report: Callable[[str], None]) -> GrabberOpener:
    """Returns what opens a display of the X server that DISPLAY names; UnreadableScreen where its pixels have
    colours of a palette. `report` hears by which means."""
    reported: dict[int, str] = {}

    def tell(number: int, means: str) -> None:
        # A screen that is gone is tried twice a second for as long as a console waits for it.
        if reported.get(number) != means:
            reported[number] = means
            _log.info("the screen is grabbed %s", means)
            report(means)

    def open_screen(number: int) -> Grabber:
        from deskagent.capture.mss_grabber import MssGrabber

        try:
            from .damage_grabber import DamageGrabber

            grabber = DamageGrabber(number)
        except UnreadableScreen:
            raise
        except (ImportError, GrabError) as error:
            tell(number, f"by mss: {error}")
            return MssGrabber(number)
        tell(number, "where the X server says that it changed")
        return grabber

    return open_screen
