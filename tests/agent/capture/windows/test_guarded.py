"""What the watched grabber passes on, and what not: the system's answers are scripted, nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deskagent.capture.source import Grab, GrabError, whole
from deskagent.capture.synthetic import SyntheticGrabber
from deskagent.capture.windows.guarded import LOOK_EVERY, GuardedGrabber
from deskagent.capture.windows.session_state import DisplayPower, SystemAnswers
from deskagent.pixels import is_flat
from deskwire.geometry import Rectangle
from deskwire.messages import ScreenState

USED = SystemAnswers(session=1, station="WinSta0", desktop="Default", console=1)
LOCKED = replace(USED, locked=True)


class Answering:
    """A system whose answers a test sets, and that counts how often it was asked."""

    def __init__(self) -> None:
        self.now: SystemAnswers | OSError = USED
        self.asked = 0

    def answers(self) -> SystemAnswers:
        self.asked += 1
        if isinstance(self.now, OSError):
            raise self.now
        return self.now


class Source(SyntheticGrabber):
    """A desktop that may turn black or fail."""

    def __init__(self) -> None:
        super().__init__("still", 1, 64, 48)
        self.black = False
        self.fault: GrabError | None = None
        self.grabs = 0

    def grab(self, region: Rectangle | None = None) -> Grab:
        self.grabs += 1
        if self.fault is not None:
            raise self.fault
        return whole(np.zeros((48, 64, 4), np.uint8)) if self.black else super().grab(region)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def system() -> Answering:
    return Answering()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def grabber(source: Source, system: Answering, clock: Clock) -> GuardedGrabber:
    return GuardedGrabber(source, system, clock=clock)


def fault(grabber: GuardedGrabber) -> GrabError:
    with pytest.raises(GrabError) as caught:
        grabber.grab()
    return caught.value


def test_a_live_desktop_is_looked_at_twice_a_second(
    grabber: GuardedGrabber, system: Answering, clock: Clock
) -> None:
    for _ in range(60):
        assert grabber.grab().pixels.shape == (48, 64, 4)
        clock.now += 1 / 60
    assert system.asked == 2


def test_a_locked_one_is_not_even_grabbed_and_comes_back(
    grabber: GuardedGrabber, source: Source, system: Answering, clock: Clock
) -> None:
    grabber.grab()
    system.now = LOCKED
    clock.now += LOOK_EVERY
    assert fault(grabber).state is ScreenState.LOCKED
    assert fault(grabber).state is ScreenState.LOCKED
    assert source.grabs == 1
    system.now = USED
    assert not is_flat(grabber.grab().pixels)


def test_a_black_frame_between_two_looks_does_not_get_out(
    grabber: GuardedGrabber, source: Source, system: Answering
) -> None:
    grabber.grab()
    system.now, source.black = LOCKED, True
    assert fault(grabber).state is ScreenState.LOCKED


def test_a_black_desktop_that_is_live_is_a_picture(grabber: GuardedGrabber, source: Source) -> None:
    source.black = True
    assert is_flat(grabber.grab().pixels)


def test_the_systems_reason_comes_before_the_failed_calls(
    grabber: GuardedGrabber, source: Source, system: Answering
) -> None:
    grabber.grab()
    source.fault = GrabError("BitBlt: access is denied")
    system.now = LOCKED
    assert fault(grabber).state is ScreenState.LOCKED
    system.now = USED
    failed = fault(grabber)
    assert (failed.state, str(failed)) == (ScreenState.GRAB_FAILED, "BitBlt: access is denied")


def test_a_display_that_is_off_matters_once_there_is_nothing_to_see(
    grabber: GuardedGrabber, source: Source, system: Answering
) -> None:
    system.now = replace(USED, power=DisplayPower.OFF)
    assert not is_flat(grabber.grab().pixels)
    source.black = True
    assert fault(grabber).state is ScreenState.DISPLAY_OFF
    source.fault = GrabError("no display")
    assert fault(grabber).state is ScreenState.DISPLAY_OFF


def test_displays_are_told_of_a_locked_desktop_too(grabber: GuardedGrabber, system: Answering) -> None:
    system.now = LOCKED
    assert grabber.displays()[0].width == 64
    with pytest.raises(GrabError, match="locked"):
        grabber.check()


def test_a_system_that_says_nothing_is_a_failed_grab(grabber: GuardedGrabber, system: Answering) -> None:
    system.now = OSError("ProcessIdToSessionId: Invalid parameter.")
    failed = fault(grabber)
    assert failed.state is ScreenState.GRAB_FAILED
    assert "ProcessIdToSessionId" in str(failed)


@pytest.mark.parametrize("place", [(0, 0), (0, 63), (5, 7), (33, 1), (47, 63)])
@pytest.mark.parametrize("channel", [0, 1, 2])
def test_one_pixel_of_another_colour_is_something(place: tuple[int, int], channel: int) -> None:
    picture = np.full((48, 64, 4), 200, np.uint8)
    assert is_flat(picture)
    picture[place][channel] = 201
    assert not is_flat(picture)


def test_the_fourth_byte_is_no_colour() -> None:
    picture = np.full((3, 5, 4), 200, np.uint8)
    picture[1, 2, 3] = 7
    assert is_flat(picture)
