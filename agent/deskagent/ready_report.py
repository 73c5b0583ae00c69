"""The ready report: an agent's words in its ready file about the desktop that it is on.

Its word is all that its launcher believes: the system says success of a start in the wrong session too.
"""

from __future__ import annotations

from deskwire.messages import ScreenState

from .capture.source import GrabberOpener, GrabError
from .capture.windows.guarded import Desktop
from .pixels import Pixels, is_flat


def desktop_words(desktop: Desktop, open_grabber: GrabberOpener) -> dict[str, object]:
    """Reports where this agent is, and what a first grab of the whole desktop gave.

    `size` is [width, height] in pixels and `flat` says that the picture has one colour only; both are None
    where the grab failed. Raises OSError where the system does not even tell the session.
    """
    answers = desktop.answers()
    words: dict[str, object] = {
        "session": answers.session,
        "station": answers.station,
        "desktop": answers.desktop,
    }
    try:
        picture = _first_picture(open_grabber)
    except GrabError as error:
        return {**words, "screen": error.state, "reason": str(error), "size": None, "flat": None}
    height, width = picture.shape[:2]
    live = {"screen": ScreenState.LIVE, "reason": ""}
    return {**words, **live, "size": [width, height], "flat": is_flat(picture)}


def _first_picture(open_grabber: GrabberOpener) -> Pixels:
    grabber = open_grabber(0)
    try:
        return grabber.grab().pixels
    finally:
        grabber.close()
