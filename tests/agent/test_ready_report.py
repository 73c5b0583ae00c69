"""What an agent says of the desktop it finds itself on, before any console comes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from deskagent.capture.source import Grab, Grabber, GrabError, whole
from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.capture.windows.guarded import GuardedGrabber
from deskagent.capture.windows.session_state import SystemAnswers
from deskagent.ready_report import desktop_words
from deskwire.geometry import Rectangle

USED = SystemAnswers(session=3, station="WinSta0", desktop="Default", console=3)


class Answering:
    def __init__(self, answers: SystemAnswers) -> None:
        self._answers = answers

    def answers(self) -> SystemAnswers:
        return self._answers


class Source(SyntheticGrabber):
    closed = False
    fault: GrabError | None = None
    black = False

    def grab(self, region: Rectangle | None = None) -> Grab:
        if self.fault is not None:
            raise self.fault
        return whole(np.zeros((48, 64, 4), np.uint8)) if self.black else super().grab(region)

    def close(self) -> None:
        self.closed = True


def words(answers: SystemAnswers, source: Source) -> dict[str, object]:
    desktop = Answering(answers)

    def open_grabber(number: int) -> Grabber:
        assert number == 0, "the whole desktop"
        return GuardedGrabber(source, desktop)

    said = desktop_words(desktop, open_grabber)
    assert source.closed
    return said


def test_a_desktop_with_something_on_it() -> None:
    assert words(USED, Source("still", 1, 64, 48)) == {
        "session": 3,
        "station": "WinSta0",
        "desktop": "Default",
        "screen": "live",
        "reason": "",
        "size": [64, 48],
        "flat": False,
    }


def test_a_black_picture_is_reported_as_flat() -> None:
    source = Source("still", 1, 64, 48)
    source.black = True
    assert words(USED, source)["flat"] is True


def test_a_locked_screen_is_reported_without_a_picture() -> None:
    said = words(replace(USED, locked=True), Source("still", 1, 64, 48))
    assert (said["screen"], said["size"], said["flat"]) == ("locked", None, None)
    assert said["reason"] == "the session is locked"


def test_a_failed_grab_is_reported_in_the_systems_words() -> None:
    source = Source("still", 1, 64, 48)
    source.fault = GrabError("the screen cannot be grabbed: BitBlt: The handle is invalid.")
    said = words(USED, source)
    assert (said["screen"], said["size"], said["session"]) == ("grab failed", None, 3)
    assert "The handle is invalid" in str(said["reason"])


def test_an_agent_in_session_0_reports_it() -> None:
    said = words(replace(USED, session=0), Source("still", 1, 64, 48))
    assert said["session"] == 0
    assert "session 0" in str(said["reason"])
