"""A screen that tells what changed, against a real X server: looks go where it says, nothing is missed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from deskagent.capture.grabber import Grab, GrabError
from deskagent.capture.mss_grabber import MssGrabber
from deskagent.capture.x11.damage_grabber import DamageGrabber
from deskwire.geometry import Rectangle
from support.xvfb import Xvfb, wait_for

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)


@pytest.fixture
def grabber(screen: Xvfb) -> Iterator[DamageGrabber]:
    grabber = DamageGrabber(0, MssGrabber(0))
    yield grabber
    grabber.close()


class Kept:
    """The picture as its grabs make it."""

    def __init__(self, grabber: DamageGrabber) -> None:
        self.grabber = grabber
        first = grabber.grab()
        assert first.area.size == first.size, "the first grab is of everything"
        self.picture: NDArray[np.uint8] = first.pixels.copy()
        self.areas: list[Rectangle] = []

    def take(self, grab: Grab) -> None:
        x, y, width, height = grab.area
        if grab.area.size == grab.size:
            self.picture = grab.pixels.copy()
        self.picture[y : y + height, x : x + width] = grab.pixels
        self.areas.append(grab.area)

    def settle(self) -> None:
        """Looks wherever it is told to, until nothing more is."""
        while self.grabber.wait(0.3):
            self.take(self.grabber.grab())

    def shows(self, screen: Xvfb) -> bool:
        """Whether it is what another program sees, once nothing changes any more."""
        self.settle()
        return np.array_equal(self.picture[..., :3], screen.screenshot())


def test_what_changes_is_told_and_the_rest_is_not_looked_at(screen: Xvfb, grabber: DamageGrabber) -> None:
    kept = Kept(grabber)
    kept.settle()
    assert not grabber.wait(0.2), "nothing changes"
    screen.run("xterm", "-geometry", "30x8+500+300", "-T", "small", "-e", "echo told; sleep 60")
    screen.wait_for_window("small")
    wait_for(lambda: kept.shows(screen), what="the terminal")
    # What a terminal does has no business on the left.
    assert all(area.x >= 480 for area in kept.areas)


def test_pictures_stay_right_through_a_storm_of_changes(screen: Xvfb, grabber: DamageGrabber) -> None:
    kept = Kept(grabber)
    for place in ("+10+10", "+300+80", "+60+240"):
        screen.run("xterm", "-geometry", f"50x12{place}", "-e", "ls -lR /usr/lib | head -2000; sleep 60")
    for _ in range(200):
        if grabber.wait(0.02):
            grab = grabber.grab()
            kept.take(grab)
            grabber.spare(grab.area, 0.02)
    wait_for(lambda: kept.shows(screen), what="the same picture")


def test_what_is_spared_waits_and_what_is_elsewhere_does_not(screen: Xvfb, grabber: DamageGrabber) -> None:
    kept = Kept(grabber)
    kept.settle()
    grabber.spare(Rectangle(0, 0, 300, 500), 30)
    paint(screen, 100, 100)
    assert not grabber.wait(0.5)
    paint(screen, 600, 100)
    assert grabber.wait(2)
    assert grabber.grab().area.x >= 300


def test_a_screen_of_another_size_is_grabbed_anew(screen: Xvfb, grabber: DamageGrabber) -> None:
    kept = Kept(grabber)
    screen.resize(1024, 768)
    assert grabber.wait(2)
    grab = grabber.grab()
    assert grab.area == Rectangle(0, 0, 1024, 768)
    assert grab.size == (1024, 768)
    kept.take(grab)
    kept.settle()
    assert np.array_equal(kept.picture[..., :3], screen.screenshot())
    assert grabber.displays()[0].width == 1024


def test_a_server_that_goes_away_is_a_failed_grab(screen: Xvfb, grabber: DamageGrabber) -> None:
    grabber.grab()
    screen.kill()
    with pytest.raises(GrabError):
        grabber.wait(2)
    with pytest.raises(GrabError):
        grabber.grab()


def test_no_shared_memory_is_left(screen: Xvfb) -> None:
    before = segments()
    for _ in range(3):
        grabber = DamageGrabber(0, MssGrabber(0))
        grabber.grab()
        grabber.close()
    wait_for(lambda: segments() == before, what="the end of its segments")


def test_where_no_server_answers_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4077")
    with pytest.raises(GrabError):
        DamageGrabber(0, MssGrabber(0))


def test_a_display_that_is_not_there_is_named(screen: Xvfb) -> None:
    with pytest.raises(GrabError, match="no display 7"):
        DamageGrabber(7, MssGrabber(7))


def paint(screen: Xvfb, x: int, y: int) -> None:
    """A window comes up there."""
    screen.run("xterm", "-geometry", f"10x4+{x}+{y}", "-bw", "0", "-T", f"at {x}", "-e", "sleep 60")
    screen.wait_for_window(f"at {x}")


def segments() -> int:
    """How many pieces of shared memory there are on this machine."""
    return len(subprocess.check_output(["ipcs", "-m"], text=True).splitlines())
