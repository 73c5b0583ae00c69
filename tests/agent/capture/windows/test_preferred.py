"""When frames are believed, and what happens when they end. The frames are scripted; no system makes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from deskagent.capture.source import Grab, GrabError, whole
from deskagent.capture.windows.duplication import OutputFrames
from deskagent.capture.windows.preferred import (
    FIRST_WITHIN,
    RETRY_FIRST,
    RETRY_LAST,
    TRIALS,
    FramesError,
    PreferredGrabber,
    agree,
)
from deskagent.pixels import Pixels
from deskwire.geometry import Display, Rectangle

WIDTH, HEIGHT = 80, 60


class Computer:
    """A screen that can be grabbed in two ways, a clock, and what a test wants to go wrong."""

    def __init__(self) -> None:
        self.now = 100.0
        self.picture = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
        self.frames_show: Pixels | None = None
        """Where frames show something else than the screen."""
        self.news = 0
        self.refuses = ""
        self.lost = ""
        self.unreadable = False
        self.elsewhere = False
        self.films = False
        self.opened: list[OpenFrames] = []
        self.looks = self.grabs = 0
        self.said: list[str] = []

    def grabber(self, number: int = 0) -> PreferredGrabber:
        screen = Screen(self)
        return PreferredGrabber(
            number, screen, screen.displays, self.open, self.said.append, clock=lambda: self.now
        )

    def open(self, display: Display) -> OpenFrames:
        if self.refuses:
            raise FramesError(self.refuses)
        assert (display.width, display.height) == (WIDTH, HEIGHT)
        self.opened.append(OpenFrames(self))
        self.news = 0
        return self.opened[-1]

    def held(self) -> int:
        return sum(not frames.closed for frames in self.opened)


class Screen:
    """As mss: the picture as it is, and no word of changes."""

    def __init__(self, computer: Computer) -> None:
        self.computer = computer

    def displays(self) -> list[Display]:
        self.computer.looks += 1
        x = 1920 if self.computer.elsewhere else 0
        return [
            Display(number=number, x=x, y=0, width=WIDTH, height=HEIGHT, identity=bytes(16), name="")
            for number in (0, 1)
        ]

    def check(self) -> None:
        pass

    def next(self, timeout: float) -> Sequence[Rectangle] | None:
        return None

    def grab(self, region: Rectangle | None = None) -> Grab:
        if self.computer.unreadable:
            raise GrabError("the screen is locked")
        self.computer.grabs += 1
        if self.computer.films:
            self.computer.picture = self.computer.picture + np.uint8(1)
        return whole(self.computer.picture.copy())

    def close(self) -> None:
        pass


class OpenFrames:
    """As a duplication: a picture where there is a new one, else nothing for as long as was asked."""

    def __init__(self, computer: Computer) -> None:
        self.computer = computer
        self.closed = False

    def take(self, timeout: float) -> bool:
        if self.computer.lost:
            raise FramesError(self.computer.lost)
        if not self.computer.news:
            self.computer.now += timeout
            return False
        self.computer.news = 0
        return True

    def read(self) -> Pixels:
        shown = self.computer.frames_show
        return (self.computer.picture if shown is None else shown).copy()

    def close(self) -> None:
        self.closed = True


def by_frames(grabber: PreferredGrabber) -> bool:
    return grabber._frames is not None


@pytest.fixture
def computer() -> Computer:
    return Computer()


def test_frames_that_show_the_screen_are_used_and_waited_for(computer: Computer) -> None:
    grabber = computer.grabber()
    assert grabber.next(0.0) is None, "nothing was grabbed yet"
    grab = grabber.grab()
    assert np.array_equal(grab.pixels, computer.picture)
    assert grab.area.size == grab.size == (WIDTH, HEIGHT)
    assert by_frames(grabber)
    assert computer.said == ["desktop duplication"]

    grabs = computer.grabs
    assert grabber.next(0.1) == (), "no place has changed"
    computer.picture = 255 - computer.picture
    computer.news = 1
    assert grabber.next(0.1) is None
    assert np.array_equal(grabber.grab().pixels, computer.picture)
    assert computer.grabs == grabs, "the slow way rests meanwhile"
    grabber.close()
    grabber.close()
    assert computer.held() == 0


def test_a_screen_at_rest_is_enough_to_begin(computer: Computer) -> None:
    """The first picture comes at once, and then nothing changes."""
    grabber = computer.grabber()
    grabber.grab()
    assert by_frames(grabber)


@pytest.mark.parametrize("black", [True, False])
def test_frames_that_show_something_else_are_not_used(computer: Computer, *, black: bool) -> None:
    computer.frames_show = np.zeros_like(computer.picture) if black else computer.picture[:, ::-1].copy()
    grabber = computer.grabber()
    assert np.array_equal(grabber.grab().pixels, computer.picture)
    assert not by_frames(grabber)
    assert grabber.next(5.0) is None, "nothing tells of changes: there may be some"
    assert computer.held() == 0
    assert computer.said == ["mss (desktop duplication: its picture is not that of the screen)"]
    assert computer.now - 100.0 <= TRIALS * FIRST_WITHIN, "the stream is not held up for long"


def test_frames_of_another_size_are_not_used(computer: Computer) -> None:
    computer.frames_show = np.zeros((WIDTH, HEIGHT, 4), np.uint8)
    grabber = computer.grabber()
    assert grabber.grab().size == (WIDTH, HEIGHT)
    assert not by_frames(grabber)


def test_frames_are_not_used_while_all_of_the_screen_moves(computer: Computer) -> None:
    computer.films = True
    grabber = computer.grabber()
    grabber.grab()
    assert not by_frames(grabber)
    computer.films = False
    computer.now += RETRY_FIRST
    grabber.grab()
    assert by_frames(grabber)


def test_the_reason_of_a_system_that_has_none_is_told_once(computer: Computer) -> None:
    computer.refuses = "Not implemented"
    grabber = computer.grabber()
    for _ in range(100):
        assert np.array_equal(grabber.grab().pixels, computer.picture)
        computer.now += 20.0
    assert computer.said == ["mss (desktop duplication: Not implemented)"]


def test_it_is_tried_again_later_and_ever_more_rarely(computer: Computer) -> None:
    computer.frames_show = np.zeros_like(computer.picture)
    grabber = computer.grabber()
    for _ in range(3600):
        grabber.grab()
        computer.now += 1.0
    assert len(computer.opened) <= 5 + 3600 / RETRY_LAST
    computer.frames_show = None
    computer.now += RETRY_LAST
    grabber.grab()
    assert by_frames(grabber)
    assert computer.held() == 1


def test_a_loss_is_news_and_the_other_way_goes_on_at_once(computer: Computer) -> None:
    grabber = computer.grabber()
    grabber.grab()
    computer.lost = "the mode has changed"
    assert grabber.next(0.1) is None
    assert not by_frames(grabber)
    assert np.array_equal(grabber.grab().pixels, computer.picture)
    assert computer.held() == 0
    computer.lost = ""
    computer.now += RETRY_FIRST
    grabber.grab()
    assert by_frames(grabber)
    assert computer.said == [
        "desktop duplication",
        "mss (desktop duplication: the mode has changed)",
        "desktop duplication",
    ]


def test_a_loss_within_a_grab_is_none_of_the_picture(computer: Computer) -> None:
    grabber = computer.grabber()
    grabber.grab()
    computer.lost = "access was lost"
    assert np.array_equal(grabber.grab().pixels, computer.picture)
    assert not by_frames(grabber)


def test_a_screen_that_must_not_be_seen_is_a_failed_grab(computer: Computer) -> None:
    grabber = computer.grabber()
    grabber.grab()
    computer.lost, computer.unreadable = "access was lost", True
    with pytest.raises(GrabError, match="the screen is locked"):
        grabber.grab()
    assert computer.held() == 0


def test_a_screen_that_fails_during_the_comparison_leaves_nothing_open(computer: Computer) -> None:
    grabber = computer.grabber()
    computer.unreadable = True
    with pytest.raises(GrabError):
        grabber.grab()
    assert computer.held() == 0
    computer.unreadable = False
    grabber.grab()
    assert by_frames(grabber), "that said nothing against the frames"


def test_a_display_that_is_plugged_in_or_moved_ends_the_frames(computer: Computer) -> None:
    grabber = computer.grabber()
    grabber.grab()
    computer.elsewhere = True
    computer.now += 1.0
    grabber.grab()
    assert not by_frames(grabber)
    assert grabber.displays()[0].x == 1920


def test_a_pointer_does_not_spoil_the_comparison(computer: Computer) -> None:
    shown = computer.picture.copy()
    shown[10:16, 10:16] ^= 255
    shown[..., 3] = 0
    computer.frames_show = shown
    grabber = computer.grabber()
    grabber.grab()
    assert by_frames(grabber)


def test_what_changes_meanwhile_says_nothing() -> None:
    before = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    between, after = before.copy(), before.copy()
    between[:30], after[:30] = 100, 200
    assert agree(before, between, after)
    between[30:] = 1
    assert not agree(before, between, after)


def test_without_dxcam_there_are_no_frames_and_a_reason() -> None:
    display = Display(number=0, x=0, y=0, width=8, height=8, identity=bytes(16), name="")
    with pytest.raises(FramesError, match=r"\w"):
        OutputFrames(display)
