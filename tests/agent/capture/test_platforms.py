"""Which source is opened for which platform, and what is reported of it."""

from __future__ import annotations

import sys

import pytest

from deskagent.capture import platforms
from deskagent.capture.platforms import CapturePlatform, screen_opener
from deskagent.capture.source import GrabError
from deskagent.capture.synthetic import SyntheticGrabber

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)


def test_the_first_platform_that_is_here_opens_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SyntheticGrabber("still")
    elsewhere = CapturePlatform(lambda: False, lambda _report: pytest.fail("it is not here"))
    here = CapturePlatform(lambda: True, lambda _report: lambda _number: found)
    monkeypatch.setattr(platforms, "PLATFORMS", (elsewhere, here, *platforms.PLATFORMS))
    assert screen_opener()(0) is found


def test_a_screen_that_stays_away_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    reports: list[str] = []
    open_screen = screen_opener(reports.append)
    for _ in range(3):
        grabber = open_screen(0)
        with pytest.raises(GrabError):
            grabber.grab()
    (report,) = reports
    assert report.startswith("by mss: ")
