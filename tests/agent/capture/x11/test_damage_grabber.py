"""A screen that tells what changed, against a real X server: looks go where it says, nothing is missed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from deskagent.capture.source import Grab, GrabError
from deskagent.capture.x11.damage_grabber import DamageGrabber
from deskwire.geometry import Rectangle
from support.processes import shared_segments
from support.xvfb import Xvfb, wait_for

if sys.platform != "linux":
    pytest.skip("X11 is for Linux", allow_module_level=True)


@pytest.fixture
def grabber(screen: Xvfb) -> Iterator[DamageGrabber]:
    grabber = DamageGrabber(0)
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

    def follow(self, timeout: float) -> bool:
        """Grabs where it is told to; False where nothing changes within so many seconds."""
        changed = self.grabber.next(timeout)
        for place in [None] if changed is None else changed:
            self.take(self.grabber.grab(place))
        return changed is None or bool(changed)

    def settle(self) -> None:
        """Follows until nothing changes any more."""
        while self.follow(0.3):
            pass

    def shows(self, screen: Xvfb) -> bool:
        """Whether it is what another program sees, once nothing changes any more."""
        self.settle()
        return np.array_equal(self.picture[..., :3], screen.screenshot())


def test_what_changes_is_told_and_the_rest_is_not_looked_at(screen: Xvfb, grabber: DamageGrabber) -> None:
    kept = Kept(grabber)
    kept.settle()
    assert grabber.next(0.2) == (), "nothing changes"
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
        kept.follow(0.02)
    wait_for(lambda: kept.shows(screen), what="the same picture")


def test_a_grab_of_everything_leaves_no_change_to_be_told(screen: Xvfb, grabber: DamageGrabber) -> None:
    Kept(grabber).settle()
    paint(screen, 100, 100)
    grabber.grab()
    assert grabber.next(0.3) == (), "no place is looked at twice"


def test_a_region_is_grabbed_without_a_word_before(screen: Xvfb, grabber: DamageGrabber) -> None:
    paint(screen, 100, 100)
    region = Rectangle(90, 90, 60, 50)
    grab = grabber.grab(region)
    assert (grab.area, grab.size) == (region, (800, 500))
    assert np.array_equal(grab.pixels[..., :3], screen.screenshot()[90:140, 90:150])


def test_a_screen_of_another_size_is_grabbed_whole(screen: Xvfb, grabber: DamageGrabber) -> None:
    kept = Kept(grabber)
    screen.resize(1024, 768)
    wait_for(lambda: grabber.next(2) is None, what="its word that all is new")
    grab = grabber.grab(Rectangle(10, 10, 20, 20))
    assert grab.area == Rectangle(0, 0, 1024, 768), "all of it comes, whatever was asked for"
    assert grab.size == (1024, 768)
    kept.take(grab)
    kept.settle()
    assert np.array_equal(kept.picture[..., :3], screen.screenshot())
    assert grabber.displays()[0].width == 1024


def test_a_server_that_goes_away_is_a_failed_grab(screen: Xvfb, grabber: DamageGrabber) -> None:
    grabber.grab()
    screen.kill()
    with pytest.raises(GrabError):
        grabber.next(2)
    with pytest.raises(GrabError):
        grabber.grab()


def test_no_shared_memory_is_left(screen: Xvfb) -> None:
    for _ in range(3):
        grabber = DamageGrabber(0)
        grabber.grab()
        assert shared_segments()
        grabber.close()
    wait_for(lambda: not shared_segments(), what="the end of its segments")


def test_where_no_server_answers_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4077")
    with pytest.raises(GrabError):
        DamageGrabber(0)


def test_a_display_that_is_not_there_is_named(screen: Xvfb) -> None:
    with pytest.raises(GrabError, match="no display 7"):
        DamageGrabber(7)


def paint(screen: Xvfb, x: int, y: int) -> None:
    """A window comes up there."""
    screen.run("xterm", "-geometry", f"10x4+{x}+{y}", "-bw", "0", "-T", f"at {x}", "-e", "sleep 60")
    screen.wait_for_window(f"at {x}")
