"""The synthetic desktop: pure, quiet where it should be, alive where it should be."""

from __future__ import annotations

import numpy as np
import pytest

from deskagent.capture.source import GrabError
from deskagent.capture.synthetic import SCENES, SyntheticGrabber, render
from deskagent.picture.damage import find_damage

SIZE = (640, 400)


def area(scene: str, before: float, after: float) -> float:
    """Part of the desktop that changed between two times."""
    rectangles = find_damage(render(scene, 1, before, *SIZE), render(scene, 1, after, *SIZE))
    return sum(rectangle.area for rectangle in rectangles) / (SIZE[0] * SIZE[1])


@pytest.mark.parametrize("scene", SCENES)
def test_the_same_arguments_give_the_same_pixels_in_a_buffer_of_ones_own(scene: str) -> None:
    first = render(scene, 3, 1.7, *SIZE)
    kept = first.copy()
    first[:] = 0
    assert np.array_equal(render(scene, 3, 1.7, *SIZE), kept)
    assert not np.array_equal(render(scene, 4, 1.7, *SIZE), kept), "the seed is seen"


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (300, 5), (65, 41), (333, 217)])
@pytest.mark.parametrize("scene", SCENES)
def test_any_size_can_be_drawn(scene: str, size: tuple[int, int]) -> None:
    for t in (0.0, 1.234, 5000.0):
        frame = render(scene, 0, t, *size)
        assert frame.shape == (size[1], size[0], 4)
        assert frame.flags.c_contiguous


def test_each_activity_changes_what_it_should() -> None:
    assert area("still", 1, 30) == 0
    assert 0 < area("typing", 1, 1.1) < 0.01
    assert area("scroll", 1, 1.1) > 0.3
    assert 0.05 < area("drag", 1, 1.1) < 0.6
    assert area("motion", 1, 1.1) > 0.3


def test_temperaments_work_and_rest() -> None:
    assert 0 < area("office", 2, 2.5) < 0.01, "typing"
    assert area("office", 11, 11.5) > 0.2, "scrolling"
    assert area("office", 17, 23) == 0, "resting"
    assert area("office", 25, 25.5) > 0, "typing again"
    assert area("studio", 1, 1.5) > 0.2
    assert area("studio", 17, 19) == 0
    assert 0 < area("quiet", 2, 3) < 0.01, "only the clock"


def test_between_two_pictures_nothing_changes() -> None:
    assert np.array_equal(render("scroll", 0, 2.001, *SIZE), render("scroll", 0, 2.03, *SIZE))
    assert not np.array_equal(render("scroll", 0, 2.001, *SIZE), render("scroll", 0, 2.034, *SIZE))


def test_the_grabber_follows_its_clock() -> None:
    now = 50.0
    grabber = SyntheticGrabber("typing", 2, *SIZE, clock=lambda: now)
    assert np.array_equal(grabber.grab().pixels, render("typing", 2, 0, *SIZE))
    now = 52.5
    assert np.array_equal(grabber.grab().pixels, render("typing", 2, 2.5, *SIZE))
    whole, first = grabber.displays()
    assert (whole.number, first.number) == (0, 1)
    assert (whole.width, whole.height) == SIZE
    assert whole.identity == SyntheticGrabber("typing", 2).displays()[0].identity
    assert whole.identity != SyntheticGrabber("typing", 3).displays()[0].identity
    grabber.close()


def test_what_does_not_exist_is_named() -> None:
    with pytest.raises(GrabError, match="no display 2 now"):
        SyntheticGrabber("typing", number=2).grab()
    with pytest.raises(ValueError, match="no scene 'party', only typing, scroll"):
        render("party", 0, 0, *SIZE)
    with pytest.raises(ValueError, match="no scene 'party'"):
        SyntheticGrabber("party")
    with pytest.raises(ValueError, match="empty picture"):
        render("still", 0, 0, 0, 10)
    with pytest.raises(ValueError, match="over the limit"):
        SyntheticGrabber("still", 0, 20000, 10)
