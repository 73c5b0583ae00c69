"""Opens the screens of Windows: by desktop duplication where it works, else by mss, never a locked one."""

from __future__ import annotations

from collections.abc import Callable

from deskagent.capture.source import Grabber, GrabberOpener


def windows_opener(report: Callable[[str], None]) -> GrabberOpener:
    """Returns what opens a display of the session that the agent runs in; `report` hears by which means."""
    from deskwin32.desktop import be_dpi_aware, virtual_screen

    from .system import windows_desktop

    be_dpi_aware()
    # After it, for they load user32.
    from deskagent.capture.mss_grabber import MssGrabber, find_displays

    from .duplication import OutputFrames
    from .guarded import GuardedGrabber
    from .preferred import PreferredGrabber

    def open_screen(number: int) -> Grabber:
        screen = MssGrabber(number, outline=virtual_screen)
        preferred = PreferredGrabber(number, screen, find_displays, OutputFrames, report)
        return GuardedGrabber(preferred, windows_desktop())

    return open_screen
