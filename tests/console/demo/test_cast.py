"""The demo's desktops, at the size that they have on a wall."""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from deskagent.capture.synthetic import render
from deskconsole.demo.demo import CAST, SIZE

TILE = (48, 27)
"""A tile of the terminal's wall at 200 x 60, in half cells."""


def test_each_desktop_that_is_seen_is_told_from_all_others_at_the_size_of_a_tile() -> None:
    tiles = {
        part.name: cv2.resize(
            render(part.scene, seed, 6, *SIZE, ())[..., :3], TILE, interpolation=cv2.INTER_AREA
        ).astype(int)
        for seed, part in enumerate(CAST, start=1)
        if part.screen == "live"
    }
    assert len(tiles) == 9
    near = min((float(np.abs(tiles[a] - tiles[b]).mean()), a, b) for a, b in itertools.combinations(tiles, 2))
    assert near[0] > 40, f"of 255: {near}"
