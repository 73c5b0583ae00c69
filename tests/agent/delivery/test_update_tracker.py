"""What a console is sent late and at once makes its picture the agent's, whatever moved meanwhile."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskagent.capture.source import Grab, whole
from deskagent.delivery.packet_plan import PacketPlan, PendingUpdate
from deskagent.delivery.update_tracker import UpdateTracker
from deskagent.encoding.codecs.jpeg import VideoLimits
from deskagent.picture.screen import Picture
from deskwire.geometry import Rectangle

WIDTH, HEIGHT = 320, 240
STEPS = st.lists(
    st.tuples(st.sampled_from(["scroll", "drag", "draw", "send"]), st.integers(0, 99)),
    min_size=1,
    max_size=40,
)


def everything(update: PendingUpdate) -> PacketPlan:
    """A packet with room for all."""
    return PacketPlan(update.copies, update.changed, (), (), VideoLimits())


def changed(picture: Any, kind: str, seed: int) -> Any:
    """The picture after somebody scrolled, dragged or drew."""
    random = np.random.default_rng(seed)
    after = picture.copy()
    lines = int(random.integers(1, 60))
    if kind == "scroll":
        after[20:220] = np.roll(picture[20:220], -lines, axis=0)
        after[220 - lines : 220] = random.integers(0, 256, (lines, WIDTH, 4), np.uint8)
    elif kind == "drag":
        dx, dy = (int(one) for one in random.integers(-40, 40, 2))
        after[60 + dy : 180 + dy, 60 + dx : 260 + dx] = picture[60:180, 60:260]
    else:
        x, y = int(random.integers(0, 300)), int(random.integers(0, 220))
        after[y : y + lines, x : x + lines] = seed
    return after


@pytest.mark.parametrize("copies", [True, False])
@settings(deadline=None, max_examples=60)
@given(steps=STEPS, partial=st.booleans())
def test_the_console_has_the_picture_after_each_packet(
    copies: bool, steps: list[tuple[str, int]], partial: bool
) -> None:
    screen = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    picture, tracker = Picture(), UpdateTracker(WIDTH, HEIGHT, copies=copies)
    assert picture.take(whole(screen), copies=True) is None
    shown = screen.copy()
    for kind, seed in [*steps, ("send", 0)]:
        if kind == "send":
            update = tracker.pending()
            tracker.sent(everything(update))
            assert not tracker
            assert copies or not update.copies
            for source_x, source_y, (x, y, width, height) in update.copies:
                shown[y : y + height, x : x + width] = shown[
                    source_y : source_y + height, source_x : source_x + width
                ].copy()
            for x, y, width, height in update.changed:
                shown[y : y + height, x : x + width] = screen[y : y + height, x : x + width]
            assert np.array_equal(shown[..., :3], screen[..., :3])
            continue
        screen = changed(screen, kind, seed)
        area = Rectangle(0, 20, WIDTH, HEIGHT - 20)
        grab = Grab(screen[20:], area, (WIDTH, HEIGHT))
        inside = partial and np.array_equal(screen[:20, :, :3], picture.pixels[:20, :, :3])  # type: ignore[index]
        change = picture.take(grab if inside else whole(screen), copies=True)
        assert change is not None
        tracker.add(change)
        assert np.array_equal(picture.pixels[..., :3], screen[..., :3])  # type: ignore[index]
