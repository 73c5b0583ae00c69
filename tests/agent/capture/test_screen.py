"""The screen grabber against a real X server and real programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from deskagent.capture.grabber import GrabError
from deskagent.capture.screen import ScreenGrabber
from xvfb import Xvfb, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Xvfb]:
    with Xvfb(800, 500, maximum=(1024, 768)) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def grabber(screen: Xvfb, clock: Clock) -> Iterator[ScreenGrabber]:
    grabber = ScreenGrabber(clock=clock)
    yield grabber
    grabber.close()


def imported(screen: Xvfb, path: Path) -> Any:
    """What ImageMagick sees."""
    screen.call("import", "-window", "root", f"png24:{path}")
    return cv2.imread(str(path), cv2.IMREAD_COLOR)


def test_pixels_are_what_another_program_sees(screen: Xvfb, grabber: ScreenGrabber, tmp_path: Path) -> None:
    colours = ("-bg", "#204060", "-fg", "#e0c050")
    screen.run("xterm", *colours, "-geometry", "60x10+37+11", "-T", "letters", "-e", "echo grab me; sleep 60")
    screen.wait_for_window("letters")
    wait_for(lambda: np.any(grabber.grab()[..., :3] == (0x50, 0xC0, 0xE0)), what="text")
    # The cursor of a terminal may blink between two looks.
    wait_for(lambda: np.array_equal(grabber.grab()[..., :3], imported(screen, tmp_path / "seen.png")))
    frame = grabber.grab()
    assert frame.shape == (500, 800, 4)
    assert frame.flags.c_contiguous


def test_a_picture_stays_as_it_was_grabbed(screen: Xvfb, grabber: ScreenGrabber) -> None:
    first = grabber.grab()
    copy = first.copy()
    screen.run("xterm", "-geometry", "60x10+37+11")
    wait_for(lambda: not np.array_equal(grabber.grab(), first))
    assert np.array_equal(first, copy)


def test_a_smaller_desktop_is_noticed_at_once(screen: Xvfb, grabber: ScreenGrabber) -> None:
    grabber.grab()
    screen.resize(640, 400)
    assert grabber.grab().shape == (400, 640, 4)


def test_a_larger_desktop_is_noticed_at_the_next_look(
    screen: Xvfb, grabber: ScreenGrabber, clock: Clock
) -> None:
    grabber.grab()
    screen.resize(1024, 768)
    clock.now += 0.6
    assert grabber.grab().shape == (768, 1024, 4)


def test_displays_and_their_lasting_identities(screen: Xvfb, grabber: ScreenGrabber) -> None:
    whole, first = grabber.displays()
    assert (whole.number, whole.x, whole.y, whole.width, whole.height) == (0, 0, 0, 800, 500)
    assert (first.number, first.width, first.height) == (1, 800, 500)
    assert len(whole.identity) == len(first.identity) == 16
    assert whole.identity != first.identity
    screen.resize(640, 400)
    again = ScreenGrabber().displays()
    assert [display.identity for display in again] == [whole.identity, first.identity]
    assert again[0].width == 640


def test_one_display_is_grabbed_alone(screen: Xvfb) -> None:
    del screen
    grabber = ScreenGrabber(1)
    assert grabber.grab().shape == (500, 800, 4)
    grabber.close()


def test_a_display_that_is_not_there(screen: Xvfb) -> None:
    del screen
    with pytest.raises(GrabError, match="no display 3 now, only 1"):
        ScreenGrabber(3).grab()


def test_no_screen_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    for ask in (ScreenGrabber().grab, ScreenGrabber().displays):
        with pytest.raises(GrabError) as caught:
            ask()
        assert "cannot be" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_screen_that_went_and_came_back_is_seen_again(monkeypatch: pytest.MonkeyPatch) -> None:
    grabber = ScreenGrabber()
    with Xvfb(320, 200) as first:
        monkeypatch.setenv("DISPLAY", first.display)
        assert grabber.grab().shape == (200, 320, 4)
        first.kill()
        for _ in range(2):
            with pytest.raises(GrabError, match=r"the X screen :\d+ cannot be grabbed"):
                grabber.grab()
    with Xvfb(400, 300) as second:
        monkeypatch.setenv("DISPLAY", second.display)
        assert grabber.grab().shape == (300, 400, 4)
    grabber.close()
