"""Shows a host's window for a command, that of the session that a running console has with it."""

from __future__ import annotations

from collections.abc import Callable

from deskconsole.app.waiting import require_seen, wait_for_closed_window
from deskconsole.session.session import Session

from .messages import ViewHost


def view(session: Session, request: ViewHost, waiting: Callable[[], None]) -> None:
    """Returns when the window was closed, the session has ended or the time is over.

    A window that was open before stays open. Raises StreamError where the host's screen cannot be seen,
    ViewerError where there can be no window, and what `waiting` raises.
    """
    was_open = session.viewing
    if not was_open:
        require_seen(session)
    try:
        session.view(fullscreen=request.fullscreen, control=request.control)
        wait_for_closed_window(session, request.seconds, waiting)
    finally:
        if not was_open:
            session.close_window()
