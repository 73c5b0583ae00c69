"""The picture of the wall in windows of any size: one that is too small for tiles is no error."""

from __future__ import annotations

import numpy as np
import pytest

from deskconsole.picture.preview import PreviewPicture
from deskconsole.viewer.wall_messages import TileKind, TilePicture, Tiles, TileStatus
from deskconsole.viewer.wall_picture import WallPicture


@pytest.mark.parametrize("size", [(1, 1), (40, 20), (100, 30), (100, 31), (30, 300), (320, 200)])
@pytest.mark.parametrize("count", [0, 1, 30])
def test_tiles_are_drawn_in_windows_of_any_size(size: tuple[int, int], count: int) -> None:
    jpeg = PreviewPicture.made(np.full((90, 160, 3), 120, np.uint8), 0.0).jpeg
    wall = WallPicture()
    names = tuple(f"lab-{number}" for number in range(count))
    wall.set_tiles(Tiles(names))
    wall.fit(size)
    image = np.zeros((size[1], size[0], 4), np.uint8)
    for kind in TileKind:
        for name in names:
            wall.set_status(TileStatus(name, kind, "down", "down: the link was cut", 0.0, "ann"))
            wall.set_picture(TilePicture(name, 160, 90, jpeg))
        wall.draw(image, 100.0)
