"""The frame of a controlled window."""

from __future__ import annotations

import numpy as np

from support.screens.control_stage import AMBER, ControlStage
from support.xvfb import wait_for


def test_a_frame_is_around_the_picture_and_nothing_over_it(stage: ControlStage) -> None:
    stage.open()
    corner = stage.corner()

    def framed() -> bool:
        shot = stage.console.screenshot()[corner[1] :, corner[0] :][:604, :804]
        # What the person at the host is shown is part of the picture.
        same: bool = np.array_equal(shot[2:602, 2:802], stage.host.screenshot())
        edges = (shot[:2], shot[602:], shot[:, :2], shot[:, 802:])
        return same and all(bool((edge == AMBER).all()) for edge in edges)

    wait_for(framed, what="the frame alone")
