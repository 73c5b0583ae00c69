"""The screen grabber against a real X server and real programs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

import cv2
import numpy as np
import pytest

from deskagent.capture.mss_grabber import MssGrabber
from deskagent.capture.source import GrabError
from support.processes import open_files
from support.xvfb import Xvfb, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def grabber(screen: Xvfb, clock: Clock) -> Iterator[MssGrabber]:
    grabber = MssGrabber(clock=clock)
    yield grabber
    grabber.close()


def imported(screen: Xvfb, path: Path) -> Any:
    """What ImageMagick sees."""
    screen.call("import", "-window", "root", f"png24:{path}")
    return cv2.imread(str(path), cv2.IMREAD_COLOR)


def test_pixels_are_what_another_program_sees(screen: Xvfb, grabber: MssGrabber, tmp_path: Path) -> None:
    colours = ("-bg", "#204060", "-fg", "#e0c050")
    screen.run("xterm", *colours, "-geometry", "60x10+37+11", "-T", "letters", "-e", "echo grab me; sleep 60")
    screen.wait_for_window("letters")
    wait_for(lambda: np.any(grabber.grab().pixels[..., :3] == (0x50, 0xC0, 0xE0)), what="text")
    # The cursor of a terminal may blink between two looks.
    wait_for(lambda: np.array_equal(grabber.grab().pixels[..., :3], imported(screen, tmp_path / "seen.png")))
    frame = grabber.grab().pixels
    assert frame.shape == (500, 800, 4)
    assert frame.flags.c_contiguous


def test_a_picture_stays_as_it_was_grabbed(screen: Xvfb, grabber: MssGrabber) -> None:
    first = grabber.grab().pixels
    copy = first.copy()
    screen.run("xterm", "-geometry", "60x10+37+11")
    wait_for(lambda: not np.array_equal(grabber.grab().pixels, first))
    assert np.array_equal(first, copy)


def test_a_smaller_desktop_is_noticed_at_once(screen: Xvfb, grabber: MssGrabber) -> None:
    grabber.grab()
    screen.resize(640, 400)
    assert grabber.grab().pixels.shape == (400, 640, 4)


def test_a_larger_desktop_is_noticed_at_the_next_look(
    screen: Xvfb, grabber: MssGrabber, clock: Clock
) -> None:
    grabber.grab()
    screen.resize(1024, 768)
    clock.now += 0.6
    assert grabber.grab().pixels.shape == (768, 1024, 4)


def test_displays_keep_their_identities(screen: Xvfb, grabber: MssGrabber) -> None:
    whole, first = grabber.displays()
    assert (whole.number, whole.x, whole.y, whole.width, whole.height) == (0, 0, 0, 800, 500)
    assert (first.number, first.width, first.height) == (1, 800, 500)
    assert len(whole.identity) == len(first.identity) == 16
    assert whole.identity != first.identity
    screen.resize(640, 400)
    again = MssGrabber().displays()
    assert [display.identity for display in again] == [whole.identity, first.identity]
    assert again[0].width == 640


def test_one_display_is_grabbed_alone(screen: Xvfb) -> None:
    del screen
    grabber = MssGrabber(1)
    assert grabber.grab().pixels.shape == (500, 800, 4)
    grabber.close()


def test_a_missing_display_is_a_grab_error(screen: Xvfb) -> None:
    del screen
    with pytest.raises(GrabError, match="no display 3 now: there is 1, and 0 for the whole desktop"):
        MssGrabber(3).grab()


def test_no_screen_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    for ask in (MssGrabber().grab, MssGrabber().displays):
        with pytest.raises(GrabError) as caught:
            ask()
        assert "cannot be" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_screen_that_went_and_came_back_is_seen_again(monkeypatch: pytest.MonkeyPatch) -> None:
    grabber = MssGrabber()
    with Xvfb(320, 200) as first:
        monkeypatch.setenv("DISPLAY", first.display)
        assert grabber.grab().pixels.shape == (200, 320, 4)
        first.kill()
        for _ in range(2):
            with pytest.raises(GrabError, match=r"the X screen :\d+ cannot be grabbed"):
                grabber.grab()
    with Xvfb(400, 300) as second:
        monkeypatch.setenv("DISPLAY", second.display)
        assert grabber.grab().pixels.shape == (300, 400, 4)
    grabber.close()


class Scripted:
    """Stands for mss on a desktop that no test has: a display left of and above the main one."""

    monitors = (
        {"left": -800, "top": -200, "width": 1824, "height": 968},
        {"left": 0, "top": 0, "width": 1024, "height": 768, "unique_id": r"\\\\?\\DISPLAY#A#1"},
        {"left": -800, "top": -200, "width": 800, "height": 600, "unique_id": r"\\\\?\\DISPLAY#B#1"},
    )
    outline = (-800, -200, 1824, 968)
    grabs = 0

    def grab(self, monitor: dict[str, Any]) -> Any:
        type(self).grabs += 1
        size = monitor["width"], monitor["height"]
        raw = bytearray(np.full((size[1], size[0], 4), monitor["left"] % 256, np.uint8).tobytes())
        return SimpleNamespace(raw=raw, width=size[0], height=size[1])

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[Scripted]:
    monkeypatch.setattr("mss.MSS", Scripted)
    monkeypatch.setattr(Scripted, "grabs", 0)
    return Scripted


def test_displays_left_of_the_origin_are_grabbed_where_they_are(scripted: type[Scripted]) -> None:
    whole, left = MssGrabber(), MssGrabber(2)
    assert [(each.x, each.y) for each in whole.displays()] == [(-800, -200), (0, 0), (-800, -200)]
    assert whole.grab().pixels.shape == (968, 1824, 4)
    picture = left.grab().pixels
    assert picture.shape == (600, 800, 4)
    assert np.all(picture == -800 % 256)


def test_a_picture_of_a_desktop_that_was_resized_meanwhile_is_grabbed_again(scripted: type[Scripted]) -> None:
    outlines = [(0, 0, 1, 1), (0, 0, 2, 2), (0, 0, 2, 2), (0, 0, 2, 2)]
    grabber = MssGrabber(outline=lambda: outlines.pop(0))
    assert grabber.grab().pixels.shape == (968, 1824, 4)
    assert (scripted.grabs, outlines) == (2, [])


def test_a_desktop_that_does_not_settle_is_a_failed_grab(scripted: type[Scripted]) -> None:
    sizes = iter(range(100))
    with pytest.raises(GrabError, match="changed its size"):
        MssGrabber(outline=lambda: next(sizes)).grab()


def test_on_windows_a_display_is_known_by_its_device(
    scripted: type[Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskagent.capture.mss_grabber.sys.platform", "win32")
    whole, first, second = (display.identity for display in MssGrabber().displays())
    assert len({whole, first, second}) == 3
    monkeypatch.setattr(scripted, "monitors", (scripted.monitors[0], *reversed(scripted.monitors[1:])))
    assert [display.identity for display in MssGrabber().displays()] == [whole, second, first]


def test_a_screen_of_a_kind_that_cannot_be_grabbed_keeps_no_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Xvfb(options=("-screen", "0", "320x200x16")) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        grabber = MssGrabber()
        before = open_files()
        for _ in range(5):
            with pytest.raises(GrabError, match="16"):
                grabber.displays()
            with pytest.raises(GrabError, match="16"):
                grabber.grab()
        wait_for(lambda: open_files() <= before, what="the end of all connections")
